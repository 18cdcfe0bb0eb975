"""The ready lesson: forty-five minutes in eight steps, its pictures found by what the network said of them."""

import numpy as np

from fmnist_core.classroom import activities, decks
from fmnist_core.classroom.activities import Activity

MINUTES = 45
BEAT_SIZE = 12


def ready_lesson(probs: np.ndarray, labels: np.ndarray, seed: int) -> tuple[Activity, ...]:
    """Return the activities of the ready lesson.

    Args:
        probs: (10000, 10) a network's probabilities of the test pictures.
        labels: (10000,) true classes.
        seed: of every draw; the same seed gives the same lesson.
    """
    easy = decks.easy_pictures(probs, labels, 10, seed)
    trouser = next(p for p in easy if labels[p] == 1)
    shoe = next(p for p in easy if labels[p] == 9)
    torn = decks.divisive_pictures(probs, labels, 1, seed)
    mistake = decks.sure_mistakes(probs, labels, 1, seed)
    return (
        Activity(activities.EXIT, (), "sure", minutes=3),
        Activity(activities.PREDICT, torn, minutes=7),
        Activity(activities.PREDICT, mistake, minutes=7),
        Activity(activities.BEAT, decks.random_pictures(BEAT_SIZE, seed), minutes=9),
        Activity(activities.BREAK, (shoe,), "rotate", minutes=4),
        Activity(activities.FOOL, (trouser,), minutes=7),
        Activity(activities.TRUST, decks.random_pictures(100, seed + 1), "1.5", minutes=5),
        Activity(activities.EXIT, (), "sure", again=True, minutes=3),
    )


def own_lesson(deck: tuple[int, ...]) -> tuple[Activity, ...]:
    """Return a lesson on a teacher's own pictures: each predicted in turn, twelve or more also against the network."""
    plan = [Activity(activities.PREDICT, (picture,)) for picture in deck[: activities.MAX_ACTIVITIES - 3]]
    if len(deck) >= BEAT_SIZE:
        plan.append(Activity(activities.BEAT, deck))
    return activities.checked_plan(plan)
