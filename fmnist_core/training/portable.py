"""A `.keras` file that older releases of Keras read as well: keys that they do not know leave its configuration.

Keras writes every key of every layer, also those that a later release brought, at their defaults; an older release
then refuses the file (`TypeError: unrecognized keyword arguments`). Without them the file says the same.
"""

import io
import json
import zipfile
from pathlib import Path

import numpy as np

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


def make_portable(path: Path, half: bool = False) -> None:
    """Write a `.keras` file anew, compressed, without the keys of `NEWER`; all else stays, kernels apart, byte by byte.

    Args:
        path: of the file.
        half: its kernels are of 16 bits already: they are stored so. Keras reads them into its 32.

    Raises:
        ValueError: one of these keys is not at its default, so that older releases cannot say the same.
    """

    def write(file: Path) -> None:
        with zipfile.ZipFile(path) as before, zipfile.ZipFile(file, "w") as after:
            for entry in before.infolist():
                content = before.read(entry)
                if entry.filename == "config.json":
                    content = json.dumps(without_newer_keys(json.loads(content))).encode()
                if half and entry.filename == "model.weights.h5":
                    content = in_half(content)
                after.writestr(entry, content, zipfile.ZIP_DEFLATED)

    replace_file(path, write)


def in_half(weights: bytes) -> bytes:
    """Return an HDF5 file of weights with its kernels in 16 bits; what has one dimension stays as it is."""
    import h5py  # comes with Keras, and is needed where it is

    with h5py.File(io.BytesIO(weights)) as before:
        written = io.BytesIO()
        with h5py.File(written, "w") as after:

            def copy(name: str, part: h5py.Group | h5py.Dataset) -> None:
                if isinstance(part, h5py.Dataset):
                    values = part[()]
                    made = after.create_dataset(name, data=values.astype(np.float16) if values.ndim > 1 else values)
                else:
                    made = after.require_group(name)
                made.attrs.update(part.attrs)

            before.visititems(copy)
    return written.getvalue()


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
