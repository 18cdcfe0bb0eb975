"""How much change turns a verdict over: for one picture along a kind of change, and on average over test pictures."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from fmnist_core.evaluation.corruptions import KINDS, Kind

LogitsOf = Callable[[np.ndarray], np.ndarray]
EVERY = 5  # the average is over test pictures 0, 5, 10, …: 2,000 of them, about 200 a class
AVERAGE_POINTS = 21


@dataclass(frozen=True)
class BreakingCurve:
    """One picture over the whole range of one kind of change, every step of it.

    Attributes:
        strengths: (m,) ascending, in the kind's unit.
        logits: (m, 10).
        start: position of the neutral strength.
    """

    strengths: np.ndarray
    logits: np.ndarray
    start: int

    @property
    def predicted(self) -> np.ndarray:
        """(m,) the verdicts."""
        return self.logits.argmax(axis=1)

    @property
    def flips(self) -> tuple[int, ...]:
        """Positions of the first other verdict on the way down from the neutral strength and on the way up, if any."""
        other = np.flatnonzero(self.predicted != self.predicted[self.start])
        below, above = other[other < self.start], other[other > self.start]
        return (*map(int, below[-1:]), *map(int, above[:1]))

    @property
    def smallest_change(self) -> float | None:
        """The strength nearest to the neutral one at which the verdict is another, or None when none in range is."""
        strengths = [float(self.strengths[place]) for place in self.flips]
        return min(strengths, key=lambda s: abs(s - self.strengths[self.start]), default=None)


def breaking_curve(logits_of: LogitsOf, image: np.ndarray, kind: Kind, seed: int = 0) -> BreakingCurve:
    """Return a network's answers at every step of a change, from one batch.

    Args:
        logits_of: gives the (n, 10) logits of (n, 28, 28) pictures.
        image: (28, 28) uint8.
        kind: of change.
        seed: of kinds that draw.
    """
    steps = kind.grid()
    strengths = np.array([kind.at(step) for step in steps])
    return BreakingCurve(strengths, logits_of(kind.apply(image, strengths, seed)), steps.index(0))


def measure(
    logits_of: LogitsOf, images: np.ndarray, labels: np.ndarray
) -> Iterator[tuple[Kind, np.ndarray, np.ndarray]]:
    """Yield each kind with its (m,) strengths and the (m,) accuracies of pictures changed so; seed 0.

    Args:
        logits_of: as in `breaking_curve`.
        images: (n, 28, 28) uint8.
        labels: (n,) true classes.
    """
    for kind in KINDS.values():
        strengths = np.array([kind.at(step) for step in kind.grid(AVERAGE_POINTS)])
        right = [(logits_of(kind.apply(images, strength)).argmax(axis=1) == labels).mean() for strength in strengths]
        yield kind, strengths, np.array(right)
