"""A network that a visitor puts together, and how it is to be trained; no TensorFlow."""
