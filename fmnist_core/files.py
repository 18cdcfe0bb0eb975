"""Files that are replaced in one go: a kill in the middle leaves what was there before."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np


def replace_file(path: Path, write: Callable[[Path], object]) -> None:
    """Have a file written beside `path`, then put it there: a kill in the middle leaves what was there before."""
    unfinished = path.with_name(f".unfinished-{path.name}")
    try:
        write(unfinished)
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


def write_arrays(path: Path, **arrays: object) -> None:
    """Write arrays as a compressed `.npz`, in one go."""
    replace_file(path, lambda file: np.savez_compressed(file, allow_pickle=False, **arrays))  # type: ignore[arg-type]


def write_json(path: Path, facts: dict) -> None:
    """Write a dictionary as JSON, for example a card, in one go."""
    text = json.dumps(facts, indent=1) + "\n"
    replace_file(path, lambda file: file.write_text(text, "utf-8"))
