"""Older releases of Keras read the networks: `python -m benchmarks.keras_releases` tries it with those themselves."""

import json
import re
import shutil
import zipfile

import numpy as np
import pytest

from fmnist_core import network_names
from fmnist_core.networks.cards import MODELS
from fmnist_core.training.portable import NEWER, OLDEST, make_portable, without_newer_keys
from tests.drivers import ROOT, needed


def contents(path):
    with zipfile.ZipFile(path) as file:
        return {entry.filename: file.read(entry) for entry in file.infolist()}


@pytest.mark.parametrize("name", network_names())
def test_no_file_that_ships_names_what_older_releases_do_not_know(name):
    text = contents(MODELS / f"{name}.keras")["config.json"].decode()
    assert '"class_name": "Functional"' in text
    assert [key for key in NEWER if f'"{key}"' in text] == []


def test_keys_at_their_default_leave_and_all_else_stays_byte_by_byte(tmp_path):
    path = tmp_path / "linear.keras"
    shutil.copy(MODELS / "linear.keras", path)
    before = contents(path)
    config = json.loads(before["config.json"])
    config["config"]["layers"][-1]["config"] |= NEWER
    with zipfile.ZipFile(path, "w") as file:
        for name, content in before.items():
            file.writestr(name, json.dumps(config) if name == "config.json" else content)
    make_portable(path)
    assert contents(path) == before


def test_kernels_of_16_bits_are_stored_so_and_read_as_they_were(tmp_path):
    keras = needed("keras")
    path = tmp_path / "mlp.keras"
    model = keras.models.load_model(MODELS / "mlp.keras", compile=False)
    model.set_weights([w.astype(np.float16).astype(np.float32) if w.ndim > 1 else w for w in model.get_weights()])
    model.save(path)
    make_portable(path)
    before = path.stat().st_size
    make_portable(path, half=True)
    assert path.stat().st_size < 0.85 * before
    for found, expected in zip(keras.models.load_model(path, compile=False).weights, model.weights, strict=True):
        assert found.dtype == "float32"
        np.testing.assert_array_equal(np.asarray(found), np.asarray(expected))


def test_a_key_that_somebody_chose_is_refused():
    assert without_newer_keys([{"renorm": False, "axis": [1]}]) == [{"axis": [1]}]
    with pytest.raises(ValueError, match="renorm must be False"):
        without_newer_keys({"layers": [{"config": {"renorm": True}}]})


def test_the_readme_promises_what_is_tried():
    assert re.search(rf"Keras {re.escape(OLDEST)} to 3\.15", (ROOT / "README.md").read_text("utf-8"))
