"""What came of an activity: a class's answers as arrays, and what the network does on the same pictures."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from fmnist_core import data
from fmnist_core.classroom import statistics
from fmnist_core.classroom.activities import Activity, Given
from fmnist_core.classroom.statistics import Contest, Share
from fmnist_core.evaluation import conformal
from fmnist_core.evaluation.corruptions import KINDS
from fmnist_core.evaluation.metrics import confusion_matrix
from fmnist_core.evaluation.robustness import BreakingCurve, breaking_curve

LogitsOf = Callable[[np.ndarray], np.ndarray]
LEVEL = 0.95  # the coverage that is promised in "trust it?"


@dataclass(frozen=True)
class Votes:
    """The answers of one round, hands included.

    Attributes:
        questions: (n,) integers.
        choices: (n,) integers.
        confidences: (n,) 0..1; nan where only a hand went up.
    """

    questions: np.ndarray
    choices: np.ndarray
    confidences: np.ndarray

    def __len__(self) -> int:
        return len(self.choices)


def votes(
    given: Iterable[Given], hands: Mapping[tuple[int, int, int, int], int], step: int, voting_round: int = 1
) -> Votes:
    """Return what was chosen in one round of a step."""
    rows = [
        (g.question, g.answer.choice, (g.answer.confidence or np.nan) / 100)
        for g in given
        if (g.step, g.round) == (step, voting_round) and g.answer.choice is not None
    ]
    for (at, question, round_, choice), count in hands.items():
        if (at, round_) == (step, voting_round):
            rows += [(question, choice, np.nan)] * count
    columns = np.array(rows, np.float64).reshape(-1, 3).T
    return Votes(columns[0].astype(int), columns[1].astype(int), columns[2])


def guesses(given: Iterable[Given], step: int) -> np.ndarray:
    """Return the (n,) numbers that were guessed in a step."""
    return np.array([g.answer.value for g in given if g.step == step and g.answer.value is not None], np.float64)


@dataclass(frozen=True)
class BeatResult:
    """A class and a network on the same pictures.

    Attributes:
        people: answers of people with a confidence; of its `confusion`, all of them, hands too.
        network: the network's.
        majority: of three people each.
        answered: people's answers, hands included.
    """

    people: Contest
    network: Contest
    majority: Share
    answered: Share

    @property
    def of_phones(self) -> str:
        """What is added to the name of a figure that needs a confidence, where hands were counted: they have none."""
        return ", phones alone" if self.answered.n > self.people.right.n else ""


def beat(activity: Activity, found: Votes, probs: np.ndarray, labels: np.ndarray, seed: int) -> BeatResult:
    """Return how a class and a network did on an activity's pictures.

    Args:
        activity: of the kind "beat".
        found: the class's answers.
        probs: (10000, 10) the network's probabilities of the test pictures.
        labels: (10000,) true classes.
        seed: of the groups of three.
    """
    pictures = np.array(activity.pictures)
    truth = labels[pictures[found.questions]].astype(int)
    sure = ~np.isnan(found.confidences)
    people = statistics.as_probabilities(found.choices[sure], found.confidences[sure])
    return BeatResult(
        people=replace(statistics.contest(people, truth[sure]), confusion=confusion_matrix(truth, found.choices)),
        network=statistics.contest(probs[pictures], labels[pictures]),
        majority=statistics.majority_of_three(found.questions, found.choices, truth, seed),
        answered=statistics.share_right(found.choices, truth),
    )


def breaking_point(activity: Activity, logits_of: LogitsOf) -> tuple[BreakingCurve, float | None]:
    """Return a picture's breaking curve, and the least strength above the neutral one that turns the verdict over."""
    curve = breaking_curve(logits_of, data.load_test().images[activity.pictures[0]], KINDS[activity.detail])
    above = [float(curve.strengths[place]) for place in curve.flips if place > curve.start]
    return curve, above[0] if above else None


@dataclass(frozen=True)
class Wall:
    """A hundred changed pictures with their prediction sets.

    Attributes:
        images: (100, 28, 28) uint8.
        labels: (100,) true classes.
        sets: (100, 10) booleans.
    """

    images: np.ndarray
    labels: np.ndarray
    sets: np.ndarray

    @property
    def covered(self) -> np.ndarray:
        """(100,) booleans: whose set holds the true class."""
        return self.sets[np.arange(len(self.labels)), self.labels]


def blurred_images(activity: Activity) -> np.ndarray:
    """Return the (100, 28, 28) pictures of "trust it?", blurred."""
    return KINDS["blur"].apply(data.load_test().images[list(activity.pictures)], float(activity.detail))


def wall(
    activity: Activity, logits_of: LogitsOf, probabilities: Callable[[np.ndarray], np.ndarray], threshold: float
) -> Wall:
    """Return the pictures of "trust it?" with the prediction sets of a network.

    Args:
        activity: of the kind "trust".
        logits_of: gives the (n, 10) logits of (n, 28, 28) pictures.
        probabilities: of (n, 10) logits.
        threshold: of the sets at `LEVEL`, from unchanged held-out pictures.
    """
    images = blurred_images(activity)
    sets = conformal.prediction_sets(probabilities(logits_of(images)), threshold)
    return Wall(images, data.load_test().labels[list(activity.pictures)].astype(int), sets)
