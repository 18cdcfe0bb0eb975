"""What strangers send is opened in a process of its own, under limits of time and memory."""
