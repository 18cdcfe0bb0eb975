"""A trained network lies beside what ships, and replaces it only when told to, with everything that hangs on it."""

import json
import shutil
from dataclasses import replace

import numpy as np
import pytest

from fmnist_core import ModelError, Network, data
from fmnist_core.__main__ import main
from fmnist_core.explanation import projection
from fmnist_core.networks import cards, manifest, shipping
from fmnist_core.training.recipes import RECIPES
from tests.drivers import ROOT, needed

ATTRIBUTES = ("classifier", "stored_logits", "explanation_weights", "gallery", "projection", "corruption_accuracies")


def files(folder):
    return {path.name: data.file_hash(path) for path in folder.iterdir() if path.is_file()}


@pytest.fixture
def models(tmp_path, monkeypatch):
    """A copy of what ships, in its place, and checkpoints apart."""
    folder = tmp_path / "models"
    folder.mkdir()
    for path in cards.MODELS.glob("linear.*"):
        shutil.copy(path, folder)
    shutil.copy(cards.MODELS / "gallery.npz", folder)
    manifest.record(folder, *(path.name for path in folder.iterdir()))
    monkeypatch.setattr(cards, "MODELS", folder)
    monkeypatch.setenv("FMNIST_RUNS", str(tmp_path / "runs"))
    return folder


@pytest.fixture
def quick(monkeypatch, tmp_path):
    """A recipe of one epoch, and a map that takes no minute; the folder of what is kept for other recipes."""
    stored = needed("fmnist_core.training.stored")
    kept = tmp_path / "kept"
    shutil.copytree(ROOT / "models" / "teachers", kept)
    monkeypatch.setattr(stored, "KEPT", kept)
    monkeypatch.setitem(RECIPES, "linear", replace(RECIPES["linear"], epochs=1))
    monkeypatch.setattr(projection, "project", lambda classifier, images: np.random.default_rng(0).random((10_000, 2)))
    return kept


def test_training_leaves_what_ships_alone_until_told_then_replaces_all_of_it(models, quick, heldout, tmp_path, capsys):
    before, kept = files(models), files(quick)
    assert main(["train", "linear"]) == 0
    assert files(models) == before
    (run,) = (tmp_path / "runs").iterdir()
    assert json.loads((run / "linear.json").read_text())["files"]["linear.keras"] == data.file_hash(
        run / "linear.keras"
    )
    assert "of the held-out pictures, the one that ships" in capsys.readouterr().out

    assert main(["train", "linear", "--ship"]) == 0
    after = files(models)
    assert after.keys() == before.keys()
    assert {name for name in before if before[name] == after[name]} <= {"gallery.npz"}
    assert files(quick) == kept  # what is kept for others is not its concern
    network = Network("linear", models)
    assert network.card.problem is None
    assert network.card.facts["novelty"]["gallery_sha256"] == network.gallery.sha256
    for name in ATTRIBUTES:
        assert getattr(network, name) is not None


def test_a_network_without_all_that_hangs_on_it_replaces_nothing(models, tmp_path):
    run = tmp_path / "run"
    shutil.copytree(models, run)
    (run / "linear.map.npz").unlink()
    before = files(models)
    with pytest.raises(ModelError, match=r"linear\.map\.npz is missing"):
        shipping.ship("linear", run, models)
    assert files(models) == before
