"""What the server tells those who run it: whether it is well, what it counts, and its log."""

import asyncio
import json
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor

import pytest

from benchmarks.serving import OURS, Server, free_port
from benchmarks.visitors import Visitor
from fmnist_app import monitoring
from tests.drivers import ROOT, AppServer


def get(address):
    try:
        with urllib.request.urlopen(address, timeout=10) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as problem:
        return problem.code, problem.read().decode()


def numbers(address):
    """Return what /metrics says, by name."""
    status, text = get(f"{address}/metrics")
    assert status == 200
    return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in text.splitlines() if line[0] != "#")}


def test_health_and_metrics_are_on_a_port_of_their_own():
    port = free_port()
    where = f"http://127.0.0.1:{port}"
    server = AppServer(ROOT, FMNIST_METRICS_PORT=str(port))

    async def visit():
        async with Visitor(server.address, None) as visitor:
            await visitor.show(7)
            return numbers(where)["fmnist_visitors"]

    try:
        assert get(f"{where}/healthz") == (200, "ok\n")
        assert get(f"{where}/else")[0] == 404
        before = numbers(where)
        assert before["fmnist_visits_total"] == before["fmnist_predictions_total"] == 0
        with ThreadPoolExecutor(1) as thread:
            assert thread.submit(asyncio.run, visit()).result() == 1
        after = numbers(where)
        assert after["fmnist_visits_total"] == 1
        assert after["fmnist_predictions_total"] == 2
        assert after["fmnist_run_seconds_count"] == after['fmnist_run_seconds_bucket{le="+Inf"}'] == 2
        assert 0 < after["fmnist_run_seconds_sum"] < 60
        assert after["fmnist_failures_total"] == after['fmnist_training_jobs{state="running"}'] == 0
        assert after["process_resident_memory_bytes"] > 1e7
    finally:
        server.stop()


def test_a_server_whose_event_loop_hangs_is_not_well(monkeypatch):
    monkeypatch.setattr(monitoring, "PATIENCE", 0.1)
    loop, stuck, goes_on = asyncio.new_event_loop(), threading.Event(), threading.Event()

    async def hang():
        stuck.set()
        goes_on.wait(10)

    with ThreadPoolExecutor(1) as thread:
        done = thread.submit(loop.run_until_complete, hang())
        stuck.wait(10)
        problem = monitoring.trouble(loop)
        goes_on.set()
        done.result()
        thread.submit(loop.run_until_complete, asyncio.sleep(0)).result()  # the question that nobody waits for any more
    loop.close()
    assert problem == "the event loop has not answered for 0.1 seconds"


@pytest.mark.parametrize("text", ["0", "65536", "http", "-1", "9501 "])
def test_a_wrong_port_stops_the_start(text):
    with pytest.raises(ValueError, match=r"FMNIST_METRICS_PORT must be a whole number 1\.\.65535, received"):
        monitoring.configured({"FMNIST_METRICS_PORT": text})
    assert monitoring.configured({}) is None


CODE = """
from streamlit.logger import get_logger
before = get_logger("streamlit.before")
from fmnist_app import failures, logs
logs.configure()
failures.watch()
import logging
logs_of = [before, get_logger("streamlit.later"), logging.getLogger("fmnist_app.own")]
for log in logs_of:
    try:
        raise ValueError("written by a visitor")
    except ValueError:
        log.error("A run %s", "failed", exc_info=True)
"""


def test_logs_are_lines_of_json_without_what_visitors_wrote():
    done = subprocess.run(
        [sys.executable, "-c", CODE],
        cwd=ROOT,
        env={"FMNIST_LOG": "json", "PATH": ""},
        capture_output=True,
        text=True,
        check=True,
    )
    lines = [json.loads(line) for line in done.stderr.splitlines()]
    assert [line["logger"] for line in lines] == ["streamlit.before", "streamlit.later", "fmnist_app.own"]
    for line in lines:
        assert (line["level"], line["message"], line["exception"]) == ("error", "A run failed", "ValueError")
        assert line["at"] == ["<string>:11 <module>"]
        assert line["time"].endswith("+00:00")
    assert "visitor" not in done.stderr


CHATTER = """
from streamlit import logger
from fmnist_app import logs
logs.configure()
noted = [logger.get_logger(name) for name in ("uvicorn.access", "uvicorn.error")]
logger.update_formatter()  # as when the configuration changes while the server runs
for log in noted:
    log.info("GET /class?secret=SECRET")
    log.warning("something is wrong")
"""


@pytest.mark.parametrize("kind", ["json", "text"])
def test_requests_are_in_no_log(kind):
    done = subprocess.run(
        [sys.executable, "-c", CHATTER],
        cwd=ROOT,
        env={"FMNIST_LOG": kind, "PATH": ""},
        capture_output=True,
        text=True,
        check=True,
    )
    printed = done.stdout + done.stderr
    assert "SECRET" not in printed
    assert printed.count("something is wrong") == 2


@pytest.mark.parametrize("kind", ["json", "text"])
def test_a_server_logs_no_address_of_a_visit(kind, tmp_path, monkeypatch):
    monkeypatch.setenv("FMNIST_LOG", kind)
    log = tmp_path / "log"
    with Server(OURS, log=log) as server:
        server.wait()
        assert get(f"{server.address}/class?room=ROOM&secret=SECRET")[0] == 200

        async def visit():
            async with Visitor(server.address, None) as visitor:
                await visitor.show(7)

        with ThreadPoolExecutor(1) as thread:
            thread.submit(asyncio.run, visit()).result()
    printed = log.read_text("utf-8")
    assert str(server.port) in printed or kind == "json"  # the server did write there
    for word in ("SECRET", "/class", "_stcore", "GET", "connection"):
        assert word not in printed, printed


def test_a_wrong_kind_of_log_stops_the_start():
    done = subprocess.run(
        [sys.executable, "-c", "from fmnist_app import logs; logs.configure()"],
        cwd=ROOT,
        env={"FMNIST_LOG": "xml", "PATH": ""},
        capture_output=True,
        text=True,
    )
    assert "FMNIST_LOG must be json or text, received 'xml'" in done.stderr
