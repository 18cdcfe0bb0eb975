"""Where a class's file is, known without opening it."""

import os
from collections.abc import Mapping
from pathlib import Path


def sqlite_file(environment: Mapping[str, str] = os.environ) -> Path:
    """Return the class's file: in `FMNIST_CLASS_DIR`, else among the user's own data."""
    data = environment.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    return Path(environment.get("FMNIST_CLASS_DIR") or Path(data) / "fmnist") / "class.sqlite"
