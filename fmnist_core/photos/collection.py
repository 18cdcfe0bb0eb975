"""A collection of photos that people took of their own clothes, in folders named by the kind of garment.

Nothing of it ships. `FMNIST_PHOTOS_DIR` names a folder with `<kind>/*.jpg` in it, or a clone of the public collection
"clothing-dataset-small" (Alexey Grigorev and contributors, CC0), whose `train` part then counts. A fixed rule keeps a
quarter apart, to judge by; photos of the same garment that look alike stay on one side.
"""

import hashlib
import os
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np

from fmnist_core.data import DataError, file_hash

# Folder, and the classes of Fashion-MNIST that fit what is in it; none fits shorts, skirts and hats.
FITTING: dict[str, tuple[int, ...]] = {
    "t-shirt": (0,),
    "longsleeve": (2, 0, 6),
    "shirt": (6,),
    "dress": (3,),
    "outwear": (4, 2),
    "pants": (1,),
    "shoes": (5, 7, 9),
    "shorts": (),
    "skirt": (),
    "hat": (),
}
SUFFIXES = (".jpg", ".jpeg", ".png", ".webp")
JUDGED, TUNING = 4, 7  # one in four groups of like photos is judged by, of the rest one in seven tunes
FOLDS = 4  # of the photos that are learned from, for what has to be measured on others
THUMBNAIL = 8
MAX_THUMBNAIL_DISTANCE = 11.0  # root mean square grey levels over an 8 x 8 colour thumbnail


@dataclass(frozen=True)
class LabelledPhoto:
    """One file and what it shows.

    Attributes:
        path: of the file.
        kind: the folder's name, a key of `FITTING`.
    """

    path: Path
    kind: str

    @property
    def fitting(self) -> tuple[int, ...]:
        """The classes that fit, labels 0..9; none for what is none of the ten."""
        return FITTING[self.kind]


def collection_folder() -> Path:
    """Return the folder that `FMNIST_PHOTOS_DIR` names.

    Raises:
        DataError: the variable is not set, or names no folder; the message says how to get the photos.
    """
    named = os.environ.get("FMNIST_PHOTOS_DIR", "")
    if not named or not Path(named).is_dir():
        received = f"received {named!r}, which is no folder" if named else "it is not set"
        raise DataError(
            "FMNIST_PHOTOS_DIR must name a folder of photos of clothes (t-shirt/*.jpg, shoes/*.jpg, …), but "
            f"{received}. To get them: git clone https://github.com/alexeygrigorev/clothing-dataset-small, "
            "and name its folder."
        )
    return Path(named)


def load_collection(folder: Path, part: str = "train") -> list[LabelledPhoto]:
    """Return the photos of a folder, ordered by kind and name.

    Args:
        folder: with `<kind>/*.jpg`, or with parts (`train`, `validation`, `test`) that have such folders.
        part: which of these counts, where there are parts; "" takes them all.

    Raises:
        DataError: no photo is there.
    """
    parts = [folder / name for name in ("train", "validation", "test") if (folder / name).is_dir()]
    roots = [root for root in parts if part in ("", root.name)] or [folder]
    photos = [
        LabelledPhoto(path, kind)
        for root in roots
        for kind in FITTING
        for path in sorted((root / kind).glob("*"))
        if path.suffix.lower() in SUFFIXES
    ]
    if not photos:
        raise DataError(f"expected photos in folders named {', '.join(FITTING)}, found none in {folder}")
    return photos


def read_rgb(path: Path) -> np.ndarray:
    """Return a photo's pixels, (h, w, 3) uint8, turned upright by its EXIF note.

    Raises:
        DataError: it cannot be read.
    """
    pixels = cv2.imread(str(path), cv2.IMREAD_COLOR_RGB)
    if pixels is None:
        raise DataError(f"{path} was expected to be a photo, it cannot be read")
    return pixels


@dataclass(frozen=True)
class Sides:
    """A collection divided by a fixed rule; photos that look alike are on one side.

    Attributes:
        train: what networks learn from.
        tuning: what chooses settings and sets thresholds.
        judged: what is only reported.
    """

    train: list[LabelledPhoto]
    tuning: list[LabelledPhoto]
    judged: list[LabelledPhoto]


def split(photos: list[LabelledPhoto]) -> Sides:
    """Return the photos divided: the SHA-256 of the first file name in a group of like photos decides.

    Raises:
        DataError: a photo cannot be read.
    """
    sides = Sides([], [], [])
    for photo, digest in zip(photos, _group_digests(tuple(photos)), strict=True):
        if digest[0] % JUDGED == 0:
            sides.judged.append(photo)
        else:
            (sides.tuning if digest[1] % TUNING == 0 else sides.train).append(photo)
    return sides


def folds(photos: list[LabelledPhoto]) -> list[int]:
    """Return each photo's fold, 0 to `FOLDS` - 1, by the same rule: photos that look alike are in one.

    Raises:
        DataError: a photo cannot be read.
    """
    return [digest[2] % FOLDS for digest in _group_digests(tuple(photos))]


@lru_cache(maxsize=4)
def _group_digests(photos: tuple[LabelledPhoto, ...]) -> list[bytes]:
    """Return for each photo the SHA-256 of the first file name in its group of like photos; they are read once."""
    groups = like_photos([_thumbnail(read_rgb(photo.path)) for photo in photos])
    first: dict[int, str] = {}
    for photo, group in zip(photos, groups, strict=True):
        first[group] = min(first.get(group, photo.path.name), photo.path.name)
    return [hashlib.sha256(first[group].encode()).digest() for group in groups]


def like_photos(thumbnails: list[np.ndarray]) -> list[int]:
    """Return for each picture the number of its group: whatever is linked by a chain of close pairs is one.

    A pair is close when the thumbnails, their means made equal, differ little, mirrored or not.
    """
    flat = np.stack([_levelled(t) for t in thumbnails])
    mirrored = np.stack([_levelled(t[:, ::-1]) for t in thumbnails])
    parent = list(range(len(flat)))

    def root(k: int) -> int:
        while parent[k] != k:
            parent[k] = parent[parent[k]]
            k = parent[k]
        return k

    limit = MAX_THUMBNAIL_DISTANCE**2 * flat.shape[1]
    lengths = (flat**2).sum(axis=1)
    for other in (flat, mirrored):
        squares = lengths[:, None] + lengths[None] - 2 * flat @ other.T
        for a, b in np.argwhere(squares < limit):
            if a < b:
                parent[root(int(b))] = root(int(a))
    return [root(k) for k in range(len(flat))]


def _thumbnail(rgb: np.ndarray) -> np.ndarray:
    return cv2.resize(rgb, (THUMBNAIL, THUMBNAIL), interpolation=cv2.INTER_AREA).astype(np.float32)


def _levelled(thumbnail: np.ndarray) -> np.ndarray:
    """Return the thumbnail as a vector without its mean grey level: another exposure is the same picture."""
    return (thumbnail - thumbnail.mean()).ravel()


def content_hash(photos: Iterable[LabelledPhoto], *others: Path) -> str:
    """Return one SHA-256 (hex) over the photos' kinds, names and bytes, and those of other files."""
    lines = sorted(f"{photo.kind}/{photo.path.name} {file_hash(photo.path)}" for photo in photos)
    return hashlib.sha256("\n".join([*lines, *map(file_hash, others)]).encode()).hexdigest()


def list_hash(photos: Iterable[LabelledPhoto]) -> str:
    """Return one SHA-256 (hex) over kinds and file names: which photos a figure speaks of."""
    lines = sorted(f"{photo.kind}/{photo.path.name}" for photo in photos)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()
