"""What is stored beside a network is believed only when it is the very file that ships."""

import json
import shutil
import subprocess
import sys
import zlib

import numpy as np
import pytest

from fmnist_core import ModelError, Network, load_card
from fmnist_core.networks import cards, manifest
from tests.drivers import ROOT

STORED = ("logits.npz", "parts.npz", "gallery.npz", "map.npz", "stress.npz", "history.npz")
READ = {
    "logits.npz": lambda network: network.stored_logits,
    "parts.npz": lambda network: network.explanation_weights,
    "gallery.npz": lambda network: network.gallery,
    "map.npz": lambda network: network.projection,
    "stress.npz": lambda network: network.corruption_accuracies,
    "history.npz": lambda network: network.history,
}


@pytest.fixture
def folder(tmp_path):
    for path in (*cards.MODELS.glob("mlp.*"), cards.MODELS / "gallery.npz", cards.MODELS / manifest.NAME):
        shutil.copy(path, tmp_path)
    return tmp_path


def test_every_file_that_ships_is_in_the_list_as_it_is():
    lines = manifest.read(cards.MODELS)
    there = {p.name for p in cards.MODELS.iterdir() if p.suffix in (".keras", ".tflite", ".npz", ".json")}
    assert set(lines) == there - {manifest.NAME}
    for name, line in lines.items():
        assert manifest.describe(cards.MODELS / name) == line, name


@pytest.mark.parametrize("kind", STORED)
def test_what_is_in_the_list_is_used(folder, kind):
    assert READ[kind](Network("mlp", folder)) is not None


@pytest.mark.parametrize("kind", STORED)
def test_a_rolled_array_is_not_shown_as_right(folder, kind):
    path = folder / f"mlp.{kind}"
    with np.load(path) as stored:
        arrays = {key: stored[key] for key in stored.files}
    largest = max(arrays, key=lambda key: arrays[key].size)
    np.savez_compressed(path, **arrays | {largest: np.roll(arrays[largest], 1)})
    with pytest.raises(ModelError, match="is not the file"):
        READ[kind](Network("mlp", folder))


@pytest.mark.parametrize("kind", STORED)
def test_a_damaged_file_gives_a_sentence_and_takes_nothing_else_down(folder, kind):
    rng, path = np.random.default_rng(0), folder / f"mlp.{kind}"
    whole = path.read_bytes()
    for _ in range(25):
        content = bytearray(whole)
        for position in rng.integers(0, len(content), 1 + rng.integers(8)):
            content[position] ^= 1 << rng.integers(8)
        if rng.random() < 0.3:
            content = content[: rng.integers(len(content))]
        path.write_bytes(content)
        network = Network("mlp", folder)
        with pytest.raises(ModelError):
            READ[kind](network)
    for other in set(STORED) - {kind}:
        assert READ[other](network) is not None
    assert network.classifier.logits(np.zeros((1, 28, 28))).shape == (1, 10)


@pytest.mark.parametrize("cause", [zlib.error("x"), IndexError("x"), TypeError("x"), NotImplementedError("x")])
def test_whatever_a_reader_raises_becomes_a_sentence(folder, monkeypatch, cause):
    def load(*_, **__):
        raise cause

    monkeypatch.setattr(np, "load", load)
    for read in READ.values():
        with pytest.raises(ModelError):
            read(Network("mlp", folder))


def test_a_card_that_was_changed_is_noticed(folder):
    path = folder / "mlp.json"
    path.write_text(path.read_text("utf-8").replace('"seconds": ', '"seconds": 1'), "utf-8")
    assert "mlp.json is not the file in manifest.json" in load_card("mlp", folder).problem


@pytest.mark.parametrize(
    ("what", "value"),
    [
        *((("temperature",), v) for v in ("2.0", True, float("inf"), float("nan"), 1e-320, 0, -1, None, [1])),
        *((("test", "accuracy"), v) for v in (1.1, "x", -0.1, None)),
        (("test", "interval"), [0.9, 0.1]),
        (("parameters",), "many"),
        (("flops",), -1),
    ],
    ids=str,
)
def test_a_number_that_is_none_is_named(folder, what, value):
    path = folder / "mlp.json"
    facts = json.loads(path.read_text("utf-8"))
    place = facts
    for key in what[:-1]:
        place = place[key]
    place[what[-1]] = value
    path.write_text(json.dumps(facts), "utf-8")
    with pytest.raises(ModelError, match=r"mlp\.json is not a model card"):
        load_card("mlp", folder)


def test_the_accuracy_is_the_one_that_the_logits_give(folder):
    path = folder / "mlp.json"
    facts = json.loads(path.read_text("utf-8"))
    facts["test"]["accuracy"] = facts["test"]["interval"][1]
    path.write_text(json.dumps(facts), "utf-8")
    manifest.record(folder, "mlp.json")
    with pytest.raises(ModelError, match=r"its logits give 89\.\d\d%"):
        _ = Network("mlp", folder).stored_logits


@pytest.mark.parametrize("content", ["", "[]", "{", '{"mlp.map.npz": 3}', '{"mlp.map.npz": {"sha256": 4}}'])
def test_a_list_that_is_none_is_named(folder, content):
    (folder / manifest.NAME).write_text(content, "utf-8")
    with pytest.raises(ModelError, match=r"manifest\.json cannot be read"):
        manifest.read(folder)
    assert "manifest.json cannot be read" in load_card("mlp", folder).problem


def test_a_new_file_is_used_once_it_is_recorded(folder):
    path = folder / "mlp.map.npz"
    with np.load(path) as stored:
        arrays = {key: stored[key] for key in stored.files}
    np.savez(path, **arrays)  # the same, not compressed
    with pytest.raises(ModelError):
        _ = Network("mlp", folder).projection
    manifest.record(folder, path.name)
    assert Network("mlp", folder).projection.codes.shape == (10_000, 2)


def test_a_network_whose_path_is_no_text_runs(folder):
    odd = folder / "Kleidung-\udcfc"  # a byte that is no UTF-8, as a folder may have
    odd.mkdir()
    for path in folder.glob("*.*"):
        shutil.copy(path, odd)
    assert Network("mlp", odd).classifier.logits(np.zeros((1, 28, 28))).shape == (1, 10)


def test_two_processes_lose_no_line_of_each_other(folder):
    for number in range(12):
        (folder / f"more{number}.txt").write_text(str(number), "utf-8")
    program = "import sys; from pathlib import Path; from fmnist_core.networks import manifest\n"
    program += "for name in sys.argv[2:]: manifest.record(Path(sys.argv[1]), name)"
    names = [[f"more{number}.txt" for number in range(first, 12, 3)] for first in range(3)]
    started = [subprocess.Popen([sys.executable, "-c", program, str(folder), *some], cwd=ROOT) for some in names]
    assert [process.wait(60) for process in started] == [0, 0, 0]
    lines = manifest.read(folder)
    assert {f"more{number}.txt" for number in range(12)} <= set(lines)
    assert "mlp.json" in lines
