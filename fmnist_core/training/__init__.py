"""How the networks are made: the only folder that loads TensorFlow."""
