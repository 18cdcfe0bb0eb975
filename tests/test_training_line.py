"""One run at a time, in a process of its own that may end at any moment."""

import os
import signal
import subprocess
import sys

import pytest

from fmnist_core.composing.composition import parse
from fmnist_core.composing.limits import Limits
from fmnist_core.runs import messages
from fmnist_core.runs import run as states
from fmnist_core.runs.line import RUNS_OF_A_VISIT, Line, LineError
from tests.drivers import until
from tests.pretender import PRETENDER

SHORT, LONG = parse({"epochs": "2"}), parse({"epochs": "50"})


@pytest.fixture
def line():
    found = Line(Limits(waiting=3), [sys.executable, "-c", PRETENDER])
    yield found
    found.close()


def test_a_run_is_trained_to_its_last_epoch_and_its_process_is_kept_warm_for_the_next(line):
    run = line.join("a", SHORT, "One")
    until(lambda: not run.under_way)
    assert (run.state, [epoch.number for epoch in run.epochs], run.problem) == (states.DONE, [1, 2], None)
    pid = line.process.pid
    other = line.join("b", SHORT, "Two")
    until(lambda: not other.under_way)
    assert line.process.pid == pid
    assert other.curves().count("\n") == 3


def test_a_process_without_work_is_let_go():
    line = Line(Limits(), [sys.executable, "-c", PRETENDER], warm=0.05)
    run = line.join("a", SHORT, "One")
    until(lambda: not run.under_way and line.process is None)
    again = line.join("b", SHORT, "Two")  # and there is another when it is needed
    until(lambda: again.state == states.DONE)
    line.close()


def test_a_run_that_is_given_to_a_process_about_to_end_is_given_to_the_next():
    """A process that has grown too large ends after a run; the next request may come while it does."""
    ending = PRETENDER + "    time.sleep(0.3)\n    break\n"
    line = Line(Limits(), [sys.executable, "-c", ending])
    runs = [line.join(owner, SHORT, owner) for owner in "abc"]
    until(lambda: not any(run.under_way for run in runs))
    assert [(run.state, run.problem) for run in runs] == [(states.DONE, None)] * 3
    line.close()


def test_two_who_start_at_once_are_trained_one_after_the_other_and_see_their_place(line):
    first, second, third = (line.join(name, LONG, name) for name in "abc")
    until(lambda: first.epochs)
    assert [line.ahead(run) for run in (first, second, third)] == [0, 1, 2]
    assert second.state == third.state == states.WAITING
    line.stop(second)
    assert line.ahead(third) == 1
    line.stop(first)
    until(lambda: third.epochs)
    assert first.state == second.state == states.STOPPED
    assert not second.epochs


def test_a_visitor_has_one_run_under_way_and_the_line_has_an_end(line):
    line.join("a", LONG, "One")
    until(lambda: line.ahead(line.runs("a")[0]) == 0 and line.runs("a")[0].epochs)
    with pytest.raises(LineError, match="under way or waits already"):
        line.join("a", LONG, "Two")
    for name in "bcd":
        line.join(name, LONG, name)
    with pytest.raises(LineError, match="3 runs of other visitors wait"):
        line.join("e", LONG, "Five")


def test_a_visit_keeps_so_many_runs(line):
    for k in range(RUNS_OF_A_VISIT):
        line.stop(line.join("a", SHORT, str(k)))
        until(lambda: not line.runs("a")[-1].under_way)
    with pytest.raises(LineError, match="remove one first"):
        line.join("a", SHORT, "One more")


def test_a_stopped_run_goes_on_where_it_was(line):
    run = line.join("a", parse({"epochs": "12"}), "One")
    until(lambda: len(run.epochs) >= 2)
    line.stop(run)
    until(lambda: not run.under_way)
    assert run.state == states.STOPPED
    assert run.resumable
    line.resume(run)
    until(lambda: not run.under_way)
    assert (run.state, [epoch.number for epoch in run.epochs]) == (states.DONE, list(range(1, 13)))
    with pytest.raises(LineError, match="no epochs left"):
        line.resume(run)


def test_a_killed_process_gives_a_sentence_keeps_its_epochs_and_the_run_goes_on(line):
    run = line.join("a", parse({"epochs": "12"}), "One")
    waiting = line.join("b", SHORT, "Two")
    until(lambda: len(run.epochs) >= 2)
    os.kill(line.process.pid, signal.SIGKILL)
    until(lambda: not run.under_way and not waiting.under_way)
    assert run.state == states.FAILED
    assert "ended early (signal SIGKILL)" in run.problem
    assert f"The {len(run.epochs)} epochs done are kept" in run.problem
    assert waiting.state == states.DONE
    line.resume(run)
    until(lambda: run.state == states.DONE)
    assert [epoch.number for epoch in run.epochs] == list(range(1, 13))


def test_the_network_and_its_test_are_not_those_of_an_earlier_epoch(line):
    run = line.join("a", LONG, "One")
    until(lambda: len(run.epochs) >= 5)
    line.stop(run)
    until(lambda: not run.under_way)
    for name in (states.KERAS_FILE, states.LITERT_FILE):  # as the process that trains leaves them
        (run.folder / name).write_bytes(b"of so many epochs")
    run.tested, done = "of so many epochs", len(run.epochs)
    assert run.file(states.LITERT_FILE)

    other = line.join("b", LONG, "Two")
    until(lambda: other.epochs)
    line.resume(run)
    assert run.file(states.LITERT_FILE) is None  # while it may be written anew
    line.stop(run)  # it has only waited
    assert run.file(states.LITERT_FILE)
    assert run.tested
    line.stop(other)
    until(lambda: not other.under_way)

    line.resume(run)
    until(lambda: len(run.epochs) > done)
    os.kill(line.process.pid, signal.SIGKILL)
    until(lambda: run.state == states.FAILED)
    assert run.tested is None
    assert run.file(states.KERAS_FILE) is run.file(states.LITERT_FILE) is None


def test_a_failure_after_the_last_epoch_can_be_gone_on_from(line):
    run = line.join("a", SHORT, "One")
    until(lambda: run.state == states.DONE)
    run.state = states.FAILED  # its network could not be written
    assert run.resumable
    line.resume(run)
    until(lambda: run.state == states.DONE)
    assert len(run.epochs) == SHORT.epochs
    assert not run.resumable


def test_nothing_is_left_of_a_visitor_who_leaves(line):
    run, other = line.join("a", LONG, "One"), line.join("b", SHORT, "Two")
    until(lambda: run.epochs)
    process = line.process
    line.forget("a")
    assert not process.alive
    until(lambda: not run.folder.exists())
    until(lambda: other.state == states.DONE)
    assert line.runs("a") == []
    line.forget("b")
    assert not other.folder.exists()


def test_a_reload_finds_the_run_and_nobody_takes_that_of_one_who_is_here(line):
    run = line.join("before", LONG, "One")
    line.adopt(run.token, "after", is_here=lambda session: True)
    assert line.runs("after") == []
    line.adopt("unknown", "after", is_here=lambda session: False)
    assert line.runs("after") == []
    line.adopt(run.token, "after", is_here=lambda session: False)
    assert line.runs("after") == [run]
    line.forget("before")  # the visit that ended takes nothing with it
    assert not run.discarded


def test_a_process_that_cannot_start_gives_a_sentence():
    line = Line(Limits(), ["/nowhere/python"])
    run = line.join("a", SHORT, "One")
    until(lambda: not run.under_way)
    assert "cannot start a process" in run.problem
    line.close()


@pytest.mark.parametrize("line_", ["", "{}", "[]", '{"kind": "Epoch"}', '{"kind": "Popen"}', "null", '{"kind": {}}'])
def test_what_is_no_message_is_refused(line_):
    with pytest.raises(ValueError, match="expected a message"):
        messages.from_line(line_)


def test_messages_survive_the_way():
    for message in (messages.Ready(1.0), messages.Finished("done"), messages.Failed("“Ünïcode”\n")):
        assert messages.from_line(messages.to_line(message)) == message


@pytest.mark.parametrize("text", ["0", "-1", "1e3", "nan", "", "9" * 20])
def test_a_limit_that_is_no_number_is_named(text, monkeypatch):
    monkeypatch.setenv("FMNIST_TRAIN_SECONDS", text)
    with pytest.raises(ValueError, match="FMNIST_TRAIN_SECONDS must be a whole number"):
        Limits.configured()


def test_the_real_process_ends_with_its_standard_input():
    """Whether TensorFlow is there by then or not."""
    command = [sys.executable, "-m", "fmnist_core.training.worker"]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    process.stdin.close()
    assert process.wait(20) == 0
