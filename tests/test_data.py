import gzip
import shutil

import numpy as np
import pytest

from fmnist_core import data
from tests.drivers import absent


def test_test_split_is_the_current_release():
    split = data.load_test()
    assert split.images.shape == (10_000, 28, 28)
    assert split.images.dtype == np.uint8
    assert np.bincount(split.labels).tolist() == [1000] * 10


def test_train_and_heldout_are_disjoint_and_fixed(heldout):
    train = data.load_train()
    assert (len(train), len(heldout)) == (55_000, 5_000)
    full = data._load_60000().images
    assert np.array_equal(train.images, full[:55_000])
    assert np.array_equal(heldout.images, full[55_000:])
    assert not np.shares_memory(train.images, heldout.images)


def test_pictures_cannot_be_changed_by_accident():
    with pytest.raises(ValueError, match="read-only"):
        data.load_test().images[0, 0, 0] = 1


def test_damaged_file_is_named_with_both_hashes(tmp_path):
    name = "t10k-labels-idx1-ubyte"
    (tmp_path / name).write_bytes(b"\0" * 10_008)
    with pytest.raises(data.DataError) as problem:
        data._read(name, tmp_path)
    assert name in str(problem.value)
    assert data.SHA256[name] in str(problem.value)
    assert "has SHA-256" in str(problem.value)


def test_truncated_gzip_is_named(tmp_path):
    name = "t10k-labels-idx1-ubyte"
    whole = (data.EMBEDDED / f"{name}.gz").read_bytes()
    (tmp_path / f"{name}.gz").write_bytes(whole[:1000])
    with pytest.raises(data.DataError, match="cannot be read"):
        data._read(name, tmp_path)


def test_missing_training_split_names_the_ways_to_get_it(tmp_path, monkeypatch):
    monkeypatch.setenv("FMNIST_DATA_DIR", str(tmp_path / "none"))
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    monkeypatch.setattr(data, "DEBIAN", tmp_path / "debian")
    monkeypatch.setitem(__import__("sys").modules, "keras", None)  # no download either
    with pytest.raises(data.DataError) as problem:
        data._training_folder()
    for way in ("FMNIST_DATA_DIR", "dataset-fashion-mnist", "keras.datasets", "expected SHA-256"):
        assert way in str(problem.value)


def test_training_split_is_found_where_the_environment_says(tmp_path, monkeypatch):
    if not data.DEBIAN.is_dir():
        absent("the training split is needed (Debian package dataset-fashion-mnist)")
    for path in data.DEBIAN.glob("train-*.gz"):
        (tmp_path / path.stem).write_bytes(gzip.decompress(path.read_bytes()))
    monkeypatch.setenv("FMNIST_DATA_DIR", str(tmp_path))
    assert data._training_folder() == tmp_path
    shutil.rmtree(tmp_path)


@pytest.mark.parametrize("value", ["0", "9999", 42, "0042"])
def test_good_index(value):
    assert data.check_index(value) == int(value)


@pytest.mark.parametrize("value", ["-1", "10000", "1e400", "inf", "nan", "abc", "", "3.7", "9" * 5000, "٣", " 5", True])
def test_bad_index_says_what_was_expected_and_what_came(value):
    with pytest.raises(ValueError, match=r"index must be a whole number 0\.\.9999, received") as problem:
        data.check_index(value)
    assert len(str(problem.value)) < 120


def test_a_class_after_its_article():
    assert data.with_article(9) == "an Ankle boot"
    assert data.with_article(0) == "a T-shirt/top"


@pytest.mark.parametrize("label", [-1, 10])
def test_only_ten_labels_have_a_name(label):
    assert data.class_name(9) == "Ankle boot"
    with pytest.raises(ValueError, match=f"received {label}"):
        data.class_name(label)
