"""What was learned when, and forgotten: against simple oracles; the file is believed only where it belongs."""

import itertools
import shutil

import numpy as np
import pytest

from fmnist_core import ModelError, load_card
from fmnist_core.evaluation import history
from fmnist_core.evaluation.history import History
from fmnist_core.networks import cards, histories, manifest

RNG = np.random.default_rng(0)


def random_history(epochs=4, n=30, side=3, k=2):
    percents = RNG.integers(0, 101, (epochs, n, 10)).astype(np.uint8)
    filters, scales = zip(
        *(history.rounded_filters(RNG.normal(size=(k, side, side))) for _ in range(epochs)), strict=True
    )
    return History(
        RNG.integers(0, 10, (epochs, n)).astype(np.uint8), percents, np.stack(filters), np.stack(scales), 5,
        RNG.random(epochs),
    )  # fmt: skip


@pytest.mark.parametrize("epochs", [1, 2, 7])
def test_learned_and_forgotten_are_what_a_plain_loop_says(epochs):
    predicted, labels = RNG.integers(0, 3, (epochs, 200)), RNG.integers(0, 3, 200)
    since, lost = [], {}
    for k in range(200):
        right = [int(row[k]) == int(labels[k]) for row in predicted]
        streak = 0
        while streak < epochs and right[epochs - 1 - streak]:
            streak += 1
        since.append(epochs - streak + 1 if streak else 0)
        if any(right) and not right[-1]:
            lost[k] = sum(right)
    np.testing.assert_array_equal(history.learned_at(predicted, labels), since)
    last = history.learned_last(predicted, labels)
    assert sorted(last) == [k for k in range(200) if since[k]]
    assert all(since[a] >= since[b] for a, b in itertools.pairwise(last))
    found = history.forgotten(predicted, labels)
    assert sorted(found) == sorted(lost)
    assert all(lost[a] >= lost[b] for a, b in itertools.pairwise(found))


def test_accuracy_by_class_is_the_mean_over_its_pictures():
    predicted, labels = RNG.integers(0, 10, 300), RNG.integers(0, 9, 300)
    found = history.accuracy_by_class(predicted, labels)
    for k in range(9):
        assert found[k] == pytest.approx(np.mean(predicted[labels == k] == k))
    assert np.isnan(found[9])


def test_filters_are_cut_out_of_both_kinds_of_kernel_and_rounding_keeps_them():
    dense, convolution = RNG.normal(size=(784, 128)), RNG.normal(size=(3, 3, 1, 40))
    filters, units = history.first_filters(dense)
    assert (units, filters.shape) == (128, (16, 28, 28))
    np.testing.assert_array_equal(filters[3].ravel(), dense[:, 3])
    found, units = history.first_filters(convolution)
    assert (units, found.shape) == (40, (32, 3, 3))
    np.testing.assert_array_equal(found[7], convolution[:, :, 0, 7])
    codes, scales = history.rounded_filters(found)
    kept = History(*[np.zeros((1, 1))] * 2, codes[None], scales[None], 40, np.zeros(1)).weights(1)
    np.testing.assert_allclose(kept, found, atol=np.abs(found).max() / (2 * history.LEVELS) + 1e-6)
    with pytest.raises(ValueError, match="one channel"):
        history.first_filters(np.zeros((3, 3, 2, 4)))


def test_a_history_survives_the_way_to_its_folder_and_back(tmp_path):
    before = random_history()
    histories.write_history(tmp_path, before)
    after = histories.read_history(tmp_path)
    for key in histories.KEYS:
        np.testing.assert_array_equal(getattr(after, key), getattr(before, key))


@pytest.mark.parametrize("change", [{"predicted": np.full((4, 30), 12, np.uint8)}, {"scales": np.ones((4, 9))}])
def test_arrays_that_are_no_history_are_refused(tmp_path, change):
    found = {key: getattr(random_history(), key) for key in histories.KEYS} | change
    np.savez(tmp_path / histories.FILE, **found)
    with pytest.raises(ModelError, match="other shapes or values"):
        histories.read_history(tmp_path)


def test_a_run_without_a_readable_file_says_so(tmp_path):
    with pytest.raises(ModelError, match="there is no time machine"):
        histories.read_history(tmp_path)
    (tmp_path / histories.FILE).write_bytes(b"PK")
    with pytest.raises(ModelError, match="there is no time machine"):
        histories.read_history(tmp_path)


@pytest.fixture
def shipped(tmp_path):
    """A card whose network has a history beside it."""
    for path in (*cards.MODELS.glob("mlp.*"), cards.MODELS / "gallery.npz", cards.MODELS / manifest.NAME):
        shutil.copy(path, tmp_path)
    card = load_card("mlp", tmp_path)
    histories.ship_history(card, random_history())
    return card


def test_a_history_that_belongs_to_its_network_is_used(shipped):
    assert len(histories.load_history(shipped)) == 4


@pytest.mark.parametrize(
    ("key", "words"),
    [("network_sha256", "another network"), ("dataset_sha256", "other data"), ("recipe_digest", "recipe deadbeef")],
)
def test_a_history_of_something_else_is_not_used_and_the_sentence_says_so(shipped, key, words):
    path = shipped.folder / "mlp.history.npz"
    with np.load(path) as stored:
        arrays = {name: stored[name] for name in stored.files}
    np.savez_compressed(path, **arrays | {key: "deadbeef" * 8})
    manifest.record(shipped.folder, path.name)
    with pytest.raises(ModelError, match=f"{words}.*there is no time machine"):
        histories.load_history(shipped)


def test_every_history_that_ships_is_that_of_its_network():
    names = [path.name.split(".")[0] for path in cards.MODELS.glob(f"*.{histories.FILE}")]
    assert {"mlp", "cnn", "tiny"} <= set(names)
    for name in names:
        assert len(histories.load_history(load_card(name)).accuracies) > 1, name
