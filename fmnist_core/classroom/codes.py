"""Room codes that are read from a wall, and secrets that stand in addresses; the database has only their hashes."""

import hashlib
import secrets

# No vowels: no words. No 0, 1, I, L, O: nothing to mistake from the last row. 27 signs: 7 of them are 33 bits.
ALPHABET = "23456789BCDFGHJKMNPQRSTVWXZ"
CODE_LENGTH = 7
TOKEN_LENGTH = 22  # signs of a secret or token: 128 bits in base 64
_SPOKEN = str.maketrans("", "", " -–.")


def new_code() -> str:
    """Return a room code of 33 random bits."""
    return "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))


def new_token() -> str:
    """Return a secret of 128 random bits that can stand in an address."""
    return secrets.token_urlsafe(16)


def read_code(text: str) -> str | None:
    """Return a room code as it was typed, in any case, with spaces or hyphens; None when it cannot be one."""
    code = text[:40].translate(_SPOKEN).upper()
    return code if len(code) == CODE_LENGTH and set(code) <= set(ALPHABET) else None


def spell(code: str) -> str:
    """Return a code in two groups, easier to read and to say: ABC-DEFG."""
    return f"{code[:3]}-{code[3:]}"


def fingerprint(token: str) -> str:
    """Return the SHA-256 of a secret or token, as the database has it: whoever reads the database has no key."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def projector_token(secret: str) -> str:
    """Return the token of a room's projector address: it follows from the secret, and does not lead back to it."""
    return hashlib.sha256(f"projector {secret}".encode("utf-8", "replace")).hexdigest()[:TOKEN_LENGTH]
