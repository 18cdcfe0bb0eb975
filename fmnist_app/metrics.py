"""What the server counts of itself: runs and their seconds, verdicts, failures; nothing of who saw what."""

import threading
from bisect import bisect_left
from collections import Counter

# What is counted, and what it means.
PREDICTIONS, FAILURES, REFUSALS, VISITS = "predictions", "failures", "refusals", "visits"
BOUNDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)  # seconds of a run


class Counts:
    """Numbers that many threads add to."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._numbers: Counter[str] = Counter()
        self._runs = [0] * (len(BOUNDS) + 1)
        self._seconds = 0.0

    def add(self, name: str) -> None:
        with self._lock:
            self._numbers[name] += 1

    def add_run(self, seconds: float) -> None:
        with self._lock:
            self._runs[bisect_left(BOUNDS, seconds)] += 1
            self._seconds += seconds

    def number(self, name: str) -> int:
        """Return how often something was added."""
        return self._numbers[name]

    def runs(self) -> tuple[list[int], float]:
        """Return how many runs took at most each of `BOUNDS` seconds and longer than the one before, and their sum."""
        with self._lock:
            return list(self._runs), self._seconds


COUNTS = Counts()
