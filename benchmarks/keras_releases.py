"""Which releases of Keras read the networks: `python -m benchmarks.keras_releases [VERSION…]`.

Each release is installed in an environment of its own, with the JAX backend and without this project; it loads every
`models/NAME.keras` and answers 200 test pictures. The bound: logits as stored, to 1e-4, of a network of
16 bits to what its card says of LiteRT's; exit code 1 when one is missed.
"""

import argparse
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

import numpy as np

from benchmarks.serving import markdown
from fmnist_core import load_card, load_stored_logits, load_test, network_names
from fmnist_core.networks.cards import MODELS
from fmnist_core.training.portable import OLDEST

COUNT, BOUND = 200, 1e-4
LOADING = """
import os, sys
os.environ["KERAS_BACKEND"] = "jax"
import jax, keras, numpy as np
pixels = np.load("pixels.npy")
model = keras.models.load_model(sys.argv[1], compile=False)
np.save("logits.npy", np.asarray(jax.jit(lambda x: model(x))(pixels)))
"""


def difference(python: Path, name: str, folder: str) -> float | None:
    """Return by how much the logits of a network differ from what is stored, at most; None when it cannot be loaded."""
    command = [str(python), "-c", LOADING, str(MODELS / f"{name}.keras")]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        print(f"{name}: {done.stderr.strip().splitlines()[-1][:200]}", file=sys.stderr)
        return None
    logits = np.load(Path(folder) / "logits.npy")
    return float(np.abs(logits - load_stored_logits(load_card(name)).test[:COUNT]).max())


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("versions", nargs="*", default=[OLDEST], help=f"releases of Keras ({OLDEST})")
    args = parser.parse_args()
    rows, missed = [], 0
    for version in args.versions:
        with tempfile.TemporaryDirectory() as folder:
            venv.create(Path(folder) / "env", with_pip=True)
            python = Path(folder) / "env" / ("Scripts" if sys.platform == "win32" else "bin") / "python"
            subprocess.run([str(python), "-m", "pip", "install", "--quiet", f"keras=={version}", "jax"], check=True)
            np.save(Path(folder) / "pixels.npy", load_test().images[:COUNT].astype(np.float32)[..., None])
            found = [difference(python, name, folder) for name in network_names()]
        facts = [load_card(name).facts for name in network_names()]
        bounds = [1.1 * f["litert_difference"] if f.get("recipe", {}).get("half") else BOUND for f in facts]
        missed += sum(d is None or d > bound for d, bound in zip(found, bounds, strict=True))
        rows.append([version, *("not loaded" if d is None else f"{d:.1e}" for d in found)])
    print(markdown(["Keras, on JAX", *network_names()], rows))
    limits = f"bound {BOUND:g}, of 16 bits {max(bounds):.2g}"
    print(f"\nLargest difference of a logit from what is stored; {limits}; {missed} missed.")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
