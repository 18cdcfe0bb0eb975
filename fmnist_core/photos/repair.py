"""Files that a strict decoder refuses, or reads wrongly, although the picture in them is whole."""

import io
import struct
import zlib

import numpy as np
from PIL import Image

_PNG_HEAD = b"\x89PNG\r\n\x1a\n"
# What a PNG may say beside its picture; some programs write megabytes of it, which Pillow refuses.
_PNG_REMARKS = (b"tEXt", b"zTXt", b"iTXt", b"iCCP")
MAX_FRAMES = 6  # of an animation, looked at for one that is not blank


def without_remarks(content: bytes) -> bytes:
    """Return a PNG without its texts and colour profile; anything else, or a broken PNG, as it is."""
    if not content.startswith(_PNG_HEAD):
        return content
    kept, position = [_PNG_HEAD], len(_PNG_HEAD)
    while position + 12 <= len(content):
        (length,) = struct.unpack(">I", content[position : position + 4])
        end = position + 12 + length
        if content[position + 4 : position + 8] not in _PNG_REMARKS:
            kept.append(content[position:end])
        position = end
    return b"".join(kept)


def large_remarks(content: bytes, limit: int = 50_000) -> bool:
    """Return whether a PNG has texts or a colour profile that are large, packed or unpacked."""
    position = len(_PNG_HEAD)
    while content.startswith(_PNG_HEAD) and position + 12 <= len(content):
        (length,) = struct.unpack(">I", content[position : position + 4])
        kind, body = content[position + 4 : position + 8], content[position + 8 : position + 8 + length]
        if kind in _PNG_REMARKS and (length > limit or _unpacks_to_more(kind, body, limit)):
            return True
        position += 12 + length
    return False


def _unpacks_to_more(kind: bytes, body: bytes, limit: int) -> bool:
    try:
        return len(zlib.decompressobj().decompress(_packed(kind, body), limit + 1)) > limit
    except zlib.error:
        return False


def _packed(kind: bytes, body: bytes) -> bytes:
    """Return the zlib stream of a remark, which follows its keyword and the fields of its kind; empty without one."""
    after = body.partition(b"\0")[2]
    if kind == b"iTXt":  # whether it is packed, how, the language and the keyword in it
        return after[2:].split(b"\0", 2)[-1] if after[:1] == b"\1" else b""
    return b"" if kind == b"tEXt" else after[1:]


def with_end_marker(content: bytes) -> bytes | None:
    """Return a JPEG whose picture is whole, but whose end marker is missing, with it; None when more is missing.

    The picture is whole when it does not matter what follows: it is decoded with two different continuations.
    """
    if not content.startswith(b"\xff\xd8") or content.rstrip(b"\0").endswith(b"\xff\xd9"):
        return None
    content = content.removesuffix(b"\xff")
    mended = content + b"\xff\xd9"
    try:
        first, second = (_decoded(content + filler + b"\xff\xd9") for filler in (b"", b"\xa5\x3c" * 64))
    except Exception:  # a decoder may raise anything on hostile bytes
        return None
    return mended if np.array_equal(first, second) else None


def _decoded(content: bytes) -> np.ndarray:
    with Image.open(io.BytesIO(content), formats=("JPEG",)) as image:
        image.draft(None, (640, 640))
        return np.asarray(image)


def deep_png(content: bytes) -> np.ndarray | None:
    """Return a colour PNG of 16 bits a channel as (h, w, 3 or 4) uint8, or None for any other file.

    Pillow keeps the high bytes alone, so that 10 or 12 bits in 16 would be black.
    """
    if not (content.startswith(_PNG_HEAD) and len(content) > 26 and content[24] == 16 and content[25] in (2, 6)):
        return None
    import cv2  # rare files alone need it

    decoded = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_UNCHANGED)
    if decoded is None or decoded.dtype != np.uint16 or decoded.ndim != 3:
        return None
    values: np.ndarray = np.asarray(decoded)[..., [2, 1, 0, 3][: decoded.shape[2]]]
    eight = eight_bits(values[..., :3])
    return eight if values.shape[2] == 3 else np.dstack([eight, np.right_shift(values[..., 3], 8).astype(np.uint8)])


def eight_bits(values: np.ndarray) -> np.ndarray:
    """Return values of 16 or 32 bits as uint8, a few rows at a time; white is the top of 8, 10, 12 or 16 bits."""
    largest = float(np.nanmax(values)) if values.size else 0.0
    top = next((t for t in (255.0, 1023.0, 4095.0) if largest <= t), 65535.0)
    grey = np.empty(values.shape, np.uint8)
    for row in range(0, len(values), 64):
        part = np.nan_to_num(values[row : row + 64].astype(np.float32))
        grey[row : row + 64] = 255 * np.clip(part / top, 0, 1)
    return grey


def seek_something(image: Image.Image) -> int:
    """Turn an animation to its first frame that is not blank, and return the frame's number; 0 if all are."""
    for number in range(MAX_FRAMES):
        try:
            image.seek(number)
        except EOFError:
            break
        if not _blank(image):
            return number
    image.seek(0)
    return 0


def _blank(image: Image.Image) -> bool:
    pixels = np.asarray(image.convert("RGBA"))
    shown = pixels[pixels[..., 3] > 0][:, :3]
    return not len(shown) or int(np.ptp(shown, axis=0).max()) < 8
