"""A network replaces the one that ships: every file of it, those that hang on it too, the card last."""

import shutil
from functools import partial
from pathlib import Path

from fmnist_core.files import replace_file
from fmnist_core.networks import cards, manifest
from fmnist_core.networks.artifacts import (
    load_corruption_accuracies,
    load_explanation_weights,
    load_gallery,
    load_projection,
    load_stored_logits,
)
from fmnist_core.networks.cards import load_card

KINDS = ("keras", "tflite", "logits.npz", "parts.npz", "gallery.npz", "map.npz", "stress.npz", "json")


def ship(name: str, source: Path, target: Path | None = None) -> None:
    """Copy a network's files to where networks ship, once it is known that they belong together.

    Args:
        name: of the network.
        source: folder with the network's files, and with the reference pictures of `target`.
        target: folder of the networks that ship; `cards.MODELS` by default.

    Raises:
        ModelError: a file is missing or belongs to another network; nothing is replaced then.
    """
    target = target or cards.MODELS
    card = load_card(name, source)
    for load in (
        load_stored_logits,
        load_explanation_weights,
        load_gallery,
        load_projection,
        load_corruption_accuracies,
    ):
        load(card)
    for kind in KINDS:
        file = f"{name}.{kind}"
        replace_file(target / file, partial(shutil.copyfile, source / file))
    manifest.record(target, *(f"{name}.{kind}" for kind in KINDS))
