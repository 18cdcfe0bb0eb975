"""What the server and a confined process say to each other: a line of JSON, then the bytes that it announces.

Nothing that is read can run: no pickles. The server trusts the process no more than the file that it was given.
"""

import json
from collections.abc import Mapping, Sequence
from typing import IO, Any

import numpy as np

MAX_LINE = 100_000  # bytes of the line
MAX_BYTES = 64_000_000  # of what follows it
TYPES = ("uint8", "float32")


class WireError(Exception):
    """What came is no message."""


def write(stream: IO[bytes], facts: Mapping[str, Any], blobs: Sequence[bytes] = ()) -> None:
    """Send a message.

    Args:
        stream: to write to.
        facts: whatever JSON can hold.
        blobs: bytes that go with it.
    """
    line = json.dumps({"facts": facts, "sizes": [len(blob) for blob in blobs]})
    stream.write(line.encode() + b"\n")
    for blob in blobs:
        stream.write(blob)
    stream.flush()


def read(stream: IO[bytes]) -> tuple[dict[str, Any], list[bytes]]:
    """Return the next message: its facts and its bytes.

    Raises:
        EOFError: there is none any more.
        WireError: what came is none.
    """
    line = stream.readline(MAX_LINE)
    if not line:
        raise EOFError
    try:
        message = json.loads(line)
        facts, sizes = message["facts"], message["sizes"]
        if not isinstance(facts, dict) or not all(isinstance(size, int) and size >= 0 for size in sizes):
            raise TypeError("facts and sizes")
    except (ValueError, TypeError, KeyError, RecursionError) as cause:
        raise WireError(f"a message was expected, received {line[:60]!r}") from cause
    if sum(sizes) > MAX_BYTES:
        raise WireError(f"at most {MAX_BYTES:,} bytes were expected, received {sum(sizes):,}")
    blobs = [stream.read(size) for size in sizes]
    if [len(blob) for blob in blobs] != sizes:
        raise EOFError
    return facts, blobs


def described(array: np.ndarray) -> dict[str, Any]:
    """Return what must be known of an array beside its bytes."""
    return {"type": str(array.dtype), "shape": list(array.shape)}


def array(facts: object, blob: bytes) -> np.ndarray:
    """Return an array from its description and its bytes; it may be read only.

    Raises:
        WireError: they do not fit together.
    """
    try:
        assert isinstance(facts, dict)
        kind, shape = facts["type"], tuple(facts["shape"])
        if kind not in TYPES or not all(isinstance(side, int) and side >= 0 for side in shape):
            raise ValueError
        return np.frombuffer(blob, kind).reshape(shape)
    except (AssertionError, ValueError, KeyError, TypeError) as cause:
        raise WireError("an array was expected, and its bytes") from cause
