"""The process that trains: requests come in, messages go out, one line of JSON each (loads TensorFlow when it starts).

`python -m fmnist_core.training.worker`, started by the server. It serves one run after the other, and ends when its
standard input does: a server that is gone leaves nothing behind.
"""

import json
import os
import queue
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import TextIO

from fmnist_core.composing.composition import parse
from fmnist_core.composing.layers import CompositionError
from fmnist_core.composing.limits import Limits
from fmnist_core.data import DataError
from fmnist_core.runs.messages import Failed, Message, Ready, to_line

NICE = 19
PAGE = 4096  # bytes, where the system does not say
WATCH_EVERY = 0.5  # seconds between two looks at the memory


class Channel:
    """What goes out and what comes in. A visitor's request to stop is heard within a run."""

    def __init__(self, out: TextIO):
        self._out, self._lock = out, threading.Lock()
        self.requests: queue.Queue[dict] = queue.Queue()
        self.stopping = threading.Event()

    def send(self, message: Message) -> None:
        with self._lock:
            self._out.write(to_line(message))
            self._out.flush()

    def listen(self) -> None:
        """Read requests until there are no more, then end the process at once."""
        for line in sys.stdin:
            request = json.loads(line)
            if request["do"] == "stop":
                self.stopping.set()
            else:
                self.stopping.clear()  # here: a stop that comes before the run has begun is for that run
                self.requests.put(request)
        os._exit(0)


def memory_mb() -> float:
    """Return the memory of this process in megabytes; 0 where the system does not say."""
    try:
        pages = int(Path("/proc/self/statm").read_text("utf-8").split()[1])
    except (OSError, ValueError, IndexError):
        return 0.0
    return pages * (os.sysconf("SC_PAGE_SIZE") if hasattr(os, "sysconf") else PAGE) / 1e6


def watch(channel: Channel, limit_mb: int) -> None:
    """End the process, with a sentence, when it takes more memory than it may."""
    while memory_mb() <= limit_mb:
        time.sleep(WATCH_EVERY)
    channel.send(Failed(f"Training needed more than the {limit_mb:,} MB of memory that it may take here."))
    os._exit(1)


def step_back() -> None:
    """Let every other process of the machine go first, in a moment; a nice one alone would still make them wait."""
    if hasattr(os, "nice"):
        os.nice(NICE)
    if hasattr(os, "SCHED_IDLE"):
        with suppress(OSError):  # a sandbox may forbid it
            for thread in Path("/proc/self/task").iterdir():  # NumPy has begun some; later ones inherit it
                os.sched_setscheduler(int(thread.name), os.SCHED_IDLE, os.sched_param(0))


def serve(request: dict, channel: Channel, limits: Limits) -> None:
    """Train by a request; whatever goes wrong is told in a sentence."""
    from fmnist_core.training import composed

    deadline = time.monotonic() + limits.seconds

    def stop() -> str | None:
        if channel.stopping.is_set():
            return "stopped"
        return "time" if time.monotonic() > deadline else None

    try:
        composed.run(parse(request["address"], limits), Path(request["folder"]), channel.send, stop)
    except (CompositionError, composed.DivergedError) as problem:
        channel.send(Failed(str(problem)))
    except DataError as problem:
        channel.send(Failed(f"The pictures cannot be read: {problem}"))
    except OSError as problem:
        why = problem.strerror or problem
        channel.send(
            Failed(
                f"The run could not be kept on the server's disk ({why}). The epochs done before are kept; Continue "
                "goes on from there, once there is room."
            )
        )
    except Exception as problem:  # whatever it is, the visitor who waits must hear of it
        channel.send(Failed(f"Training ended early: {type(problem).__name__}: {str(problem)[:300]}"))


def main() -> int:
    """Bring TensorFlow, say so, and serve requests until standard input ends."""
    channel = Channel(os.fdopen(os.dup(1), "w", encoding="utf-8"))
    os.dup2(2, 1)  # what libraries print is no message
    step_back()
    limits = Limits.configured()
    threading.Thread(target=channel.listen, daemon=True).start()
    threading.Thread(target=watch, args=(channel, limits.memory_mb), daemon=True).start()
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    start = time.monotonic()
    try:
        import tensorflow as tf

        tf.config.threading.set_intra_op_parallelism_threads(limits.threads)
        tf.config.threading.set_inter_op_parallelism_threads(1)
        from fmnist_core.training import composed  # noqa: F401
    except ImportError as cause:
        channel.send(Failed(f"TensorFlow cannot be loaded on the server ({cause})."))
        return 1
    channel.send(Ready(round(time.monotonic() - start, 2)))
    while True:
        serve(channel.requests.get(), channel, limits)
        if memory_mb() > limits.memory_mb / 2:
            return 0  # the next run gets a fresh process


if __name__ == "__main__":
    sys.exit(main())
