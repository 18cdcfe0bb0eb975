"""A confined process, seen from the server: started when it is needed, asked, killed when it takes too long."""

import os
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from fmnist_core.confined import wire

START = 60.0  # seconds in which it must be ready
IDLE = 90.0  # seconds without work after which it is let go
KEPT = ("PATH", "SYSTEMROOT", "TMPDIR", "TEMP", "LANG", "LC_ALL", "VIRTUAL_ENV")  # of the environment; no secrets
_ROOT = Path(__file__).parent.parent.parent


class ConfinedError(Exception):
    """There is no answer; the message says why, in words that follow "because"."""


class RefusedError(ConfinedError):
    """The process looked at what it was given, and says what is wrong with it."""


class TooSlowError(ConfinedError):
    """It took longer than allowed, and was ended."""


class ConfinedProcess:
    """Does one kind of work in a process of its own; one piece at a time, safe to share between threads."""

    def __init__(self, work: str, seconds: float, memory_mb: int, idle: float = IDLE):
        """Prepare it; nothing is started before the first question.

        Args:
            work: what it does, one of `worker.WORK`.
            seconds: for one answer.
            memory_mb: that it may take beyond what it has when it is ready, where the system can limit that.
            idle: seconds without a question after which it is let go.
        """
        self.seconds = seconds
        self._command = (sys.executable, "-m", "fmnist_core.confined.worker", work, str(memory_mb))
        self._idle = idle
        self._lock = threading.RLock()
        self._process: subprocess.Popen[bytes] | None = None
        self._rest: threading.Timer | None = None

    def ask(self, facts: Mapping[str, Any], *blobs: bytes) -> tuple[dict[str, Any], list[bytes]]:
        """Return what it answers.

        Raises:
            RefusedError: it says what is wrong with what it was given.
            TooSlowError: it took longer than allowed.
            ConfinedError: it cannot be started, or ended in the middle.
        """
        with self._lock:
            self.start()
            try:
                answer, received = self._talk(self.seconds, facts, blobs)
            finally:
                self._let_go_later()
        if "refused" in answer:
            raise RefusedError(str(answer["refused"])[:500])
        return answer, received

    def start(self) -> None:
        """Start it where it does not run, and wait until it is ready.

        Raises:
            ConfinedError: it cannot be started.
        """
        with self._lock:
            if self._process and self._process.poll() is None:
                return
            self.close()
            path = os.pathsep.join(filter(None, (str(_ROOT), os.environ.get("PYTHONPATH"))))
            kept = {name: os.environ[name] for name in KEPT if name in os.environ}
            try:
                self._process = subprocess.Popen(
                    self._command,
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.DEVNULL,
                    env=kept | {"PYTHONPATH": path, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
                )
            except OSError as cause:
                raise ConfinedError(f"the server cannot start a process ({cause.strerror})") from cause
            self._talk(START)
            self._let_go_later()

    def prepare(self) -> None:
        """Start it meanwhile: somebody is about to ask."""

        def start() -> None:
            with suppress(ConfinedError):  # who asks will hear of it
                self.start()

        if self.pid is None:
            threading.Thread(target=start, daemon=True).start()

    def _let_go_later(self) -> None:
        if self._rest:
            self._rest.cancel()
        self._rest = threading.Timer(self._idle, self.close)
        self._rest.daemon = True
        self._rest.start()

    @property
    def pid(self) -> int | None:
        """The number of the process, or None while there is none."""
        process = self._process
        return process.pid if process and process.poll() is None else None

    def close(self) -> None:
        """End it; the next question starts another."""
        with self._lock:
            if self._rest:
                self._rest.cancel()
            process, self._process = self._process, None
            if process:
                process.kill()
                process.wait()
                for pipe in (process.stdin, process.stdout):
                    with suppress(OSError, ValueError):
                        pipe and pipe.close()

    def _talk(
        self, seconds: float, facts: Mapping[str, Any] | None = None, blobs: Sequence[bytes] = ()
    ) -> tuple[dict[str, Any], list[bytes]]:
        process = self._process
        assert process is not None
        questions, answers = process.stdin, process.stdout
        assert questions is not None  # it was started with pipes
        assert answers is not None
        time_is_up = threading.Event()

        def end() -> None:
            time_is_up.set()
            process.kill()

        alarm = threading.Timer(seconds, end)
        alarm.start()
        try:
            if facts is not None:
                wire.write(questions, facts, blobs)
            return wire.read(answers)
        except (OSError, EOFError, wire.WireError) as cause:
            self.close()
            if time_is_up.is_set():
                raise TooSlowError(f"it took longer than {seconds:g} seconds") from cause
            raise ConfinedError("it needs more than it may take, or is damaged") from cause
        finally:
            alarm.cancel()
