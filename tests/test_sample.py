"""The training pictures that ship are those of the training split, by a fixed rule."""

import lzma

import numpy as np
import pytest

from fmnist_core import data, sample
from fmnist_core.composing.composition import parse
from fmnist_core.runs import pictures


def test_the_sample_is_the_first_of_the_training_split_in_16_grey_levels(heldout):
    train, held = sample.load_sample()
    full = data.load_train()
    assert (len(train), len(held)) == (6_000, 1_000)
    np.testing.assert_array_equal(train.labels, full.labels[:6_000])
    np.testing.assert_array_equal(held.labels, heldout.labels[:1_000])
    for mine, theirs in ((train.images, full.images[:6_000]), (held.images, heldout.images[:1_000])):
        assert np.abs(mine.astype(int) - theirs).max() <= 8
        assert set(np.unique(mine)) == set(range(0, 256, 17))
    assert lzma.decompress(sample.FILE.read_bytes()) == sample.made(full, heldout)


def test_no_picture_of_the_sample_is_a_test_picture():
    """Among the pictures themselves; two of the data set's own may of course be alike."""
    train, held = sample.load_sample()
    test = np.rint(data.load_test().images / sample.STEP).astype(np.uint8) * sample.STEP
    known = {image.tobytes() for image in test}
    assert sum(image.tobytes() in known for image in (*train.images, *held.images)) <= 5


def test_every_class_is_there_about_equally_often():
    for split in sample.load_sample():
        shares = np.bincount(split.labels, minlength=10) / len(split)
        assert shares.min() > 0.07
        assert shares.max() < 0.13


@pytest.mark.parametrize("damage", [b"", b"nonsense", None])
def test_a_damaged_sample_is_refused_in_a_sentence(damage, tmp_path, monkeypatch):
    content = lzma.compress(b"another") if damage is None else damage
    (tmp_path / "training-sample.xz").write_bytes(content)
    monkeypatch.setattr(sample, "FILE", tmp_path / "training-sample.xz")
    sample.load_sample.cache_clear()
    with pytest.raises(data.DataError, match="restore fmnist_core/dataset"):
        sample.load_sample()
    sample.load_sample.cache_clear()


def test_so_many_labels_are_wrong_and_always_the_same_ones():
    right = pictures.training_pictures(parse({"pictures": "1000"})).labels
    wrong = pictures.training_pictures(parse({"pictures": "1000", "wrong": "20"})).labels
    assert (right != wrong).sum() == 200
    assert wrong.max() <= 9
    np.testing.assert_array_equal(wrong, pictures.training_pictures(parse({"pictures": "1000", "wrong": "20"})).labels)


def test_the_watched_pictures_are_of_eight_classes():
    labels = pictures.heldout_pictures().labels[pictures.watched()]
    assert tuple(labels) == pictures.WATCHED_CLASSES
