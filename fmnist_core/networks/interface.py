"""What a network that was trained elsewhere takes and gives, found out on training pictures."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from fmnist_core import data
from fmnist_core.evaluation.metrics import percent, softmax
from fmnist_core.networks.classifier import ModelError

PROBED = 2_000  # training pictures that tell what a network takes and gives
MIN_ACCURACY = 0.2  # on them: twice as good as chance
SMALLEST = 1e-9  # probability whose logarithm is taken
SHAPES: tuple[tuple[int, ...], ...] = ((data.SIDE, data.SIDE), (data.SIDE, data.SIDE, 1), (data.SIDE**2,))


@dataclass(frozen=True)
class Interface:
    """What a network takes and gives.

    Attributes:
        shape: of one picture, one of `SHAPES`.
        scale: that pixels 0..255 are multiplied by: 1, or 1/255.
        gives_probabilities: whether a softmax is its last step; else its outputs are logits.
        accuracy: on the training pictures, a fraction.
    """

    shape: tuple[int, ...]
    scale: float
    gives_probabilities: bool
    accuracy: float

    def in_words(self) -> str:
        """Return one sentence for the person who brought it."""
        pixels = "0..1" if self.scale < 1 else "0..255"
        gives = "probabilities (softmax)" if self.gives_probabilities else "logits"
        return (
            f"It takes {' x '.join(map(str, self.shape))} pixels of {pixels} and gives {gives}; "
            f"{percent(self.accuracy)} of {PROBED:,} training pictures are right."
        )

    def pixels(self, images: np.ndarray) -> np.ndarray:
        """Return (n, 28, 28) pictures 0..255 as the float32 numbers that the network takes."""
        return scaled(images, self.shape, self.scale)

    def logits(self, given: np.ndarray) -> np.ndarray:
        """Return logits, (n, 10) float32, from what the network gave; the softmax of them is what it gave."""
        return np.log(np.maximum(given, SMALLEST)).astype(np.float32) if self.gives_probabilities else given


def scaled(images: np.ndarray, shape: tuple[int, ...], scale: float) -> np.ndarray:
    """Return (n, 28, 28) pictures 0..255 as float32 of another shape and range."""
    return images.astype(np.float32).reshape(len(images), *shape) * np.float32(scale)


def first_line(cause: Exception) -> str:
    """Return the first line of what a library says of a network that it cannot take, or the kind of its error."""
    return (str(cause).strip() or type(cause).__name__).splitlines()[0][:200]


def check_shapes(takes: object, gives: object, name: str) -> tuple[int, ...]:
    """Return the shape of one picture, from a network's shapes with the batch in front.

    Raises:
        ModelError: it takes no such picture, or gives something else than ten numbers.
    """
    shape = tuple(takes[1:]) if isinstance(takes, tuple) else None
    if shape not in SHAPES:
        raise ModelError(f"{name} takes {takes}: 28 x 28, 28 x 28 x 1 or 784 numbers a picture were expected.")
    if not isinstance(gives, tuple) or len(gives) != 2 or gives[1] != len(data.CLASS_NAMES):
        raise ModelError(f"{name} gives {gives}: one number for each of the ten classes was expected.")
    return shape


def found_out(
    run: Callable[[np.ndarray], np.ndarray], shape: tuple[int, ...], probe: data.Split, name: str
) -> Interface:
    """Return what a network takes and gives: pixels 0..1 or 0..255, whichever is right more often.

    Args:
        run: from a batch of what it takes to (n, 10) numbers.
        shape: of one picture.
        probe: training pictures; the first `PROBED` count.
        name: what the network is called in sentences.

    Raises:
        ModelError: neither is right more often than chance, or the outputs are no numbers.
    """
    images, labels = probe.images[:PROBED], probe.labels[:PROBED]
    tried = []
    for scale in (1 / 255, 1.0):
        given = run(scaled(images, shape, scale))
        probabilities = bool((given >= 0).all() and np.allclose(given.sum(axis=1), 1, atol=1e-3))
        accuracy = float((given.argmax(axis=1) == labels).mean())
        chances = given if probabilities else softmax(given)
        likelihood = float(np.log(np.maximum(chances[np.arange(len(labels)), labels], SMALLEST)).mean())
        if np.isfinite(given).all():
            tried.append((accuracy, likelihood, Interface(shape, scale, probabilities, accuracy)))
    if not tried:
        raise ModelError(f"{name} gives what is no number (nan or infinity).")
    accuracy, _, found = max(tried, key=lambda one: one[:2])
    if accuracy < MIN_ACCURACY:
        raise ModelError(
            f"{name} is right on {accuracy:.1%} of {PROBED:,} training pictures, chance is 10%: is it a network for "
            "Fashion-MNIST, its classes in the data set's order, garments bright on black?"
        )
    return found
