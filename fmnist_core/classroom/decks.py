"""Decks: test pictures for a class, chosen by what a network said of them, shared as text in an address."""

import numpy as np

from fmnist_core import data

MAX_PICTURES = 60
SEPARATOR = "."  # stays as it is in an address


def read_deck(text: str) -> tuple[int, ...]:
    """Return the pictures of a deck as an address names them: numbers with dots between them.

    Raises:
        ValueError: something that is no test picture, one twice, none at all, or too many.
    """
    parts = text[: 6 * MAX_PICTURES].split(SEPARATOR)
    pictures = tuple(data.check_index(part) for part in parts)
    if len(set(pictures)) < len(pictures):
        raise ValueError("a deck has each picture once, received one of them twice")
    if len(pictures) > MAX_PICTURES:
        raise ValueError(f"a deck has 1 to {MAX_PICTURES} pictures, received {len(pictures)}")
    return pictures


def write_deck(pictures: tuple[int, ...]) -> str:
    """Return a deck as text for an address."""
    return SEPARATOR.join(map(str, pictures))


def random_pictures(count: int, seed: int) -> tuple[int, ...]:
    """Return test pictures drawn at random: what a network and a class are compared on must not be chosen."""
    drawn = np.random.default_rng(seed).choice(data.TEST_SIZE, count, replace=False)
    return tuple(map(int, drawn))


def divisive_pictures(probs: np.ndarray, labels: np.ndarray, count: int, seed: int) -> tuple[int, ...]:
    """Return pictures that divide a class: the network is torn between two classes, the true one among them.

    Args:
        probs: (n, 10) probabilities.
        labels: (n,) true classes.
        count: how many, each of another true class where there are enough.
        seed: of the draw among those that qualify.

    Raises:
        ValueError: fewer qualify.
    """
    order = np.argsort(-probs, axis=1)
    second = np.take_along_axis(probs, order[:, 1:2], axis=1)[:, 0]
    torn = (second > 0.25) & (order[:, :2] == labels[:, None]).any(axis=1)
    return _one_a_class(np.flatnonzero(torn), labels, count, seed)


def sure_mistakes(probs: np.ndarray, labels: np.ndarray, count: int, seed: int, sure: float = 0.95) -> tuple[int, ...]:
    """Return pictures that the network gets wrong and is sure of.

    Args:
        probs: (n, 10) probabilities.
        labels: (n,) true classes.
        count: how many, each of another true class where there are enough.
        seed: of the draw among those that qualify.
        sure: least probability of the wrong class, 0..1.

    Raises:
        ValueError: fewer qualify.
    """
    wrong = (probs.argmax(axis=1) != labels) & (probs.max(axis=1) >= sure)
    return _one_a_class(np.flatnonzero(wrong), labels, count, seed)


def easy_pictures(probs: np.ndarray, labels: np.ndarray, count: int, seed: int) -> tuple[int, ...]:
    """Return pictures that the network gets right and is sure of; arguments as of `sure_mistakes`."""
    easy = (probs.argmax(axis=1) == labels) & (probs.max(axis=1) >= 0.99)
    return _one_a_class(np.flatnonzero(easy), labels, count, seed)


def _one_a_class(found: np.ndarray, labels: np.ndarray, count: int, seed: int) -> tuple[int, ...]:
    if len(found) < count:
        raise ValueError(f"expected {count} such pictures, there are {len(found)}")
    drawn = np.random.default_rng(seed).permutation(found)
    seen: dict[int, int] = {}
    rank = np.zeros(len(drawn), int)
    for place, picture in enumerate(drawn):
        label = int(labels[picture])
        rank[place] = seen.get(label, 0)
        seen[label] = rank[place] + 1
    return tuple(map(int, drawn[np.argsort(rank, kind="stable")][:count]))
