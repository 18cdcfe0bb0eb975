"""Fashion-MNIST as NumPy arrays: where the files are, that they are the right ones, and how they are split.

The test split ships inside this package. The training split (26 MB) is looked for on the machine and
downloaded by Keras only when it is nowhere to be found.
"""

import gzip
import hashlib
import os
import zlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

CLASS_NAMES = (
    "T-shirt/top",
    "Trouser",
    "Pullover",
    "Dress",
    "Coat",
    "Sandal",
    "Shirt",
    "Sneaker",
    "Bag",
    "Ankle boot",
)
SIDE = 28
TEST_SIZE = 10_000
TRAIN_SIZE = 55_000
HELDOUT_SIZE = 5_000
# "Human Performance" in the data set's table of benchmarks: people without expertise in fashion, by crowdsourcing, on
# 1,000 test pictures drawn at random, the majority of three labels each.
HUMAN_ACCURACY = 0.835
HUMAN_SOURCE = "https://github.com/zalandoresearch/fashion-mnist#benchmark"
SPLIT_RULE = "training pictures 0..54999 train, 55000..59999 are held out"

# SHA-256 of the decompressed IDX files of the current release (after August 2017).
SHA256 = {
    "train-images-idx3-ubyte": "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
    "train-labels-idx1-ubyte": "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
    "t10k-images-idx3-ubyte": "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
    "t10k-labels-idx1-ubyte": "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
}
_TRAIN = [name for name in SHA256 if name.startswith("train")]
EMBEDDED = Path(__file__).parent / "dataset"
DEBIAN = Path("/usr/share/datasets/fashion-mnist")


class DataError(Exception):
    """A data file is missing, or is not the file it should be."""


@dataclass(frozen=True)
class Split:
    """Pictures and their labels.

    Attributes:
        images: (n, 28, 28) uint8, 0 is the black ground and 255 white; read-only.
        labels: (n,) uint8, positions in `CLASS_NAMES`; read-only.
    """

    images: np.ndarray
    labels: np.ndarray

    def __len__(self) -> int:
        return len(self.labels)


def class_name(label: int) -> str:
    """Return the data set's own name for a label.

    Raises:
        ValueError: a label outside 0..9.
    """
    if not 0 <= label < len(CLASS_NAMES):
        raise ValueError(f"expected a label 0..{len(CLASS_NAMES) - 1}, received {label}")
    return CLASS_NAMES[int(label)]


def with_article(label: int) -> str:
    """Return a label's name after its indefinite article, for example "an Ankle boot".

    Raises:
        ValueError: a label outside 0..9.
    """
    name = class_name(label)
    return f"{'an' if name[0] in 'AEIOU' else 'a'} {name}"


def check_index(value: object, size: int = TEST_SIZE) -> int:
    """Return `value` as an index into the test split.

    Args:
        value: an integer, or text in plain ASCII digits.

    Raises:
        ValueError: anything else, or outside 0..size-1; the message says what was expected and what came.
    """
    text = str(value)
    shown = text if len(text) <= 20 else f"{text[:20]}… ({len(text)} characters)"
    plain = text.isascii() and text.isdigit() and len(text) <= 9
    if isinstance(value, bool) or not plain or int(text) >= size:
        raise ValueError(f"index must be a whole number 0..{size - 1}, received {shown or 'nothing'!r}")
    return int(text)


@cache
def load_test() -> Split:
    """Return the 10,000 test pictures, which choose nothing: no parameter, no epoch, no threshold.

    Raises:
        DataError: an embedded file is missing or damaged.
    """
    return Split(_images("t10k-images-idx3-ubyte", EMBEDDED), _labels("t10k-labels-idx1-ubyte", EMBEDDED))


@cache
def load_train() -> Split:
    """Return the 55,000 pictures that networks are trained on.

    Raises:
        DataError: the training files cannot be had, or are not the current release.
    """
    full = _load_60000()
    return Split(full.images[:TRAIN_SIZE], full.labels[:TRAIN_SIZE])


@cache
def load_heldout() -> Split:
    """Return the 5,000 training pictures kept apart for selection and calibration.

    Raises:
        DataError: as `load_train`.
    """
    full = _load_60000()
    return Split(full.images[TRAIN_SIZE:], full.labels[TRAIN_SIZE:])


def has_training_split() -> bool:
    """Return whether both training files are on this machine; nothing is read or downloaded."""
    return _folder_here() is not None


def dataset_hash() -> str:
    """Return one SHA-256 (hex) over the four files' hashes: the identity of the data behind a stored result."""
    return hashlib.sha256("".join(SHA256[name] for name in sorted(SHA256)).encode()).hexdigest()


def file_hash(path: Path) -> str:
    """Return the SHA-256 (hex) of a file's bytes."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


@cache
def _load_60000() -> Split:
    folder = _training_folder()
    return Split(_images("train-images-idx3-ubyte", folder), _labels("train-labels-idx1-ubyte", folder))


def _training_folder() -> Path:
    """Return the first place that holds both training files; download them when there is none."""
    found = _folder_here()
    if found is not None:
        return found
    try:
        import keras  # here, so that reading the test split never loads TensorFlow

        keras.datasets.fashion_mnist.load_data()
    except Exception as cause:  # whatever the download raises, the person needs the same advice
        raise DataError(_advice(_TRAIN[0], f"not found, and the download failed ({cause})")) from cause
    return _keras_cache()


def _keras_cache() -> Path:
    return Path(os.environ.get("KERAS_HOME", Path.home() / ".keras")) / "datasets" / "fashion-mnist"


def _folder_here() -> Path | None:
    chosen = os.environ.get("FMNIST_DATA_DIR")
    folders = ([Path(chosen)] if chosen else []) + [_keras_cache(), DEBIAN]
    return next((folder for folder in folders if all(_find(name, folder) for name in _TRAIN)), None)


def _find(name: str, folder: Path) -> Path | None:
    return next((p for p in (folder / name, folder / f"{name}.gz") if p.is_file()), None)


def _read(name: str, folder: Path) -> bytes:
    path = _find(name, folder)
    if path is None:
        raise DataError(_advice(name, f"not found in {folder}"))
    try:
        raw = path.read_bytes()
        content = gzip.decompress(raw) if path.suffix == ".gz" else raw
    except (OSError, EOFError, zlib.error) as cause:
        raise DataError(_advice(name, f"{path} cannot be read ({cause})")) from cause
    received = hashlib.sha256(content).hexdigest()
    if received != SHA256[name]:
        raise DataError(_advice(name, f"{path} has SHA-256 {received}"))
    return content


def _advice(name: str, problem: str) -> str:
    if name.startswith("t10k"):
        ways = "it is part of this package: restore fmnist_core/dataset from the repository"
    else:
        ways = (
            "put the four files of the current release in a folder and name it in FMNIST_DATA_DIR, "
            "or install Debian's package dataset-fashion-mnist, "
            "or let keras.datasets.fashion_mnist download them once with a network connection"
        )
    return f"{name}: expected SHA-256 {SHA256[name]}, but {problem}. To get it: {ways}."


def _images(name: str, folder: Path) -> np.ndarray:
    return np.frombuffer(_read(name, folder), np.uint8, offset=16).reshape(-1, SIDE, SIDE)


def _labels(name: str, folder: Path) -> np.ndarray:
    return np.frombuffer(_read(name, folder), np.uint8, offset=8)
