"""Photos that people take of their own clothes: where they come from, and what is found in them."""
