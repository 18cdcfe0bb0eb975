"""The process that trains, seen from the server: started, spoken to, killed."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from fmnist_core.runs.messages import Message, from_line

COMMAND = (sys.executable, "-m", "fmnist_core.training.worker")
_ROOT = Path(__file__).parent.parent.parent


class Process:
    """A process that trains one run after the other."""

    def __init__(self, command: Sequence[str] = COMMAND):
        """Start it; TensorFlow takes some seconds to load.

        Raises:
            OSError: the system does not let a process start.
        """
        path = os.pathsep.join(filter(None, (str(_ROOT), os.environ.get("PYTHONPATH"))))
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=os.environ | {"PYTHONPATH": path},
            text=True,
            encoding="utf-8",
            errors="replace",
        )

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    def ask(self, **request: object) -> None:
        """Send a request; a process that is gone does not hear it, which its messages will show."""
        assert self._process.stdin is not None  # it is a pipe
        with suppress(OSError, ValueError):
            self._process.stdin.write(json.dumps(request) + "\n")
            self._process.stdin.flush()

    def messages(self) -> Iterator[Message]:
        """Yield what it says until it ends; what is no message is passed over."""
        assert self._process.stdout is not None  # it is a pipe
        for line in self._process.stdout:
            with suppress(ValueError):
                yield from_line(line)

    def kill(self) -> None:
        """End it at once."""
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            with suppress(OSError, ValueError):
                pipe and pipe.close()

    def ended_well(self) -> bool:
        """Whether it ended of its own will; it has closed its output by now."""
        with suppress(subprocess.TimeoutExpired):
            return self._process.wait(5) == 0
        return False

    def ending(self) -> str:
        """Return how it ended, in words; it has closed its output by now."""
        try:
            code = self._process.wait(5)
        except subprocess.TimeoutExpired:
            self.kill()
            return "it fell silent"
        if code >= 0:
            return f"exit code {code}"
        with suppress(ValueError):
            return f"signal {signal.Signals(-code).name}"
        return f"signal {-code}"
