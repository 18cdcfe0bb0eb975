"""The line in front of the process that trains: one run at a time for all visitors, the others wait their turn."""

import shutil
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from fmnist_core.composing.composition import Composition
from fmnist_core.composing.limits import Limits
from fmnist_core.runs import run as states
from fmnist_core.runs.keeping import KeptRun
from fmnist_core.runs.messages import Early, Epoch, Failed, Finished, Message, Step
from fmnist_core.runs.process import COMMAND, Process
from fmnist_core.runs.run import TrainingRun

WARM = 120.0  # seconds for which a process without work is kept for the next run
GRACE = 180.0  # seconds beyond its limit, TensorFlow's loading included, after which a run is killed
RUNS_OF_A_VISIT = 20
TIME_IS_UP = "The time that a run may take here is up. Continue goes on from the last epoch."


class LineError(Exception):
    """A run cannot join the line; the message says why, in a sentence."""


class Line:
    """All runs of all visitors, and the thread that has them trained one after the other."""

    def __init__(self, limits: Limits | None = None, command: Sequence[str] = COMMAND, warm: float = WARM):
        """Prepare a line; nothing is started before the first run.

        Args:
            limits: of a run, and of how many may wait.
            command: starts the process that trains.
            warm: seconds for which it is kept without work.
        """
        self.limits, self._command, self._warm = limits or Limits.configured(), command, warm
        self._changed = threading.Condition(threading.RLock())
        self._waiting: list[TrainingRun] = []
        self._runs: list[TrainingRun] = []
        self._current: TrainingRun | None = None
        self._process: Process | None = None
        self._thread: threading.Thread | None = None
        self._closed = False

    # ---------------------------------------------------------------- what visitors ask for

    def join(self, owner: str, composition: Composition, title: str) -> TrainingRun:
        """Have a composition trained as soon as it is its turn.

        Raises:
            LineError: the visitor has a run under way or too many runs, the line is full, or the disk is.
        """
        with self._changed:
            self._check(self.runs(owner))
            run = self._new(owner, composition, title)
            self._enter(run)
            return run

    def load(self, owner: str, kept: KeptRun) -> TrainingRun:
        """Put a run that was kept in a file beside a visitor's others; it has no network.

        Raises:
            LineError: the visitor has too many runs, or the disk is full.
        """
        with self._changed:
            run = self._new(owner, kept.composition, kept.title)
            run.state, run.epochs = states.LOADED, list(kept.epochs)
            return run

    def resume(self, run: TrainingRun) -> None:
        """Have a run trained on from its last epoch.

        Raises:
            LineError: as `join`; or there is nothing left to train.
        """
        with self._changed:
            if not run.resumable:
                raise LineError("This run has no epochs left to train.")
            self._check(self.runs(run.owner))
            run.state, run.problem = states.WAITING, None
            self._enter(run)

    def stop(self, run: TrainingRun) -> None:
        """End a run in good order: what it has learned is written; one that waits leaves the line."""
        with self._changed:
            if run in self._waiting:
                self._waiting.remove(run)
                run.state = states.STOPPED
            elif run is self._current and run.under_way:
                run.state = states.STOPPING
                if self._process is not None:
                    self._process.ask(do="stop")

    def remove(self, run: TrainingRun) -> None:
        """Forget a run and its files; one that trains is killed."""
        with self._changed:
            run.discarded = True
            if run in self._waiting:
                self._waiting.remove(run)
            if run in self._runs:
                self._runs.remove(run)
            if run is self._current:
                if self._process is not None:
                    self._process.kill()
            else:
                shutil.rmtree(run.folder, ignore_errors=True)

    def forget(self, owner: str) -> None:
        """Forget all runs of a visitor who has left."""
        with self._changed:
            for run in self.runs(owner):
                self.remove(run)

    def adopt(self, token: str, owner: str, is_here: Callable[[str], bool]) -> None:
        """Give a visitor who came back with a run's token in the address all that was theirs before.

        Args:
            token: of a run; one that nobody knows is no matter.
            owner: their session now.
            is_here: whether a session is connected: what belongs to somebody who is here stays theirs.
        """
        with self._changed:
            before = next((run.owner for run in self._runs if run.token == token), owner)
            if before != owner and not is_here(before):
                for run in self.runs(before):
                    run.owner = owner

    def knows(self, token: str) -> bool:
        """Return whether there is a run of this token, whosesoever it is."""
        with self._changed:
            return any(run.token == token for run in self._runs)

    # ---------------------------------------------------------------- what there is to see

    def runs(self, owner: str) -> list[TrainingRun]:
        """Return the runs of a visitor, the oldest first."""
        with self._changed:
            return [run for run in self._runs if run.owner == owner]

    def ahead(self, run: TrainingRun) -> int:
        """Return how many runs come before one that waits."""
        with self._changed:
            busy = int(self._current is not None)
            return busy + self._waiting.index(run) if run in self._waiting else 0

    def jobs(self) -> tuple[int, int]:
        """Return how many runs are under way, none or one, and how many wait."""
        with self._changed:
            return int(self._current is not None), len(self._waiting)

    @property
    def process(self) -> Process | None:
        """The process that trains, while there is one."""
        return self._process

    def close(self) -> None:
        """Kill the process and remove every file: the server ends."""
        with self._changed:
            self._closed = True
            for run in list(self._runs):
                self.remove(run)
            if self._process is not None:
                self._process.kill()
            self._changed.notify_all()

    # ---------------------------------------------------------------- the thread

    def _check(self, mine: list[TrainingRun]) -> None:
        if any(run.under_way for run in mine):
            raise LineError("One of your runs is under way or waits already: stop it first.")
        if len(self._waiting) >= self.limits.waiting:
            raise LineError(f"{len(self._waiting)} runs of other visitors wait already: try again later.")

    def _new(self, owner: str, composition: Composition, title: str) -> TrainingRun:
        if (count := len(self.runs(owner))) >= RUNS_OF_A_VISIT:
            raise LineError(f"There are {count} runs in this visit already: remove one first.")
        try:
            folder = Path(tempfile.mkdtemp(prefix="fmnist-run-"))
        except OSError as cause:
            raise LineError(f"The server cannot keep another run ({cause.strerror}).") from cause
        run = TrainingRun(owner, composition, title, folder)
        self._runs.append(run)
        return run

    def _enter(self, run: TrainingRun) -> None:
        self._waiting.append(run)
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, daemon=True)
            self._thread.start()
        self._changed.notify_all()

    def _work(self) -> None:
        while True:
            with self._changed:
                until = time.monotonic() + self._warm
                while not self._waiting and not self._closed:
                    left = until - time.monotonic()
                    if left <= 0 or self._process is None:
                        break
                    self._changed.wait(left)
                if self._closed or not self._waiting:  # nobody trains: memory and processor are given back
                    self._let_go()
                    self._thread = None
                    return
                run = self._current = self._waiting.pop(0)
                run.state = states.STARTING
            try:
                self._train(run)
            except Exception as cause:  # whatever it is, the visitor hears of it and the next one gets their turn
                self._end(run, states.FAILED, f"Training could not go on ({cause!r}).")
                with self._changed:
                    self._let_go()
            finally:
                with self._changed:
                    self._current = None
                    if run.discarded:
                        shutil.rmtree(run.folder, ignore_errors=True)

    def _let_go(self) -> None:
        if self._process is not None:
            self._process.kill()
        self._process = None

    def _train(self, run: TrainingRun, again: bool = True) -> None:
        """Have a run trained; once more where the process that it was given to was about to end and took no notice."""
        process = self._give(run)
        if process is None or self._follow(run, process):
            return
        if again and process.ended_well():
            return self._train(run, again=False)
        kept = f"The {len(run.epochs)} epochs done are kept; Continue goes on from there." if run.epochs else ""
        self._end(run, states.FAILED, f"The process that trains ended early ({process.ending()}). {kept}".strip())

    def _give(self, run: TrainingRun) -> Process | None:
        """Ask the process that trains for a run, starting one where there is none; None if that cannot be."""
        with self._changed:
            if run.discarded:
                return None
            if self._process is None or not self._process.alive:
                self._let_go()
                try:
                    self._process = Process(self._command)
                except OSError as cause:
                    self._end(run, states.FAILED, f"The server cannot start a process ({cause.strerror}).")
                    return None
            process = self._process
            process.ask(do="train", folder=str(run.folder), address=run.composition.to_address())
            if run.state == states.STOPPING:
                process.ask(do="stop")
            return process

    def _follow(self, run: TrainingRun, process: Process) -> bool:
        """Take in what the process says of a run; return whether it came to its end."""
        late = threading.Timer(self.limits.seconds + GRACE, process.kill)
        late.daemon = True
        late.start()
        try:
            for message in process.messages():
                if self._hear(run, message):
                    return True
        except ValueError:  # its output was closed when it was killed
            pass
        finally:
            late.cancel()
        return False

    def _hear(self, run: TrainingRun, message: Message) -> bool:
        """Take in a message of a run; return whether it was the last."""
        with self._changed:
            if run.state == states.STARTING and not isinstance(message, Failed | Finished):
                run.state = states.TRAINING
            if isinstance(message, Step):
                run.step = message
            elif isinstance(message, Early):
                run.early = message
            elif isinstance(message, Epoch):
                run.epochs, run.step, run.tested = [*run.epochs, message], None, None
            elif isinstance(message, Finished):
                done = message.reason == "done"
                run.written = len(run.epochs)
                self._end(
                    run,
                    states.DONE if done else states.STOPPED,
                    TIME_IS_UP if message.reason == "time" else None,
                )
                return True
            elif isinstance(message, Failed):
                self._end(run, states.FAILED, message.sentence)
                return True
            return False

    def _end(self, run: TrainingRun, state: str, problem: str | None) -> None:
        with self._changed:
            run.state, run.problem, run.step = state, problem, None
