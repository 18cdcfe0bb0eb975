"""A network's history as a file: `NAME.history.npz` beside one that ships, `history.npz` in the folder of a run."""

from pathlib import Path
from typing import Any

import numpy as np

from fmnist_core import data
from fmnist_core.evaluation.history import LEVELS, History
from fmnist_core.files import replace_file, write_arrays
from fmnist_core.networks import manifest
from fmnist_core.networks.artifacts import load_artifact
from fmnist_core.networks.cards import Card
from fmnist_core.networks.classifier import ModelError

FILE = "history.npz"
KEYS = ("predicted", "percents", "filters", "scales", "units", "accuracies")
WITHOUT = "there is no time machine for it"


def load_history(card: Card) -> History:
    """Return the history of a run of the very recipe and seed that a network which ships was trained by.

    Raises:
        ModelError: it is missing or damaged, or belongs to another network, recipe or data.
    """
    arrays = load_artifact(card, "history", (*KEYS, "recipe_digest"), WITHOUT)
    received, expected = str(arrays.pop("recipe_digest")), card.facts.get("recipe_digest")
    if received != expected:
        raise ModelError(
            f"{card.name}.{FILE} was recorded by the recipe {received[:8]}, the network was trained by {expected}: it "
            f"is not used, {WITHOUT}."
        )
    return checked(arrays, f"{card.name}.{FILE}")


def read_history(folder: Path) -> History:
    """Return the history in the folder of a run.

    Raises:
        ModelError: it is missing or damaged.
    """
    path = folder / FILE
    try:
        with np.load(path, allow_pickle=False) as stored:
            arrays = {key: stored[key] for key in KEYS}
    except Exception as cause:  # a damaged file may make its reader raise anything
        raise ModelError(f"The epochs of this run cannot be read ({cause}): {WITHOUT}.") from cause
    return checked(arrays, "The record of this run")


def write_history(folder: Path, history: History) -> None:
    """Write a history into the folder of a run, in one go; not compressed, since that would be done at each epoch."""
    arrays: dict[str, Any] = {key: getattr(history, key) for key in KEYS}
    replace_file(folder / FILE, lambda file: np.savez(file, allow_pickle=False, **arrays))


def ship_history(card: Card, history: History) -> Path:
    """Write a history beside the network that it is to explain, with the hashes of both; return the file."""
    path = card.folder / f"{card.name}.{FILE}"
    write_arrays(
        path,
        **{key: getattr(history, key) for key in KEYS},
        network_sha256=data.file_hash(card.tflite),
        dataset_sha256=data.dataset_hash(),
        recipe_digest=card.facts["recipe_digest"],
    )
    manifest.record(card.folder, path.name)
    return path


def checked(arrays: dict[str, np.ndarray], name: str) -> History:
    """Return arrays as a history, read-only.

    Raises:
        ModelError: they are none.
    """
    try:
        found = History(**{k: a for k, a in arrays.items() if k != "units"}, units=int(arrays["units"]))
        epochs, n = found.predicted.shape
        k, side = found.filters.shape[1:3]
        fits = (
            epochs > 0
            and found.percents.shape == (epochs, n, 10)
            and found.filters.shape == (epochs, k, side, side)
            and found.scales.shape == (epochs, k)
            and found.accuracies.shape == (epochs,)
            and found.predicted.dtype == found.percents.dtype == np.uint8
            and found.predicted.max() < 10
            and found.percents.max() <= 100
            and np.abs(found.filters.astype(int)).max() <= LEVELS
            and np.isfinite(found.scales).all()
        )
    except (KeyError, TypeError, ValueError) as cause:
        raise ModelError(f"{name} holds no epochs ({cause}): {WITHOUT}.") from cause
    if not fits:
        raise ModelError(f"{name} holds arrays of other shapes or values: {WITHOUT}.")
    for array in arrays.values():
        array.setflags(write=False)
    return found
