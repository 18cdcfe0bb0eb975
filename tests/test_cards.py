import json
import shutil

import numpy as np
import pytest

from fmnist_core import Classifier, ModelError, evaluate, load_card, load_stored_logits, load_test, network_names
from fmnist_core.data import file_hash
from fmnist_core.evaluation.calibration import calibration_facts, fit_temperature
from fmnist_core.files import replace_file
from fmnist_core.networks import cards, manifest
from fmnist_core.training.recipes import RECIPES, Recipe
from tests.drivers import needed

NAMES = network_names()
MIN_ACCURACY = {"linear": 0.84, "mlp": 0.881, "cnn": 0.93, "resnet": 0.95, "wide": 0.954, "street": 0.94, "tiny": 0.92}
LARGEST = {"cnn": (250_000, 80e6), "wide": (3_000_000, 400e6), "tiny": (10_000, 80e6)}


@pytest.mark.parametrize("name", NAMES)
def test_the_card_tells_the_truth(name):
    card = load_card(name)
    assert card.problem is None
    test = load_test()
    live = evaluate(Classifier(card.tflite, threads=2).bulk_logits(test.images), test.labels)
    assert live.n == card.facts["test"]["n"] == 10_000
    assert live.accuracy == pytest.approx(card.facts["test"]["accuracy"], abs=5e-4)
    assert live.interval == pytest.approx(card.facts["test"]["interval"], abs=5e-4)
    assert live.accuracy >= MIN_ACCURACY[name]


@pytest.mark.parametrize("name", NAMES)
def test_stored_results_belong_to_the_network(name, heldout):
    card = load_card(name)
    stored = load_stored_logits(card)
    assert evaluate(stored.test, load_test().labels).accuracy == card.facts["test"]["accuracy"]
    assert np.array_equal(stored.heldout_labels, heldout.labels)
    assert evaluate(stored.heldout, heldout.labels).accuracy == card.facts["heldout"]["accuracy"]
    assert fit_temperature(stored.heldout, heldout.labels) == pytest.approx(card.facts["temperature"], rel=1e-4)
    stated = card.facts["calibration"]
    measured = calibration_facts(stored.test, load_test().labels, card.temperature)
    for when in ("before", "after"):
        assert measured[when]["ece"]["value"] == pytest.approx(stated[when]["ece"]["value"], abs=1e-4)
        assert measured[when]["ece_noise_floor"] == pytest.approx(stated[when]["ece_noise_floor"], abs=1e-3)
    for file, expected in card.facts["files"].items():
        assert file_hash(cards.MODELS / file) == expected


@pytest.mark.parametrize("name", NAMES)
def test_the_card_names_the_recipe_that_train_would_run(name):
    needed("tensorflow")
    from fmnist_core.training import stored

    facts, recipe = load_card(name).facts, RECIPES[name]
    assert facts["recipe_digest"] == stored.digest(recipe)
    assert facts["command"] == f"python -m fmnist_core train {name}"
    lists = {key: tuple(value) for key, value in facts["recipe"].items() if isinstance(value, list)}
    stated = facts["recipe"] | lists
    assert Recipe(**stated) == recipe  # a retired field would be a TypeError


@pytest.mark.parametrize("name", NAMES)
def test_parameters_and_arithmetic_are_counted_from_the_network(name):
    keras = needed("keras")
    from fmnist_core.training import export

    model = keras.models.load_model(cards.MODELS / f"{name}.keras", compile=False)
    facts = load_card(name).facts
    assert model.count_params() == facts["parameters"]
    assert export.flops(model) == facts["flops"]
    if name not in ("linear", "mlp"):
        assert isinstance(model.layers[-1], keras.layers.Dense)
        assert isinstance(model.layers[-2], keras.layers.GlobalAveragePooling2D)
    most_parameters, most_flops = LARGEST.get(name, (500_000, 80e6))
    assert facts["parameters"] <= most_parameters
    assert facts["flops"] <= most_flops


@pytest.fixture
def folder(tmp_path):
    for name in ("linear", "mlp"):
        for path in cards.MODELS.glob(f"{name}.*"):
            shutil.copy(path, tmp_path)
    shutil.copy(cards.MODELS / manifest.NAME, tmp_path)
    return tmp_path


def test_a_swapped_network_is_noticed(folder):
    shutil.copy(folder / "linear.tflite", folder / "mlp.tflite")
    card = load_card("mlp", folder)
    assert "not the file that mlp.json describes" in card.problem
    assert card.temperature == 1
    with pytest.raises(ModelError, match="not used"):
        load_stored_logits(card)
    assert load_card("linear", folder).problem is None


def test_missing_network_is_noticed(folder):
    (folder / "mlp.tflite").unlink()
    assert "missing" in load_card("mlp", folder).problem


def test_swapped_or_damaged_logits_are_noticed(folder):
    logits = folder / "mlp.logits.npz"
    shutil.copy(folder / "linear.logits.npz", logits)
    with pytest.raises(ModelError, match="another network"):
        load_stored_logits(load_card("mlp", folder))
    logits.write_bytes(b"nonsense")
    with pytest.raises(ModelError, match="cannot be read"):
        load_stored_logits(load_card("mlp", folder))
    logits.unlink()
    with pytest.raises(ModelError, match="missing"):
        load_stored_logits(load_card("mlp", folder))


def test_results_of_other_data_are_noticed(folder):
    path = folder / "mlp.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"dataset_sha256": "0" * 64}))
    assert "other data" in load_card("mlp", folder).problem


def test_a_card_that_is_no_card_is_named(folder):
    (folder / "mlp.json").write_text("[]")
    with pytest.raises(ModelError, match=r"mlp\.json"):
        load_card("mlp", folder)
    with pytest.raises(ModelError, match="network must be one of"):
        load_card("../etc/passwd", folder)


@pytest.mark.parametrize("temperature", [None, 0, -1, "warm", float("nan")])
def test_a_card_without_a_usable_temperature_is_named(folder, temperature):
    path = folder / "mlp.json"
    facts = json.loads(path.read_text())
    del facts["temperature"]
    path.write_text(json.dumps(facts if temperature is None else facts | {"temperature": temperature}))
    with pytest.raises(ModelError, match=r"mlp\.json"):
        load_card("mlp", folder)


def test_a_write_that_is_cut_short_leaves_the_file_before(tmp_path):
    path = tmp_path / "card.json"
    path.write_text("before", "utf-8")

    def cut_short(file):
        file.write_text("half", "utf-8")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        replace_file(path, cut_short)
    assert path.read_text("utf-8") == "before"
    assert list(tmp_path.iterdir()) == [path]
