"""Two networks on the same pictures: who is right where the other is wrong, and whether that is more than luck."""

from dataclasses import dataclass
from math import lgamma, log

import numpy as np


@dataclass(frozen=True)
class McNemar:
    """The exact McNemar test.

    Attributes:
        only_first: pictures that only the first network gets right.
        only_second: pictures that only the second gets right.
        p_value: two-sided probability of a split at least this uneven between equally good networks.
    """

    only_first: int
    only_second: int
    p_value: float


def mcnemar(first_right: np.ndarray, second_right: np.ndarray) -> McNemar:
    """Return the exact McNemar test: under equality, only_first ~ Binomial(only_first + only_second, 1/2).

    Args:
        first_right: (n,) booleans, whether the first network is right.
        second_right: (n,) booleans, on the same pictures.

    Raises:
        ValueError: arrays of different shape.

    Source: McNemar (1947); the exact form, Edwards (1948).
    """
    if first_right.shape != second_right.shape or first_right.ndim != 1:
        raise ValueError(f"expected two arrays of shape (n,), received {first_right.shape} and {second_right.shape}")
    first = int((first_right & ~second_right).sum())
    second = int((~first_right & second_right).sum())
    return McNemar(first, second, _two_sided(min(first, second), first + second))


def _two_sided(fewer: int, n: int) -> float:
    k = np.arange(fewer + 1)
    logs = np.array([lgamma(n + 1) - lgamma(i + 1) - lgamma(n - i + 1) for i in k]) - n * log(2)
    return float(min(1.0, 2 * np.exp(logs).sum()))
