"""A network as one object: its card, and whatever is kept beside it, loaded when it is asked for."""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import numpy as np

from fmnist_core.evaluation import conformal
from fmnist_core.evaluation.history import History
from fmnist_core.evaluation.metrics import softmax
from fmnist_core.networks import artifacts, histories
from fmnist_core.networks.artifacts import CorruptionAccuracies, ExplanationWeights, Gallery, Projection, StoredLogits
from fmnist_core.networks.cards import Card, load_card
from fmnist_core.networks.classifier import Classifier
from fmnist_core.networks.first_layer import FirstLayer, read_first_layer

T = TypeVar("T")


class Network:
    """One network; safe to share between threads.

    Every attribute but `card` is loaded and checked by hash the first time that it is asked for, and then raises
    `ModelError` with a sentence when it is missing, damaged, or another network's; the others are not touched by that.
    """

    def __init__(self, name: str, folder: Path | None = None, card: Card | None = None):
        """Read the card of a network.

        Args:
            name: as in `models/NAME.json`.
            folder: where its files are; the networks that ship by default.
            card: of a network that has none in a file.

        Raises:
            ModelError: no such network, or a card that cannot be read.
        """
        self.card = card or load_card(name, folder)
        self._lock = threading.RLock()
        self._loaded: dict[object, object] = {}

    @property
    def name(self) -> str:
        return self.card.name

    @property
    def title(self) -> str:
        return self.card.title

    @property
    def classifier(self) -> Classifier:
        return self._once("classifier", lambda: Classifier(self.card.tflite))

    @property
    def stored_logits(self) -> StoredLogits:
        return self._once("logits", lambda: artifacts.load_stored_logits(self.card))

    @property
    def explanation_weights(self) -> ExplanationWeights:
        return self._once("weights", lambda: artifacts.load_explanation_weights(self.card))

    @property
    def first_layer(self) -> FirstLayer:
        return self._once("first layer", lambda: read_first_layer(self.card.tflite))

    @property
    def gallery(self) -> Gallery:
        return self._once("gallery", lambda: artifacts.load_gallery(self.card))

    @property
    def projection(self) -> Projection:
        return self._once("projection", lambda: artifacts.load_projection(self.card))

    @property
    def corruption_accuracies(self) -> CorruptionAccuracies:
        return self._once("accuracies", lambda: artifacts.load_corruption_accuracies(self.card))

    @property
    def history(self) -> History:
        return self._once("history", lambda: histories.load_history(self.card))

    def probabilities(self, logits: np.ndarray) -> np.ndarray:
        """Return softmax(logits / temperature of the card), (..., 10)."""
        return softmax(logits, self.card.temperature)

    def set_threshold(self, level: float) -> float:
        """Return the score up to which a class joins the prediction set, from the held-out pictures.

        Args:
            level: the coverage that is promised, 0 < level < 1.

        Raises:
            ModelError: the stored logits cannot be used.
        """
        stored = self.stored_logits
        return self._once(
            ("threshold", level),
            lambda: conformal.threshold(self.probabilities(stored.heldout), stored.heldout_labels, level),
        )

    def _once(self, key: object, load: Callable[[], T]) -> T:
        """Return what `load` gave the first time; what it raises is not remembered."""
        with self._lock:
            if key not in self._loaded:
                self._loaded[key] = load()
            return self._loaded[key]  # type: ignore[return-value]
