"""What is said of bytes that are no picture."""


class PhotoError(ValueError):
    """These bytes cannot be used as a picture; the message says what was expected and what came."""
