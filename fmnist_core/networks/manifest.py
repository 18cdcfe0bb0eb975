"""One list of every file that ships with the networks: its SHA-256, its size, and the shapes of its arrays.

A file is believed when it is the one in the list. `record` writes its line after the file itself; a kill in between
leaves a file that is not believed, and the command that writes it can be repeated.
"""

import json
from pathlib import Path

import numpy as np

from fmnist_core import data
from fmnist_core.files import locked, write_json
from fmnist_core.networks.classifier import ModelError

NAME = "manifest.json"


def describe(path: Path) -> dict:
    """Return a file's line: `sha256`, `bytes`, and of an `.npz` its `arrays`, each with `shape` and `dtype`."""
    line: dict = {"sha256": data.file_hash(path), "bytes": path.stat().st_size}
    if path.suffix == ".npz":
        with np.load(path, allow_pickle=False) as stored:
            arrays = {key: stored[key] for key in sorted(stored.files)}
        line["arrays"] = {key: {"shape": list(a.shape), "dtype": str(a.dtype)} for key, a in arrays.items()}
    return line


def record(folder: Path, *names: str) -> None:
    """Write the lines of files anew, for example after `NAME.map.npz` was made again; the other lines stay."""
    described = {name: describe(folder / name) for name in names}
    with locked(folder):  # another process may write other lines
        write_json(folder / NAME, dict(sorted((read(folder) | described).items())))


def read(folder: Path) -> dict[str, dict]:
    """Return the lines of a folder's list; none where there is no list.

    Raises:
        ModelError: the list is there and is not one.
    """
    path = folder / NAME
    if not path.is_file():
        return {}
    try:
        lines = json.loads(path.read_text("utf-8"))
        if not isinstance(lines, dict) or not all(isinstance(line["sha256"], str) for line in lines.values()):
            raise ValueError("no list of files with their SHA-256")
    except (OSError, ValueError, KeyError, TypeError) as cause:
        raise ModelError(
            f"{NAME} cannot be read ({cause!r}): nothing that is stored beside a network is used."
        ) from cause
    return lines


def check(path: Path, without: str) -> None:
    """Make sure that a stored file is the one in its folder's list.

    Args:
        path: of the file.
        without: what a person goes without when it is not, for the message.

    Raises:
        ModelError: it is not in the list, or is another file.
    """
    line = read(path.parent).get(path.name)
    if line is None:
        raise ModelError(f"{path.name} is not in {NAME}: it is not used, {without}.")
    received = data.file_hash(path)
    if received != line["sha256"]:
        raise ModelError(
            f"{path.name} is not the file in {NAME} (SHA-256 {received[:12]}…, expected {line['sha256'][:12]}…): "
            f"it is not used, {without}."
        )
