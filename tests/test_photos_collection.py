"""The collection of photos: how it is found, divided, and named. The photos here are drawn."""

import numpy as np
import pytest
from PIL import Image

from fmnist_core.data import DataError
from fmnist_core.photos.collection import (
    FITTING,
    FOLDS,
    collection_folder,
    folds,
    like_photos,
    list_hash,
    load_collection,
    split,
)


def save(folder, kind, name, seed, level=0):
    (folder / kind).mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(seed)
    coarse = rng.integers(0, 200, (6, 6, 3)).astype(np.uint8) + level
    Image.fromarray(coarse).resize((90, 120), Image.Resampling.BICUBIC).save(folder / kind / name, quality=90)


@pytest.fixture
def folder(tmp_path):
    for number in range(40):
        save(tmp_path, ("t-shirt", "shoes", "hat")[number % 3], f"{number:03}.jpg", number)
    save(tmp_path, "t-shirt", "twin.jpg", 0, level=9)  # the first garment again, in other light
    return tmp_path


def test_what_is_missing_is_said(monkeypatch, tmp_path):
    monkeypatch.delenv("FMNIST_PHOTOS_DIR", raising=False)
    with pytest.raises(DataError, match=r"it is not set.*To get them: git clone"):
        collection_folder()
    monkeypatch.setenv("FMNIST_PHOTOS_DIR", str(tmp_path / "nowhere"))
    with pytest.raises(DataError, match="which is no folder"):
        collection_folder()
    with pytest.raises(DataError, match="found none"):
        load_collection(tmp_path)


def test_both_layouts_are_read(folder, tmp_path):
    plain = load_collection(folder)
    assert {photo.kind for photo in plain} == {"t-shirt", "shoes", "hat"}
    parts = tmp_path / "clone"
    parts.mkdir()
    for part in ("train", "test"):
        save(parts / part, "dress", f"{part}.jpg", 99)
    assert [photo.path.name for photo in load_collection(parts)] == ["train.jpg"]
    assert len(load_collection(parts, part="")) == 2


def test_what_fits(folder):
    by_kind = {photo.kind: photo.fitting for photo in load_collection(folder)}
    assert by_kind["shoes"] == (5, 7, 9)
    assert by_kind["hat"] == ()
    assert set(FITTING) == {
        "t-shirt", "longsleeve", "shirt", "dress", "outwear", "pants", "shoes", "shorts", "skirt", "hat",
    }  # fmt: skip


def test_folds_are_fixed_and_keep_twins_together(folder):
    photos = load_collection(folder)
    found = {photo.path.name: fold for photo, fold in zip(photos, folds(photos), strict=True)}
    again = {photo.path.name: fold for photo, fold in zip(photos[::-1], folds(photos[::-1]), strict=True)}
    assert found == again
    assert set(found.values()) == set(range(FOLDS))
    assert found["twin.jpg"] == found["000.jpg"]


def test_the_split_is_fixed_whole_and_keeps_twins_together(folder):
    photos = load_collection(folder)
    sides, again = split(photos), split(photos[::-1])
    names = [{p.path.name for p in side} for side in (sides.train, sides.tuning, sides.judged)]
    assert names == [{p.path.name for p in side} for side in (again.train, again.tuning, again.judged)]
    assert sum(map(len, names)) == len(photos) == len(set.union(*names))
    assert all(names)
    assert any({"000.jpg", "twin.jpg"} <= side for side in names)


def test_like_photos_are_linked_mirrored_or_not_and_others_are_not():
    rng = np.random.default_rng(0)
    first, second = rng.uniform(0, 255, (2, 8, 8, 3)).astype(np.float32)
    groups = like_photos([first, second, first[:, ::-1] + 5, first + 20])
    assert groups[0] == groups[2] == groups[3] != groups[1]


def test_the_hash_of_a_list_does_not_depend_on_where_it_lies_or_its_order(folder):
    photos = load_collection(folder)
    assert list_hash(photos) == list_hash(photos[::-1])
    assert list_hash(photos) != list_hash(photos[1:])
