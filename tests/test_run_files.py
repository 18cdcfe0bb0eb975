"""A run that is kept as a file comes back as it was; whatever else comes is refused in a sentence."""

import copy
import json
from dataclasses import replace

import numpy as np
import pytest

from fmnist_core.composing.composition import parse
from fmnist_core.composing.limits import Limits
from fmnist_core.runs import run as states
from fmnist_core.runs.keeping import MAX_BYTES, KeptRun, RunFileError, as_title, from_bytes, to_text
from fmnist_core.runs.line import RUNS_OF_A_VISIT, Line, LineError
from fmnist_core.runs.messages import Epoch

RNG = np.random.default_rng(0)


def epoch(number):
    confusion = np.zeros((10, 10), int)
    np.add.at(confusion, tuple(RNG.integers(0, 10, (2, 1000))), 1)
    accuracy = float(np.trace(confusion)) / 1000
    watched = np.round(RNG.dirichlet(np.ones(10), 8), 4)
    return Epoch(number, 1.5, 0.4, 1.7, accuracy, confusion.tolist(), watched.tolist(), 2.25)


KEPT = KeptRun("Überblick <b>", parse({"net": "c8-p-d16", "rate": "0.01", "epochs": "3"}), (epoch(1), epoch(2)))
FACTS = json.loads(to_text(KEPT))


def test_a_kept_run_comes_back_as_it_was():
    assert from_bytes(to_text(KEPT).encode()) == KEPT


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  two  words ", "two words"),
        ("ネット\u30001", "ネット 1"),
        ("a\u00a0b\tc\nd", "a b c d"),
        ("\u202eabc\u0000", "abc"),
        ("👩\u200d🏫", "👩\u200d🏫"),
        ("x" * 39 + " y", "x" * 39),
        ("\u200d \u202e", ""),
    ],
)
def test_whatever_a_run_is_called_it_can_be_kept(typed, kept):
    assert as_title(typed) == kept
    if kept:
        assert from_bytes(to_text(replace(KEPT, title=kept)).encode()).title == kept
    older = json.dumps(FACTS | {"title": typed[:40]}).encode()  # from before titles were tidied
    if kept:
        assert from_bytes(older).title == as_title(typed[:40])


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty, or larger"),
        (b" " * (MAX_BYTES + 1), "at most 1 MB"),
        (b"\xff\xfe", "no JSON"),
        (b"[" * 200_000, "nested without end|no JSON"),
        (to_text(KEPT).encode()[:-40], "no JSON"),
        (b"[]", "Expected the file of a run"),
        (b'{"format": "fashion-mnist-run"}', "Expected version 1"),
        (b"PK\x03\x04", "no JSON"),
        (b"9" * 100_000, "no JSON"),
    ],
    ids=lambda value: str(value)[:20],
)
def test_what_is_no_run_is_refused_and_the_sentence_says_what_came(content, words):
    with pytest.raises(RunFileError, match=words):
        from_bytes(content)


@pytest.mark.parametrize(
    ("where", "value", "words"),
    [
        (("title",), "", "title must be"),
        (("title",), "x" * 41, "title must be"),
        (("title",), " \u202e\u200d", "title must be"),
        (("title",), 3, "title must be"),
        (("version",), True, "version 1"),
        (("settings",), [], "settings must be texts"),
        (("settings", "rate"), 0.01, "settings must be texts"),
        (("settings", "rate"), "nan", "settings cannot be: The rate"),
        (("settings", "net"), "d9999999999", "settings cannot be"),
        (("settings", "net"), "-".join(["d1"] * 1000), "settings cannot be"),
        (("settings", "epochs"), "1", "list of 1 to 1"),
        (("settings", "__class__"), "x", "received"),
        (("epochs",), {}, "list of 1 to 3"),
        (("epochs",), [], "received 0"),
        (("epochs", 0), None, "Epoch 1 must hold"),
        (("epochs", 1, "number"), 1, "must have the number 2"),
        (("epochs", 0, "loss"), float("nan"), "loss must be a number"),
        (("epochs", 0, "loss"), float("inf"), "loss must be a number"),
        (("epochs", 0, "loss"), 10**300, "loss must be a number"),
        (("epochs", 0, "train_accuracy"), 1.01, "train_accuracy must be"),
        (("epochs", 0, "heldout_accuracy"), True, "heldout_accuracy must be"),
        (("epochs", 0, "heldout_accuracy"), 0.999, "confusion matrix must count"),
        (("epochs", 0, "seconds"), "2", "seconds must be"),
        (("epochs", 0, "confusion"), [[0] * 10] * 10, "confusion matrix must count"),
        (("epochs", 0, "confusion"), [[0] * 9] * 10, "10 rows of 10"),
        (("epochs", 0, "confusion"), "x", "10 rows of 10"),
        (("epochs", 0, "confusion", 0, 0), 0.5, "must hold numbers"),
        (("epochs", 0, "confusion", 0, 0), -1, "must hold numbers"),
        (("epochs", 0, "watched", 0), [[]] * 10, "must hold numbers"),
        (("epochs", 0, "watched", 0), [1] * 10, "add up to 1"),
    ],
    ids=lambda value: str(value)[:24],
)
def test_a_file_that_says_what_cannot_be_is_refused(where, value, words):
    facts = copy.deepcopy(FACTS)
    place = facts
    for key in where[:-1]:
        place = place[key]
    place[where[-1]] = value
    with pytest.raises(RunFileError, match=words) as refused:
        from_bytes(json.dumps(facts).encode())
    assert len(str(refused.value)) < 400


def test_any_damage_is_a_sentence_or_a_run():
    whole = to_text(KEPT).encode()
    for _ in range(300):
        content = bytearray(whole)
        for position in RNG.integers(0, len(content), 1 + RNG.integers(4)):
            content[position] = RNG.integers(32, 127)
        try:
            kept = from_bytes(bytes(content))
        except RunFileError:
            continue
        assert from_bytes(to_text(kept).encode()) == kept


def test_a_loaded_run_stands_beside_the_others_and_has_nothing_to_train_on():
    line = Line(Limits(), ["/nowhere/python"])
    run = line.load("a", KEPT)
    assert line.runs("a") == [run]
    assert (run.state, run.resumable, run.under_way, run.network()) == (states.LOADED, False, False, None)
    assert from_bytes(run.to_keep().encode()) == KEPT
    for _ in range(RUNS_OF_A_VISIT - 1):
        line.load("a", KEPT)
    with pytest.raises(LineError, match="remove one first"):
        line.load("a", KEPT)
    line.forget("a")
    assert not run.folder.exists()
    line.close()
