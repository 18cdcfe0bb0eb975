"""How a picture file is built, counted before a decoder sees it: a small file can keep a decoder busy for minutes.

Millions of empty segments, texts or comments cost a step of Python each, and every scan of a progressive JPEG goes over
the whole picture again. Files that people have stay far below these limits.
"""

import re

from fmnist_core.photos.errors import PhotoError

MAX_SEGMENTS = 2_000  # of a JPEG, before its picture; a telephone writes some dozens
MAX_CHUNKS = 20_000  # of a PNG: 25 MB in pieces of 1.2 kB
MAX_BLOCKS = 20_000  # of a GIF's comments and other extensions, before its first picture
MAX_SCANNED = 1_000_000_000  # pixels that a JPEG's scans go over: 20 scans of 50 million
MAX_MARKERS = 20_000  # of a JPEG, to its end; a progressive one of a telephone has some dozens

_PNG_HEAD = b"\x89PNG\r\n\x1a\n"
_ALONE = {0x01, *range(0xD0, 0xD9)}  # markers of a JPEG that no length follows
_MARKER = re.compile(rb"\xff[^\x00\x01\xd0-\xd7\xff]")  # what no scan holds within


def check_structure(content: bytes) -> None:
    """Make sure that a file has no more parts than a picture needs.

    Args:
        content: of a file of any kind; kinds that are decoded in one go are not looked at.

    Raises:
        PhotoError: it has more.
    """
    if content.startswith(b"\xff\xd8") and _jpeg_segments(content) > MAX_SEGMENTS:
        raise PhotoError(f"a JPEG of at most {MAX_SEGMENTS:,} segments was expected, received one of more")
    if content.startswith(_PNG_HEAD) and _png_chunks(content) > MAX_CHUNKS:
        raise PhotoError(f"a PNG of at most {MAX_CHUNKS:,} chunks was expected, received one of more")
    if content.startswith((b"GIF87a", b"GIF89a")) and _gif_blocks(content) > MAX_BLOCKS:
        raise PhotoError(f"a GIF of at most {MAX_BLOCKS:,} blocks before its picture was expected, received more")


def check_scans(content: bytes, pixels: int) -> None:
    """Make sure that a JPEG's scans do not go over its picture endlessly.

    Args:
        content: of a JPEG.
        pixels: of its picture.

    Raises:
        PhotoError: they go over more than `MAX_SCANNED` pixels, or lie among endless segments.
    """
    most = max(1, MAX_SCANNED // max(pixels, 1))
    if _jpeg_scans(content, most) > most:
        raise PhotoError(f"a JPEG of at most {most:,} scans was expected at this size, received one of more")


def _jpeg_scans(content: bytes, most: int) -> int:
    """Return the scans of a JPEG's own picture, counted up to one more than `most`; thumbnails and what follows it
    (a telephone may append a film) do not count."""
    position, count = 0, 0
    for _ in range(MAX_MARKERS):
        found = _MARKER.search(content, position)
        kind = content[found.start() + 1] if found else 0xD9
        if not found or kind == 0xD9 or count > most:
            return count
        count += kind == 0xDA
        position = found.end()
        if kind not in _ALONE:
            position += max(2, int.from_bytes(content[position : position + 2], "big"))
    raise PhotoError(f"a JPEG of at most {MAX_MARKERS:,} segments was expected, received one of more")


def _jpeg_segments(content: bytes) -> int:
    """Return the segments and fill bytes before the first scan, counted up to one more than is allowed."""
    position, count = 2, 0
    while position + 4 <= len(content) and count <= MAX_SEGMENTS:
        count += 1
        if content[position] != 0xFF or content[position + 1] in (0x00, 0xFF):  # decoders skip such bytes one by one
            position += 1
            continue
        kind = content[position + 1]
        if kind in (0xDA, 0xD9):
            break
        position += 2
        if kind not in _ALONE:
            position += max(2, int.from_bytes(content[position : position + 2], "big"))
    return count


def _png_chunks(content: bytes) -> int:
    position, count = len(_PNG_HEAD), 0
    while position + 12 <= len(content) and count <= MAX_CHUNKS:
        count += 1
        position += 12 + int.from_bytes(content[position : position + 4], "big")
    return count


def _gif_blocks(content: bytes) -> int:
    flags = content[10] if len(content) > 10 else 0
    position, count = 13 + (3 << (1 + (flags & 7)) if flags & 0x80 else 0), 0
    while position + 2 <= len(content) and content[position] == 0x21 and count <= MAX_BLOCKS:
        position += 2
        while position < len(content) and count <= MAX_BLOCKS:
            count += 1
            length = content[position]
            position += 1 + length
            if not length:
                break
    return count
