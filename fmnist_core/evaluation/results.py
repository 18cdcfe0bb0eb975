"""One network over the test split, with the held-out pictures behind everything that is fitted."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from fmnist_core.evaluation import conformal
from fmnist_core.evaluation.metrics import Evaluation, evaluate, softmax


@dataclass(frozen=True)
class Results:
    """What a network says of n test pictures and of m held-out ones.

    Attributes:
        logits: (n, 10) of the test pictures.
        labels: (n,) their true classes.
        heldout_logits: (m, 10) of the held-out pictures.
        heldout_labels: (m,) their true classes.
        temperature: that the logits are divided by.
    """

    logits: np.ndarray
    labels: np.ndarray
    heldout_logits: np.ndarray
    heldout_labels: np.ndarray
    temperature: float

    @cached_property
    def evaluation(self) -> Evaluation:
        return evaluate(self.logits, self.labels)

    @cached_property
    def predicted(self) -> np.ndarray:
        """(n,) the predicted classes."""
        return self.logits.argmax(axis=1)

    @cached_property
    def probs(self) -> np.ndarray:
        """(n, 10) probabilities of the test pictures."""
        return softmax(self.logits, self.temperature)

    @cached_property
    def heldout_probs(self) -> np.ndarray:
        """(m, 10) probabilities of the held-out pictures."""
        return softmax(self.heldout_logits, self.temperature)

    def prediction_sets(self, level: float, by_class: bool = False, at_least_top: bool = False) -> conformal.SetReport:
        """Return coverage and sizes of the prediction sets at a promised level.

        Args:
            level: 0 < level < 1.
            by_class: one threshold a class instead of one for all.
            at_least_top: the most likely class always belongs to the set.
        """
        threshold = conformal.class_thresholds if by_class else conformal.threshold
        limits = threshold(self.heldout_probs, self.heldout_labels, level)
        sets = conformal.prediction_sets(self.probs, limits, at_least_top)
        return conformal.report(sets, self.labels, level, len(self.heldout_labels))
