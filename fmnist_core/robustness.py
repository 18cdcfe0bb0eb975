"""How much change turns a verdict over: for one picture along a kind of change, and on average over test pictures."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from fmnist_core import data
from fmnist_core.cards import Card, read_kept
from fmnist_core.perturbation import KINDS, Kind

LogitsOf = Callable[[np.ndarray], np.ndarray]
EVERY = 5  # the average is over test pictures 0, 5, 10, …: 2,000 of them, about 200 a class
POINTS, AVERAGE_POINTS = 61, 21


@dataclass(frozen=True)
class Flip:
    """Where a verdict turns over: the strength of the change, and the class that it turns into."""

    strength: float
    predicted: int


@dataclass(frozen=True)
class BreakingCurve:
    """One picture over the whole range of one kind of change.

    Attributes:
        strengths: (m,) ascending, in the kind's unit.
        logits: (m, 10).
        start: position of the neutral strength.
        flips: the first on the way down from the neutral strength and the first on the way up, where there are any.
    """

    strengths: np.ndarray
    logits: np.ndarray
    start: int
    flips: tuple[Flip, ...]

    @property
    def predicted(self) -> np.ndarray:
        """(m,) the verdicts."""
        return self.logits.argmax(axis=1)

    @property
    def smallest_change(self) -> float | None:
        """The flip's strength nearest to the neutral one, or None when no flip is in range."""
        neutral = self.strengths[self.start]
        return min((flip.strength for flip in self.flips), key=lambda s: abs(s - neutral), default=None)


@dataclass(frozen=True)
class Averages:
    """Accuracy of a network on changed test pictures.

    Attributes:
        n: pictures behind each number.
        curves: for each kind, (m,) strengths and (m,) accuracies as fractions.
    """

    n: int
    curves: dict[str, tuple[np.ndarray, np.ndarray]]


def breaking_curve(logits_of: LogitsOf, image: np.ndarray, kind: Kind, seed: int = 0) -> BreakingCurve:
    """Return a network's answers over the whole range of a change, and the first flips to within one step.

    One batch over a grid of the range finds the first flip in each direction; bisection then narrows the gap before it
    down to one step of the kind. A verdict that turns over and back between two points of the grid is missed.

    Args:
        logits_of: gives the (n, 10) logits of (n, 28, 28) pictures.
        image: (28, 28) uint8.
        kind: of change.
        seed: of kinds that draw.
    """
    steps = kind.grid(POINTS)
    strengths = np.array([kind.at(step) for step in steps])
    logits = logits_of(kind.apply(image, strengths, seed))
    start, predicted = steps.index(0), logits.argmax(axis=1)
    flips = []
    for way in (range(start - 1, -1, -1), range(start + 1, len(steps))):
        place = next((k for k in way if predicted[k] != predicted[start]), None)
        if place is None:
            continue
        flipped, kept, turned_into = steps[place], steps[place - way.step], int(predicted[place])
        while abs(flipped - kept) > 1:
            middle = (flipped + kept) // 2
            verdict = int(logits_of(kind.apply(image, kind.at(middle), seed))[0].argmax())
            if verdict != predicted[start]:
                flipped, turned_into = middle, verdict
            else:
                kept = middle
        flips.append(Flip(kind.at(flipped), turned_into))
    return BreakingCurve(strengths, logits, start, tuple(flips))


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


def write_averages(card: Card, found: Averages) -> None:
    """Write the accuracies of a network, with the hashes of network and data."""
    arrays = {
        f"{what}_{name}": array for name, pair in found.curves.items() for what, array in zip("sa", pair, strict=True)
    }
    np.savez_compressed(
        card.folder / f"{card.name}.stress.npz",
        allow_pickle=False,
        **arrays,
        n=found.n,
        network_sha256=data.file_hash(card.tflite),
        dataset_sha256=data.dataset_hash(),
    )


def load_averages(card: Card) -> Averages:
    """Return the stored accuracies of a network on changed test pictures.

    Raises:
        ModelError: they are missing or damaged, or belong to another network or other data.
    """
    keys = ("n", *(f"{what}_{name}" for name in KINDS for what in "sa"))
    kept = read_kept(card, "stress", keys, "there is no average to compare with")
    return Averages(int(kept["n"]), {name: (kept[f"s_{name}"], kept[f"a_{name}"]) for name in KINDS})
