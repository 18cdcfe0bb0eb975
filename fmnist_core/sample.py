"""The training pictures that ship: 6,000 to learn from and 1,000 held out, in 16 grey levels.

They are the first of the data set's 55,000 training and of its 5,000 held-out pictures, so that a class trains without
a network connection. Each grey level 0..255 is rounded to the nearest multiple of 17 (off by 8 at most), which makes
the file a third as large. `python -m fmnist_core.sample` writes it anew from the training split.
"""

import hashlib
import lzma
from functools import cache
from pathlib import Path

import numpy as np

from fmnist_core import data
from fmnist_core.data import SIDE, DataError, Split
from fmnist_core.files import replace_file

TRAINING, HELDOUT = 6_000, 1_000
STEP = 17  # between two of the 16 grey levels
FILE = data.EMBEDDED / "training-sample.xz"
SHA256 = "563198ad87a44ec76cf2b0bd19254fc7da21c51ab39fdb58bb45ea88f9bf9b1f"  # of the decompressed file


@cache
def load_sample() -> tuple[Split, Split]:
    """Return the 6,000 training pictures and the 1,000 held-out pictures that ship.

    Raises:
        DataError: the file is missing or damaged.
    """
    advice = "it is part of this package: restore fmnist_core/dataset from the repository"
    try:
        content = lzma.decompress(FILE.read_bytes())
    except (OSError, EOFError, lzma.LZMAError) as cause:
        raise DataError(f"{FILE.name} cannot be read ({cause}): {advice}.") from cause
    received = hashlib.sha256(content).hexdigest()
    if received != SHA256:
        raise DataError(f"{FILE.name}: expected SHA-256 {SHA256}, received {received}: {advice}.")
    count = TRAINING + HELDOUT
    labels = np.frombuffer(content, np.uint8, count)
    images = np.frombuffer(content, np.uint8, offset=count).reshape(count, SIDE, SIDE) * np.uint8(STEP)
    images.setflags(write=False)
    return Split(images[:TRAINING], labels[:TRAINING]), Split(images[TRAINING:], labels[TRAINING:])


def made(train: Split, heldout: Split) -> bytes:
    """Return the decompressed file for the full training and held-out pictures: labels, then grey levels 0..15."""
    labels = np.concatenate([train.labels[:TRAINING], heldout.labels[:HELDOUT]])
    images = np.concatenate([train.images[:TRAINING], heldout.images[:HELDOUT]])
    return labels.tobytes() + np.rint(images / STEP).astype(np.uint8).tobytes()


def write(path: Path = FILE) -> str:
    """Write the file; return the SHA-256 (hex) of what is in it.

    Raises:
        DataError: the training split cannot be had.
    """
    content = made(data.load_train(), data.load_heldout())
    # The byte before says most about the next grey level, its place in a word nothing.
    filters = [{"id": lzma.FILTER_LZMA2, "preset": 9 | lzma.PRESET_EXTREME, "lc": 4, "lp": 0, "pb": 0}]
    packed = lzma.compress(content, filters=filters)
    replace_file(path, lambda file: file.write_bytes(packed))
    return hashlib.sha256(content).hexdigest()


if __name__ == "__main__":
    print(write())
