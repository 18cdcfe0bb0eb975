"""What runs in the browser: Python, JavaScript and CSS of each element together."""
