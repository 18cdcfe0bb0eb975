"""Many photos: in processes on all processors, written down as they are done, taken up again after a kill."""

import csv
import io
import json
import os
import sys
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from pathlib import Path

from fmnist_core.commands.arguments import UsageError
from fmnist_core.photos.decoding import EXTENSIONS
from fmnist_core.spreadsheets import spreadsheet_text

AHEAD = 4  # photos a process that are on their way: memory does not grow with their number
COLUMNS = ("file", "predicted_class", "confidence", "in_distribution", "error", "model")
KINDS = (".jsonl", ".csv")


def cell(text: str) -> str:
    """Return text for a cell of a table: one line, and no formula."""
    return str(spreadsheet_text(" ".join(text.splitlines())))


def in_folders(folders: Iterable[Path]) -> Iterator[str]:
    """Yield the photos in folders and theirs, in the order of their names.

    Raises:
        UsageError: one of them is no folder.
    """
    endings = tuple(f".{kind}" for kind in EXTENSIONS)
    for folder in folders:
        if not folder.is_dir():
            raise UsageError(f"a folder was expected, received {str(folder)[:200]!r}")
        for here, below, names in os.walk(folder):
            below.sort()
            yield from (os.path.join(here, name) for name in sorted(names) if name.lower().endswith(endings))  # noqa: PTH118


class Report:
    """A file of a network's results, one line a photo; what it holds already is not done again.

    Args:
        path: `.jsonl` for JSON lines, `.csv` for a table.
        model: name of the network.

    Raises:
        UsageError: another ending, or the file cannot be written, or holds results of another network.
    """

    def __init__(self, path: Path, model: str):
        self._model = model
        if path.suffix.lower() not in KINDS:
            raise UsageError(f"a file ending in {' or '.join(KINDS)} was expected, received {path.name[:200]!r}")
        self._json = path.suffix.lower() == ".jsonl"
        try:
            content = path.read_bytes() if path.exists() else b""
            whole, _, rest = content.rpartition(b"\n")
            begun = b'{"file": ' if self._json else ",".join(COLUMNS).encode()
            if rest and not whole and rest[: len(begun)] != begun[: len(rest)]:
                raise ValueError("it ends within its first line")
            text = whole.decode("utf-8", "surrogateescape") + ("\n" if whole else "")
            self.done = self._read(io.StringIO(text, newline=""))
            if rest:  # a kill has left a line unfinished
                os.truncate(path, len(content) - len(rest))
            self._file = path.open("a", encoding="utf-8", errors="surrogateescape", newline="")
        except (OSError, ValueError, LookupError, TypeError, RecursionError, csv.Error) as cause:
            raise UsageError(f"{path}: a report of this command that can be written was expected ({cause})") from cause
        if not self._json and path.stat().st_size == 0:
            csv.writer(self._file).writerow(COLUMNS)

    def _read(self, lines: Iterable[str]) -> set[str]:
        if self._json:
            results = [json.loads(line) for line in lines if line.strip()]
            done = [(result["file"], result.get("model", self._model)) for result in results]
        else:
            rows = iter(csv.reader(lines))
            if next(rows, list(COLUMNS)) != list(COLUMNS):
                raise ValueError(f"its columns are not {', '.join(COLUMNS)}")
            done = [(row[0], row[len(COLUMNS) - 1]) for row in rows if row]
        if others := {model for _, model in done} - {self._model}:
            raise ValueError(f"it holds results of {min(others)}, these are of {self._model}")
        return {file for file, _ in done}

    def holds(self, file: str) -> bool:
        return (file if self._json else cell(file)) in self.done

    def write(self, result: dict) -> None:
        """Add a photo's result, unless it is there."""
        if self.holds(result["file"]):
            return
        if self._json:
            self._file.write(json.dumps(result) + "\n")
        else:
            best = result.get("predicted_class", "")
            facts = {
                **result,
                "model": self._model,
                "confidence": f"{result['probabilities'][best]:.4f}" if best else "",
            }
            csv.writer(self._file).writerow([cell(str(facts.get(column, ""))) for column in COLUMNS])
        self._file.flush()


def each(
    files: Iterable[str], work: Callable[[str], dict], open_: Callable[..., None], given: tuple, processes: int
) -> Iterator[dict]:
    """Yield the results of `work(file)` in the order of the files, which are read no further than needed.

    Args:
        files: names; any number.
        work: returns a file's result, in one of the processes; a function of a module.
        open_: prepares a process, with `given`.
        processes: how many.
    """

    def pool(size: int) -> ProcessPoolExecutor:
        # A new interpreter each: a process that is forked from threads may wait for ever.
        return ProcessPoolExecutor(size, get_context("spawn"), open_, given)

    def alone(file: str) -> dict:
        with pool(1) as one:
            try:
                return one.submit(work, file).result()
            except BrokenProcessPool:
                return {"file": file, "error": "reading it ended its process: it takes too much memory, or is damaged"}

    workers, waiting = pool(processes), deque[tuple[str, Future]]()

    def first() -> dict:
        """Return the result of the first that waits; where its pool has broken, by itself."""
        name, future = waiting.popleft()
        try:
            return future.result()
        except BrokenProcessPool:  # one of those under way ended a process, and with it all
            return alone(name)

    try:
        for file in files:
            try:
                waiting.append((file, workers.submit(work, file)))
            except BrokenProcessPool:  # it ended while this name was awaited, or a result was taken
                while waiting:
                    yield first()
                workers = pool(processes)
                waiting.append((file, workers.submit(work, file)))
            if len(waiting) >= AHEAD * processes:
                yield first()
        while waiting:
            yield first()
    finally:
        workers.shutdown(wait=False, cancel_futures=True)


class Progress:
    """How far it is, on standard error, at most once a second."""

    def __init__(self) -> None:
        self._began = self._told = time.monotonic()
        self._done = 0

    def step(self, skipped: int, last: bool = False) -> None:
        now = time.monotonic()
        self._done += not last
        if last or now - self._told >= 1:
            self._told = now
            speed = self._done / max(now - self._began, 1e-9)
            before = f", {skipped} were there already" if skipped else ""
            print(f"{self._done} photos done{before}; {speed:.1f} a second", file=sys.stderr, flush=True)
