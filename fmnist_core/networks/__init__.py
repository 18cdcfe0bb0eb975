"""The networks that ship: their cards, what is kept beside them, and LiteRT, which runs them."""
