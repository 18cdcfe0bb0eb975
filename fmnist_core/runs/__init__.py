"""Training in a process of its own: what is said between it and the server, and who is next; no TensorFlow."""
