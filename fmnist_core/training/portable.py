"""A `.keras` file that older releases of Keras read as well: keys that they do not know leave its configuration.

Keras writes every key of every layer, also those that a later release brought, at their defaults; an older release
then refuses the file (`TypeError: unrecognized keyword arguments`). Without them the file says the same.
"""

import json
import zipfile
from pathlib import Path

from fmnist_core.files import replace_file

OLDEST = "3.4.1"  # of Keras, that reads the files
# Keys that came after it, and what they are when nobody chose.
NEWER = {
    "input_axes": None,
    "output_axes": None,
    "quantization_config": None,
    "renorm": False,
    "renorm_clipping": None,
    "renorm_momentum": 0.99,
}


def make_portable(path: Path) -> None:
    """Write a `.keras` file anew, compressed, without the keys of `NEWER`; all else in it stays byte by byte.

    Raises:
        ValueError: one of these keys is not at its default, so that older releases cannot say the same.
    """

    def write(file: Path) -> None:
        with zipfile.ZipFile(path) as before, zipfile.ZipFile(file, "w") as after:
            for entry in before.infolist():
                content = before.read(entry)
                if entry.filename == "config.json":
                    content = json.dumps(without_newer_keys(json.loads(content))).encode()
                after.writestr(entry, content, zipfile.ZIP_DEFLATED)

    replace_file(path, write)


def without_newer_keys(config: object) -> object:
    """Return a Keras configuration, from JSON, without the keys of `NEWER`.

    Raises:
        ValueError: one of them is not at its default.
    """
    if isinstance(config, list):
        return [without_newer_keys(part) for part in config]
    if not isinstance(config, dict):
        return config
    for key in NEWER.keys() & config.keys():
        if config[key] != NEWER[key]:
            raise ValueError(f"{key} must be {NEWER[key]!r} for Keras {OLDEST} to read the file, it is {config[key]!r}")
    return {key: without_newer_keys(part) for key, part in config.items() if key not in NEWER}
