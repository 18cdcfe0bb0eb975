"""A run as a file to keep: its settings and curves as JSON, from which it can be shown and trained again.

It holds no network: nothing in it is run, and every number is checked before it is believed.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields

from fmnist_core.composing.composition import Composition, parse
from fmnist_core.composing.layers import CompositionError
from fmnist_core.composing.limits import Limits
from fmnist_core.data import CLASS_NAMES
from fmnist_core.runs.messages import Epoch
from fmnist_core.runs.pictures import WATCHED_CLASSES
from fmnist_core.sample import HELDOUT

FORMAT, VERSION = "fashion-mnist-run", 1
MAX_BYTES, MAX_TITLE = 1_000_000, 40
KEYS = ("format", "version", "title", "settings", "epochs")
_JOINER = "\u200d"  # makes one emoji of several
_SEEN = 60  # characters of what came, in a message


class RunFileError(ValueError):
    """A file is not a kept run; the message is a sentence for the person."""


@dataclass(frozen=True)
class KeptRun:
    """What a file says of a run: its title, what was trained and how, and the epochs done."""

    title: str
    composition: Composition
    epochs: tuple[Epoch, ...]


def as_title(text: str) -> str:
    """Return a text as the title of a run: a line of at most 40 letters, empty if nothing in it can be seen.

    Spaces of other languages become plain ones; what cannot be printed goes, but for what joins emoji.
    """
    words = "".join(x if x.isprintable() or x == _JOINER else " " * x.isspace() for x in text).split()
    return " ".join(word for word in words if word.strip(_JOINER))[:MAX_TITLE].strip()


def to_text(run: KeptRun) -> str:
    """Return a run as the text of a file."""
    facts = {
        "format": FORMAT,
        "version": VERSION,
        "title": run.title,
        "settings": run.composition.to_address(),
        "epochs": [asdict(epoch) for epoch in run.epochs],
    }
    return json.dumps(facts, ensure_ascii=False) + "\n"


def from_bytes(content: bytes, limits: Limits | None = None) -> KeptRun:
    """Return the run in a file.

    Args:
        content: of the file.
        limits: what a run may take here; the usual ones without them.

    Raises:
        RunFileError: it is no such file, or says what cannot be.
    """
    most = f"A run's file has at most {MAX_BYTES / 1e6:g} MB"
    if len(content) > MAX_BYTES:
        raise RunFileError(f"{most}, received {len(content) / 1e6:.1f} MB.")
    if not content:  # of a file that is too large nothing is kept when it arrives
        raise RunFileError(f"{most}, received nothing: the file is empty, or larger than that.")
    try:
        facts = json.loads(content.decode("utf-8"))
    except RecursionError:
        raise RunFileError("A run's file is a few levels deep, received one that is nested without end.") from None
    except ValueError as cause:
        why = str(cause)[:_SEEN]
        raise RunFileError(f"Expected the JSON file of a run, received what is no JSON ({why}).") from cause
    if not isinstance(facts, dict) or facts.get("format") != FORMAT:
        raise RunFileError(f"Expected the file of a run (“format”: “{FORMAT}”), received {_seen(facts)}.")
    if facts.get("version") != VERSION or isinstance(facts["version"], bool):
        raise RunFileError(f"Expected version {VERSION} of a run's file, received {_seen(facts.get('version'))}.")
    if set(facts) != set(KEYS):
        raise RunFileError(f"A run's file holds {', '.join(KEYS)}; received {_seen(sorted(facts))}.")
    title, settings, epochs = facts["title"], facts["settings"], facts["epochs"]
    if not isinstance(title, str) or len(title.strip()) > MAX_TITLE or not as_title(title):
        raise RunFileError(f"The title must be a text of 1 to {MAX_TITLE} letters, received {_seen(title)}.")
    if not isinstance(settings, dict) or not all(isinstance(text, str) for text in settings.values()):
        raise RunFileError(f"The settings must be texts by their names, received {_seen(settings)}.")
    try:
        composition = parse(settings, limits)
    except CompositionError as cause:
        raise RunFileError(f"The settings cannot be: {cause}") from cause
    unknown = set(settings) - set(_SETTINGS)
    if unknown:
        raise RunFileError(f"The settings are {', '.join(_SETTINGS)}; received {_seen(sorted(unknown))}.")
    if not isinstance(epochs, list) or not 1 <= len(epochs) <= composition.epochs:
        came = f"{len(epochs):,}" if isinstance(epochs, list) else _seen(epochs)
        raise RunFileError(f"The epochs must be a list of 1 to {composition.epochs}, received {came}.")
    return KeptRun(as_title(title), composition, tuple(_epoch(k + 1, epoch) for k, epoch in enumerate(epochs)))


_SETTINGS = ("net", *(field.name for field in fields(Composition) if field.name != "layers"))
_NAMES = tuple(field.name for field in fields(Epoch))
_HIGHEST = {"loss": 1e9, "heldout_loss": 1e9, "train_accuracy": 1.0, "heldout_accuracy": 1.0, "seconds": 1e7}


def _epoch(number: int, facts: object) -> Epoch:
    where = f"Epoch {number}"
    if not isinstance(facts, dict) or set(facts) != set(_NAMES):
        raise RunFileError(f"{where} must hold {', '.join(_NAMES)}; received {_seen(facts)}.")
    if not _is_number(facts["number"], number, number, whole=True):
        raise RunFileError(f"{where} must have the number {number}, received {_seen(facts['number'])}.")
    for name, high in _HIGHEST.items():
        if not _is_number(facts[name], 0, high):
            raise RunFileError(f"{where}: {name} must be a number 0..{high:g}, received {_seen(facts[name])}.")
    classes = len(CLASS_NAMES)
    confusion, watched = facts["confusion"], facts["watched"]
    _check_table(f"{where}: confusion", confusion, classes, HELDOUT, whole=True)
    _check_table(f"{where}: watched", watched, len(WATCHED_CLASSES), 1.0)
    counted, right = sum(map(sum, confusion)), sum(confusion[k][k] for k in range(classes))
    if counted != HELDOUT or abs(right / HELDOUT - facts["heldout_accuracy"]) > 1e-6:
        raise RunFileError(
            f"{where}: the confusion matrix must count {HELDOUT:,} pictures, {facts['heldout_accuracy']:.1%} of them "
            f"right, received {counted:,} with {right:,} right."
        )
    if any(abs(sum(row) - 1) > 0.01 for row in watched):
        raise RunFileError(f"{where}: the probabilities of each watched picture must add up to 1.")
    return Epoch(**facts)


def _check_table(what: str, rows: object, count: int, high: float, whole: bool = False) -> None:
    fits = isinstance(rows, list) and len(rows) == count
    if not fits or not all(isinstance(row, list) and len(row) == len(CLASS_NAMES) for row in _list(rows)):
        raise RunFileError(f"{what} must be {count} rows of {len(CLASS_NAMES)} numbers, received {_seen(rows)}.")
    for row in _list(rows):
        if not all(_is_number(value, 0, high, whole) for value in row):
            raise RunFileError(f"{what} must hold numbers 0..{high:g}, received {_seen(row)}.")


def _list(rows: object) -> Sequence:
    return rows if isinstance(rows, list) else ()


def _is_number(value: object, low: float, high: float, whole: bool = False) -> bool:
    kinds = int if whole else (int, float)
    return isinstance(value, kinds) and not isinstance(value, bool) and low <= value <= high  # nan is neither


def _seen(value: object) -> str:
    """Return the beginning of what came, for a message."""
    try:
        text = json.dumps(value, ensure_ascii=False)
    except (ValueError, RecursionError):  # a number or a list beyond what can be written
        return "what cannot be written down"
    return text if len(text) <= _SEEN else f"{text[:_SEEN]}…"
