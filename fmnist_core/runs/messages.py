"""What the process that trains says, as frozen records: one line of JSON each."""

import json
from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Ready:
    """TensorFlow is there. `seconds`: that took."""

    seconds: float


@dataclass(frozen=True)
class Step:
    """How far the epoch under way is.

    Attributes:
        epoch: its number, from 1.
        share: of its pictures seen, 0..1.
        loss: of the last batch.
        pictures_a_second: seen in this epoch so far.
        seconds_left: until the last epoch ends, at this speed.
    """

    epoch: int
    share: float
    loss: float
    pictures_a_second: float
    seconds_left: float


@dataclass(frozen=True)
class Epoch:
    """What an epoch gave.

    Attributes:
        number: from 1.
        loss: mean over the training batches.
        train_accuracy: mean over the training batches, fraction.
        heldout_loss: cross-entropy of the held-out pictures, in nats.
        heldout_accuracy: fraction of them.
        confusion: 10 rows of 10 counts of the held-out pictures; row true class, column predicted class.
        watched: 10 probabilities for each picture of `pictures.watched`.
        seconds: of training.
    """

    number: int
    loss: float
    train_accuracy: float
    heldout_loss: float
    heldout_accuracy: float
    confusion: list[list[int]]
    watched: list[list[float]]
    seconds: float


@dataclass(frozen=True)
class Early:
    """A first look at the held-out pictures within the first epoch, so that the curves begin at once.

    Attributes:
        number: share of the epoch's pictures seen, 0..1: the place on the axis of epochs.
        loss, train_accuracy, heldout_loss, heldout_accuracy: as of an `Epoch`, over the batches so far.
    """

    number: float
    loss: float
    train_accuracy: float
    heldout_loss: float
    heldout_accuracy: float


@dataclass(frozen=True)
class Finished:
    """The run has ended in good order, and its network is written.

    Attributes:
        reason: `done`, `stopped` (the visitor asked) or `time` (the limit was reached).
    """

    reason: str


@dataclass(frozen=True)
class Failed:
    """The run cannot go on. `sentence`: why, for the visitor."""

    sentence: str


Message = Ready | Step | Early | Epoch | Finished | Failed
_KINDS = {kind.__name__: kind for kind in (Ready, Step, Early, Epoch, Finished, Failed)}


def to_line(message: Message) -> str:
    """Return a message as one line of JSON."""
    return json.dumps({"kind": type(message).__name__} | asdict(message)) + "\n"


def from_line(line: str) -> Message:
    """Return the message of a line.

    Raises:
        ValueError: it is none.
    """
    try:
        facts = json.loads(line)
        return _KINDS[facts.pop("kind")](**facts)
    except (ValueError, KeyError, TypeError, AttributeError) as cause:
        raise ValueError(f"expected a message of the training process, received {line[:80]!r}") from cause
