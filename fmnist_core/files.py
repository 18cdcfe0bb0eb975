"""Files that are replaced in one go: a kill in the middle leaves what was there before, two writers never meet."""

import json
import os
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import numpy as np

LITTER_AGE = 3600.0  # seconds after which an unfinished file is one that a kill left behind


def replace_file(path: Path, write: Callable[[Path], object]) -> None:
    """Have a file written beside `path`, then put it there: a kill in the middle leaves what was there before.

    Each writer has a file of its own; what a kill left behind goes when the same file is next written.

    Args:
        path: of the file.
        write: writes a file at the path that it is given, which exists and is empty.
    """
    prefix = f".unfinished-{path.name}-"
    for left in path.parent.glob(f"{prefix}*"):
        with suppress(OSError):  # another writer may have been quicker
            if time.time() - left.stat().st_mtime > LITTER_AGE:
                left.unlink()
    handle, name = tempfile.mkstemp(prefix=prefix, suffix=path.suffix, dir=path.parent)
    os.close(handle)
    unfinished = Path(name)
    try:
        write(unfinished)
        unfinished.chmod(0o666 & ~_umask())
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


def _umask() -> int:
    """Return the process's mask for new files; it can only be read by setting it."""
    mask = os.umask(0o022)
    os.umask(mask)
    return mask


def write_arrays(path: Path, **arrays: object) -> None:
    """Write arrays as a compressed `.npz`, in one go."""
    replace_file(path, lambda file: np.savez_compressed(file, allow_pickle=False, **arrays))  # type: ignore[arg-type]


def write_json(path: Path, facts: dict) -> None:
    """Write a dictionary as JSON, for example a card, in one go."""
    text = json.dumps(facts, indent=1) + "\n"
    replace_file(path, lambda file: file.write_text(text, "utf-8"))
