"""Files that are replaced in one go: a kill in the middle leaves what was there before, two writers never meet."""

import json
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import numpy as np

try:
    import fcntl
except ImportError:  # Windows has no such locks
    fcntl = None  # type: ignore[assignment]

LITTER_AGE = 3600.0  # seconds after which an unfinished file is one that a kill left behind


def replace_file(path: Path, write: Callable[[Path], object]) -> None:
    """Have a file written beside `path`, then put it there: a kill in the middle leaves what was there before.

    Each writer has a file of its own; what a kill left behind goes when the same file is next written.

    Args:
        path: of the file.
        write: writes a file at the path that it is given.
    """
    with replace_together(path.parent, path.name) as scratch:
        write(scratch / path.name)


@contextmanager
def replace_together(folder: Path, *names: str) -> Iterator[Path]:
    """Give a folder to write files in; at the end they replace those of the same names in `folder`, in their order.

    A kill before the end leaves what was there before. What a kill left behind goes when the same files are next
    written: at once where a lock tells that nobody writes there any more, after an hour elsewhere.

    Args:
        folder: where the files go.
        names: of the files, all of which must have been written at the end; the one that completes the rest last.
    """
    prefix = f".unfinished-{names[-1]}-"
    for left in folder.glob(f"{prefix}*"):
        if _abandoned(left):
            with suppress(OSError):  # another writer may have been quicker
                shutil.rmtree(left) if left.is_dir() else left.unlink()
    with tempfile.TemporaryDirectory(dir=folder, prefix=prefix) as scratch, locked(Path(scratch)):
        yield Path(scratch)
        for name in names:
            (Path(scratch) / name).replace(folder / name)


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Wait until no other process works in a folder under this lock; where there are no locks, go on without."""
    lock = os.open(folder, os.O_RDONLY) if fcntl else None
    try:
        if lock is not None:
            with suppress(OSError):  # a file system without locks
                fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        if lock is not None:
            os.close(lock)


def _abandoned(left: Path) -> bool:
    """Return whether nobody writes any more at what is unfinished: a folder, or a file as earlier versions made."""
    try:
        age = time.time() - left.stat().st_mtime
        if fcntl is None or not left.is_dir() or age < 1:  # one that was just made may not have its lock yet
            return age > LITTER_AGE
        handle = os.open(left, os.O_RDONLY)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        except OSError:  # a file system without locks
            return age > LITTER_AGE
        finally:
            os.close(handle)
    except OSError:  # gone
        return False
    return True


def write_arrays(path: Path, **arrays: object) -> None:
    """Write arrays as a compressed `.npz`, in one go."""
    replace_file(path, lambda file: np.savez_compressed(file, allow_pickle=False, **arrays))  # type: ignore[arg-type]


def write_json(path: Path, facts: dict) -> None:
    """Write a dictionary as JSON, for example a card, in one go."""
    text = json.dumps(facts, indent=1) + "\n"
    replace_file(path, lambda file: file.write_text(text, "utf-8"))
