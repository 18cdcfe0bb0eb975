"""A single shoe, turned or lying the other way, brought into the data set's view: sideways, toe to the left."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from fmnist_core.networks.artifacts import Gallery
from fmnist_core.photos.normalisation import bounding_box, fit
from fmnist_core.photos.pipeline import Development, Step

SHOES = (5, 7, 9)  # labels of Sandal, Sneaker, Ankle boot
MIN_GAIN = 0.12  # share by which another view must be nearer to the reference shoes before the picture is turned


def views_of(image: np.ndarray) -> Iterator[tuple[int, bool, np.ndarray]]:
    """Yield (quarter turns clockwise, mirrored, picture) for the eight ways a square picture (28, 28) can lie."""
    for mirrored in (False, True):
        flipped = image[:, ::-1] if mirrored else image
        for turns in range(4):
            yield turns, mirrored, np.rot90(flipped, -turns)


def shoe_view(image: np.ndarray, references: np.ndarray) -> tuple[int, bool]:
    """Return how to turn (quarters clockwise) and whether to mirror first, so that a shoe lies as reference shoes do.

    (0, False) unless another view is clearly nearer.

    Args:
        image: (28, 28) uint8 of one shoe.
        references: (n, 28, 28) uint8 shoes of the data set.
    """
    shelf = references.reshape(len(references), -1).astype(np.float32)
    ways = list(views_of(image))
    candidates = np.stack([way[2] for way in ways]).reshape(len(ways), -1).astype(np.float32)
    squares = (candidates**2).sum(1)[:, None] - 2 * candidates @ shelf.T + (shelf**2).sum(1)
    # The mean over the nearest few is steadier than the nearest one.
    nearest = np.sqrt(np.maximum(np.sort(squares, axis=1)[:, :5], 0)).mean(axis=1)
    best = int(nearest.argmin())
    if nearest[best] > (1 - MIN_GAIN) * nearest[0]:
        return 0, False
    return ways[best][0], ways[best][1]


def sideways(development: Development, gallery: Gallery) -> Development:
    """Return a single shoe turned as the data set's shoes lie, and a step that says so; as it is where it lies so.

    Args:
        development: of a photo that a network takes for a shoe.
        gallery: whose shoes it is compared with.
    """
    turns, mirrored = shoe_view(development.image, gallery.images[np.isin(gallery.labels, SHOES)])
    if (turns, mirrored) == (0, False):
        return development
    # What was centred stays so but for a pixel: margins are larger at the top and the left, as in the data.
    image = np.rot90(development.image[:, ::-1] if mirrored else development.image, -turns)
    image = fit(image[bounding_box(image > 0)].astype(np.float32)) if (image > 0).any() else image
    image = np.clip(np.rint(image), 0, 255).astype(np.uint8)
    done = [words for words, so in (("mirrored", mirrored), (f"turned by {90 * turns}°", turns)) if so]
    step = Step("Sideways", f"A shoe, {' and '.join(done)}: toe to the left, as in the data.", image)
    return replace(development, image=image, steps=(*development.steps, step))
