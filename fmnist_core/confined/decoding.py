"""Pictures of strangers, decoded in a process of its own: a decoder that loops or grows takes nobody along."""

from typing import Any

import numpy as np

from fmnist_core.confined import wire
from fmnist_core.confined.process import ConfinedError, ConfinedProcess, RefusedError, TooSlowError
from fmnist_core.photos.decoding import Photo
from fmnist_core.photos.errors import PhotoError

SECONDS, MEMORY_MB = 6.0, 1_000  # the largest picture that is taken needs 1.5 s and 400 MB
PROCESS = ConfinedProcess("decoding", SECONDS, MEMORY_MB)


def decode(content: bytes) -> Photo:
    """Return the picture in a file's bytes, as `photos.decoding.decode` does, within a time and a memory that hold.

    Raises:
        PhotoError: as there; or it took too long, or too much memory.
    """
    if not content:
        raise PhotoError("a picture was expected, received an empty file")
    try:
        facts, blobs = PROCESS.ask({}, content)
        return photo_from(facts, blobs)
    except RefusedError as problem:
        raise PhotoError(str(problem)) from problem
    except TooSlowError as problem:
        raise PhotoError(
            f"a picture that is decoded in {SECONDS:g} seconds was expected; this one takes longer"
        ) from problem
    except (ConfinedError, wire.WireError) as problem:
        raise PhotoError(f"a picture was expected, but this one cannot be decoded: {problem}") from problem


def photo_from(facts: dict[str, Any], blobs: list[bytes]) -> Photo:
    """Return the picture in an answer; whatever the process may have become, it is a picture or an error.

    Raises:
        WireError: it is none.
    """
    try:
        rgba = wire.array(facts["rgba"], blobs[0])
        width, height = map(int, facts["size"])
        photo = Photo(
            rgba, int(facts["orientation"]), str(facts["kind"]), (width, height), tuple(map(str, facts["notes"]))
        )
    except (KeyError, IndexError, TypeError, ValueError) as cause:
        raise wire.WireError("a picture was expected") from cause
    if rgba.dtype != np.uint8 or rgba.ndim != 3 or rgba.shape[2] != 4 or not 1 <= photo.orientation <= 8:
        raise wire.WireError(f"a picture was expected, received {rgba.shape}")
    return photo


def work() -> Any:
    """Return what the process does: file in, picture out."""
    from fmnist_core.photos import decoding

    decoding.learn_heif()

    def answer(facts: dict[str, Any], blobs: list[bytes]) -> tuple[dict[str, Any], list[bytes]]:
        try:
            photo = decoding.decode(blobs[0])
        except PhotoError as problem:
            raise RefusedError(str(problem)) from problem
        known = {
            "rgba": wire.described(photo.rgba),
            "orientation": photo.orientation,
            "kind": photo.kind,
            "size": photo.size,
            "notes": photo.notes,
        }
        return known, [photo.rgba.tobytes()]

    return answer
