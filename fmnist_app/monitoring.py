"""`/healthz` and `/metrics` on a port of their own, which visitors do not reach: `FMNIST_METRICS_PORT`, off by default.

Prometheus reads `/metrics`. `/healthz` is more than a port that is open: it waits for the event loop that serves the
visitors. `FMNIST_METRICS_ADDRESS` is where to listen, 127.0.0.1 by default.
"""

import asyncio
import os
import re
import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import CancelledError
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

from fmnist_app import streamlit_internals as internals
from fmnist_app.metrics import BOUNDS, COUNTS, FAILURES, PREDICTIONS, REFUSALS, VISITS

if TYPE_CHECKING:
    from prometheus_client.metrics_core import Metric

PATIENCE = 2.0  # seconds in which the event loop must answer
COUNTED = {
    VISITS: "visits that began",
    PREDICTIONS: "verdicts that were shown",
    FAILURES: "runs that failed by a fault of the app",
    REFUSALS: "runs that were refused: a browser sent what no page sends",
}


def configured(environment: Mapping[str, str] = os.environ) -> tuple[str, int] | None:
    """Return the address and port to listen on, from the environment; None when nothing is asked for.

    Raises:
        ValueError: the port is none.
    """
    text = environment.get("FMNIST_METRICS_PORT", "")
    if not text:
        return None
    if not re.fullmatch(r"[0-9]{1,5}", text, re.ASCII) or not 0 < int(text) < 65536:
        raise ValueError(f"FMNIST_METRICS_PORT must be a whole number 1..65535, received {text[:40]!r}")
    return environment.get("FMNIST_METRICS_ADDRESS", "127.0.0.1"), int(text)


class Collector:
    """What Prometheus reads.

    Args:
        jobs: tells how many training runs are under way, and how many wait.
    """

    def __init__(self, jobs: Callable[[], tuple[int, int]]):
        self._jobs = jobs

    def collect(self) -> Iterator["Metric"]:
        from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily

        for name, words in COUNTED.items():
            yield CounterMetricFamily(f"fmnist_{name}", words, COUNTS.number(name))
        yield GaugeMetricFamily("fmnist_visitors", "browsers that are connected", internals.visitors())
        runs, seconds = COUNTS.runs()
        sums = [sum(runs[: end + 1]) for end in range(len(runs))]
        buckets = [(str(bound), count) for bound, count in zip((*BOUNDS, "+Inf"), sums, strict=True)]
        yield HistogramMetricFamily("fmnist_run_seconds", "seconds of a visitor's run", buckets, seconds)
        under_way, waiting = self._jobs()
        jobs = GaugeMetricFamily("fmnist_training_jobs", "training runs of visitors", labels=["state"])
        jobs.add_metric(["running"], under_way)
        jobs.add_metric(["waiting"], waiting)
        yield jobs


class Monitor:
    """Listens in threads of its own, so that it answers when the event loop does not.

    Args:
        where: address and port.
        jobs: as for `Collector`.

    Raises:
        OSError: the port is in use, or the address is not this machine's.
    """

    def __init__(self, where: tuple[str, int], jobs: Callable[[], tuple[int, int]]):
        from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
        from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4

        registry, loop = CollectorRegistry(), asyncio.get_running_loop()
        registry.register(Collector(jobs))
        ProcessCollector(registry=registry)

        class Answers(BaseHTTPRequestHandler):
            timeout = 10  # seconds for a half request

            def do_GET(self) -> None:
                if self.path == "/metrics":
                    self._answer(200, generate_latest(registry), CONTENT_TYPE_PLAIN_0_0_4)
                elif self.path == "/healthz":
                    problem = trouble(loop)
                    self._answer(503 if problem else 200, f"{problem or 'ok'}\n".encode(), "text/plain")
                else:
                    self._answer(404, b"/healthz and /metrics are here\n", "text/plain")

            def _answer(self, status: int, body: bytes, kind: str) -> None:
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:
                """Nothing: whoever asks every few seconds would fill the log."""

        self._server = ThreadingHTTPServer(where, Answers)
        internals.watch_runs(COUNTS.add_run)
        internals.watch_arrivals(lambda: COUNTS.add(VISITS))
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


def trouble(loop: asyncio.AbstractEventLoop) -> str | None:
    """Return why visitors are not served, or None when they are."""
    asked = asyncio.run_coroutine_threadsafe(internals.is_ready(), loop)  # begins when the loop comes to it
    try:
        return None if asked.result(PATIENCE) else "the server is not ready for visitors"
    except (TimeoutError, CancelledError):
        asked.cancel()
        return f"the event loop has not answered for {PATIENCE:g} seconds"
