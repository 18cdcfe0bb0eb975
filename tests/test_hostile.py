"""What strangers send: a seeded sample of `benchmarks.hostile`, and what the log keeps of it."""

import json
import logging

import pytest
from streamlit.proto.WidgetStates_pb2 import WidgetState

from benchmarks import hostile
from benchmarks.serving import OURS, Server
from benchmarks.strangers import Stranger
from fmnist_app import failures


def test_nothing_that_a_stranger_sends_ends_in_a_traceback():
    tallies = hostile.tally_all(80, seed=2)
    assert {t.area for t in tallies} == {*hostile.SHARES, "kills in training"}
    assert sum(t.tried for t in tallies) >= 70
    assert [failure for t in tallies for failure in t.failures] == []


def test_what_is_no_text_is_none_where_a_line_of_text_is_expected(tmp_path):
    log = tmp_path / "log"
    with Server(OURS, log=log) as server:
        server.wait()
        with Stranger(server.address) as stranger:
            stranger.run("explore", "index=3")
            (line,) = [e for e in stranger.elements if e.endswith("-region")]
            state = WidgetState(id=line, bool_value=True)
            stranger.run("explore", "", [state])
            assert stranger.failed == ""
            state = WidgetState(id=line)
            state.string_array_value.data.extend(["a", "b"])
            stranger.run("explore", "", [state])
            assert stranger.failed == ""
    assert "Traceback" not in log.read_text("utf-8")


@pytest.mark.parametrize("field", ["layer-0", "size-0", "preset"])
@pytest.mark.parametrize("kind", ["bool_value", "string_value", "double_value", "string_array_value"])
def test_whatever_a_choice_of_train_is_said_to_be_is_no_fault_of_ours(train, field, kind):
    server, log = train
    with Stranger(server.address) as stranger:
        stranger.run("train", "net=c8-p")
        (choice,) = [e for e in stranger.elements if e.endswith(f"-{field}")]
        state = WidgetState(id=choice)
        if kind == "string_array_value":
            state.string_array_value.data.extend(["a", "b"])
        else:
            setattr(state, kind, {"bool_value": True, "string_value": "x", "double_value": float("nan")}[kind])
        stranger.run("train", "", [state])
    assert "Traceback" not in log.read_text("utf-8")


@pytest.fixture(scope="module")
def train(tmp_path_factory):
    """A server, and the file of its log."""
    log = tmp_path_factory.mktemp("hostile") / "log"
    with Server(OURS, log=log) as server:
        server.wait()
        yield server, log


def test_a_failure_is_counted():
    tally = hostile.Tally("pictures")
    with tally.attempt("a file"):
        raise RuntimeError("broken")
    assert tally.failures == ["a file: RuntimeError: broken"]
    assert tally.row()[:3] == ["pictures", "1", "1"]


def test_a_value_that_streamlit_refuses_gets_a_sentence_and_one_line_in_the_log(tmp_path):
    log = tmp_path / "log"
    with Server(OURS, log=log) as server:
        server.wait()
        with Stranger(server.address) as stranger:
            said = []
            for _ in range(5):
                stranger.run("evaluate", "index=3")
                component = next(e for e in stranger.elements if "matrix" in e)
                stranger.run("evaluate", "", [WidgetState(id=component, json_value="{" * 3000)])
                said.append(stranger.failed)
            stranger.run("", "index=4")
            assert stranger.failed == ""
    assert said == [f"{failures.REFUSED} {failures.WHAT_TO_DO}"] * 5
    printed = log.read_text("utf-8")
    assert "Traceback" not in printed
    assert printed.count("A run was refused") == 1
    assert "{" * 300 not in printed


def failed(raised) -> logging.LogRecord:
    try:
        raised()
    except Exception as problem:
        return logging.LogRecord(
            "streamlit.error_util", logging.ERROR, "x", 1, "Uncaught", (), (type(problem), problem, None)
        )
    pytest.fail("nothing was raised")


def test_a_fault_of_ours_keeps_its_traceback_and_is_logged_once_a_minute(monkeypatch):
    quiet, now = failures.Quiet(), [100.0]
    monkeypatch.setattr(failures.time, "monotonic", lambda: now[0])
    monkeypatch.setattr(failures, "OURS", (__file__,))

    def fault():
        raise KeyError("ours")

    first = failed(fault)
    assert quiet.filter(first)
    assert first.exc_info
    assert not quiet.filter(failed(fault))
    now[0] += failures.REPEATED + 1
    later = failed(fault)
    assert quiet.filter(later)
    assert later.exc_info
    assert "1 more" in later.getMessage()


def test_a_library_that_we_called_wrongly_is_a_fault_of_ours(monkeypatch):
    monkeypatch.setattr(failures, "OURS", (__file__,))
    record = failed(lambda: json.loads("{"))
    assert not failures.is_refusal(record.exc_info[1])
    assert failures.Quiet().filter(record)
    assert record.exc_info  # its traceback stays in the log


def test_other_lines_of_the_log_pass():
    assert failures.Quiet().filter(logging.LogRecord("streamlit", logging.WARNING, "x", 1, "words", (), None))
