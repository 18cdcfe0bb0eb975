"""Whatever a stranger can send: `python -m benchmarks.hostile [--inputs 10000] [--seed 0]`.

Random addresses and websocket values go to the real server; mutated pictures, damaged files and command lines to the
code behind it. An input fails when it ends in anything but an answer or a sentence: a traceback, a page that does not
come, a process that dies. Prints how many were tried and failed, the slowest, and the memory; exits with 1 when one
failed.
"""

import argparse
import contextlib
import io
import itertools
import os
import pickle
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import numpy as np
from PIL import Image

from benchmarks.serving import OURS, Server, machine, markdown
from benchmarks.strangers import STRANGE, Stranger, hostile_query, hostile_states
from fmnist_core import ModelError, Network, data, default_network, network_names
from fmnist_core.__main__ import main as command_line
from fmnist_core.networks.cards import MODELS
from fmnist_core.photos import samples
from fmnist_core.photos.decoding import PhotoError, decode
from fmnist_core.photos.pipeline import develop

SHARES = {
    "addresses": 0.2,
    "websocket values": 0.3,
    "pictures": 0.25,
    "networks": 0.05,
    "damaged files": 0.08,
    "command lines": 0.12,
}
MAX_SECONDS, MAX_MB = 3.0, 600  # for one picture; of the process that decodes
PAGES = ("", "evaluate", "explore", "stress", "train", "garment", "class", "about")


class Tally:
    """What came of the inputs of one area."""

    def __init__(self, area: str):
        self.area, self.tried, self.failures = area, 0, list[str]()
        self.slowest, self.memory = 0.0, 0.0

    @contextlib.contextmanager
    def attempt(self, what: str) -> Iterator[None]:
        """Count one input; whatever is raised inside is a failure."""
        began = time.perf_counter()
        self.tried += 1
        try:
            yield
        except Exception as cause:
            self.failures.append(f"{what[:200]}: {type(cause).__name__}: {str(cause)[:200]}")
        self.slowest = max(self.slowest, time.perf_counter() - began)

    def row(self) -> list[str]:
        memory = f"{self.memory:.0f} MB" if self.memory else "–"
        return [self.area, f"{self.tried:,}", f"{len(self.failures):,}", f"{self.slowest:.2f} s", memory]


def picture_files() -> dict[str, bytes]:
    """Return one whole file of each of twelve kinds of picture, small enough to be mutated often."""
    photo = Image.open(io.BytesIO(samples.jpeg("Coat"))).convert("RGB").resize((160, 200))
    frames = [photo.quantize(16), photo.rotate(90).resize(photo.size).quantize(16)]
    deep = Image.fromarray(np.asarray(photo.convert("L")).astype(np.uint16) * 257)
    files: dict[str, bytes] = {}

    def save(name: str, picture: Image.Image, kind: str, **options: object) -> None:
        buffer = io.BytesIO()
        picture.save(buffer, kind, **options)
        files[name] = buffer.getvalue()

    save("JPEG", photo, "JPEG")
    save("progressive JPEG", photo, "JPEG", progressive=True)
    save("grey JPEG", photo.convert("L"), "JPEG")
    save("CMYK JPEG", photo.convert("CMYK"), "JPEG")
    save("PNG", photo, "PNG")
    save("PNG with alpha", photo.convert("RGBA"), "PNG")
    save("PNG of 16 bits", deep, "PNG")
    save("PNG palette", frames[0], "PNG")
    save("WebP", photo, "WEBP")
    save("AVIF", photo, "AVIF")
    save("animated GIF", frames[0], "GIF", save_all=True, append_images=frames[1:])
    save("BMP", photo, "BMP")
    return files


def mutated(content: bytes, rng: random.Random) -> bytes:
    """Return bytes with parts changed, doubled, cut out, or the end cut off."""
    changed = bytearray(content)
    for _ in range(rng.choice((1, 1, 2, 5, 20))):
        at, length = rng.randrange(max(len(changed), 1)), rng.choice((1, 1, 2, 4, 64, 1000))
        deed = rng.randrange(5)
        if deed == 0:
            changed[at : at + length] = rng.randbytes(min(length, len(changed) - at))
        elif deed == 1:
            changed[at:at] = changed[at : at + length]
        elif deed == 2:
            del changed[at : at + length]
        elif deed == 3:
            changed[at : at + 4] = rng.choice((b"\0\0\0\0", b"\xff\xff\xff\xff", b"\x7f\xff\xff\xff", b"\x80\0\0\0"))
        else:
            del changed[max(at, 16) :]
    return bytes(changed)


def pictures(count: int, rng: random.Random, seconds: float = 0) -> Tally:
    """Decode and develop mutated pictures: a picture or a PhotoError, in time; the memory is that of this process.

    Args:
        count: how many, or at least how many where `seconds` are given.
        rng: chooses what is done to them.
        seconds: for which to go on.
    """
    tally, files = Tally("pictures"), picture_files()
    kinds, until = list(files), time.monotonic() + seconds
    for number in itertools.count():
        if number >= count and time.monotonic() >= until:
            break
        kind = kinds[number % len(kinds)]
        content = mutated(files[kind], rng)
        with tally.attempt(f"{kind}, {len(content)} bytes"):
            began = time.process_time()  # of the processor: others may be at work beside it
            with contextlib.suppress(PhotoError):
                image = develop(decode(content)).image
                if image.shape != (data.SIDE, data.SIDE):
                    raise ValueError(f"a picture of {image.shape}")
            if (took := time.process_time() - began) > MAX_SECONDS:
                raise TimeoutError(f"took {took:.1f} s, at most {MAX_SECONDS} s were expected")
    status = Path("/proc/self/status").read_text("utf-8")
    tally.memory = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM")) / 1000
    if tally.memory > MAX_MB:
        tally.failures.append(f"memory: {tally.memory:.0f} MB, at most {MAX_MB} MB were expected")
    return tally


def networks(count: int, rng: random.Random) -> Tally:
    """Bring damaged networks along, as visitors may: one that answers with numbers, or a ModelError, in time."""
    from fmnist_core.confined import network as confined

    tally, image = Tally("networks"), np.zeros((1, data.SIDE, data.SIDE), np.uint8)
    whole = [(MODELS / f"{name}.tflite").read_bytes() for name in ("linear", "mlp", "tiny")]
    for _ in range(count):
        content = mutated(rng.choice(whole), rng)
        with tally.attempt(f"{len(content)} bytes"), contextlib.suppress(ModelError):
            brought, _, _ = confined.bring(content, "damaged")
            if not np.isfinite(brought.classifier.logits(image)).all():
                raise ValueError("logits that are no numbers")
    confined.CHECKING.close()
    confined.RUNNING.close()
    return tally


def everything_of(name: str, folder: Path) -> dict[str, bytes]:
    """Return what is kept of a network, by part; a part that cannot be had leaves the others in use.

    Where the card says that it does not speak of the network, so does every page: its answer may be another one.
    """
    blank, found = np.zeros((1, data.SIDE, data.SIDE), np.uint8), dict[str, bytes]()
    try:
        network = Network(name, folder)
    except ModelError:
        return found
    parts: dict[str, Callable[[], object]] = {
        "answer": lambda: None if network.card.problem else network.classifier.logits(blank),
        "temperature": lambda: None if network.card.problem else network.card.temperature,
        "logits": lambda: network.stored_logits,
        "gallery": lambda: network.gallery,
        "projection": lambda: network.projection,
        "weights": lambda: network.explanation_weights,
        "accuracies": lambda: network.corruption_accuracies,
        "history": lambda: network.history,
    }
    for part, read in parts.items():
        with contextlib.suppress(ModelError):
            if (value := read()) is not None:
                found[part] = pickle.dumps(value)
    return found


def damaged_files(count: int, rng: random.Random) -> Tally:
    """Damage one file of a network's folder at a time and read everything: values as listed, or a ModelError."""
    tally, names = Tally("damaged files"), network_names()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "models"
        shutil.copytree(MODELS, folder, ignore=shutil.ignore_patterns("*.keras", "teachers", "segmenter.*"))
        files = sorted(path for path in folder.iterdir() if path.is_file() and path.suffix != ".md")
        values = {name: everything_of(name, folder) for name in names}
        for _ in range(count):
            path = rng.choice(files)
            whole = path.read_bytes()
            path.write_bytes(mutated(whole, rng))
            name = next((n for n in names if path.name.startswith(n)), names[0])
            with tally.attempt(path.name), contextlib.suppress(data.DataError):
                changed = [part for part, value in everything_of(name, folder).items() if value != values[name][part]]
                if changed:
                    raise ValueError(f"{name} has other values without a word: {', '.join(changed)}")
            path.write_bytes(whole)
    return tally


def command_lines(count: int, rng: random.Random) -> Tally:
    """Call the command line with strange arguments: an exit code, and no traceback."""
    tally = Tally("command lines")
    while tally.tried < count:
        command = rng.choice(("predict", "explain", "photo", "models", rng.choice(STRANGE)))
        words = [command]
        for _ in range(rng.randrange(4)):
            words.append(rng.choice(("--json", "--model", "--model=tiny", "--output", "42", "-1", *STRANGE)))
        words = [word.replace("\0", "") for word in words]
        if any(word.startswith(("-o", "--o")) for word in words):
            continue  # would write a file of a strange name beside us
        with (
            tally.attempt(" ".join(words)),
            contextlib.redirect_stdout(io.StringIO()),
            contextlib.redirect_stderr(io.StringIO()) as said,
        ):
            try:
                code: object = command_line(words)
            except SystemExit as ended:
                code = ended.code
            if code not in (0, 1, 2, None):
                raise ValueError(f"exit code {code}")
            if "Traceback" in said.getvalue():
                raise ValueError(said.getvalue())
    return tally


def on_the_server(addresses: int, values: int, rng: random.Random) -> list[Tally]:
    """Send strange addresses and strange values for every element of every page; the log must hold no traceback."""
    by_address, by_value = Tally("addresses"), Tally("websocket values")
    with tempfile.TemporaryDirectory() as scratch:
        log = Path(scratch) / "log"
        os.environ.setdefault("FMNIST_CLASS_DIR", scratch)  # no rooms among the user's own
        with Server(OURS, log=log) as server:
            server.wait()
            with Stranger(server.address) as stranger:
                for _ in range(addresses):
                    page, query = rng.choice(PAGES), hostile_query(rng)
                    with by_address.attempt(f"/{page}?{query}"):
                        stranger.run(page, query)
                        if stranger.failed:
                            raise ValueError(f"the page failed: {stranger.failed}")
                for number in range(values):
                    page = PAGES[number * len(PAGES) // max(values, 1)]
                    if number % 20 == 0 or not stranger.elements:
                        stranger.run(page, f"index={rng.randrange(10_000)}&{rng.choice(VIEWS)}")
                    states = hostile_states(stranger.elements, rng)
                    with by_value.attempt(f"/{page}: {states}"):
                        stranger.run(page, "", states)  # a sentence may stand there, but an answer comes
            by_value.memory = server.memory_mb()
        printed = log.read_text("utf-8", "replace")
    if "Traceback" in printed:
        start = printed.index("Traceback")
        by_value.failures.append(f"a traceback in the log: {printed[start : start + 3000]}")
    if len(printed) > 200_000:
        by_value.failures.append(f"a log of {len(printed):,} characters, at most 200,000 were expected")
    return [by_address, by_value]


def kills_in_training(count: int, rng: random.Random) -> Tally:
    """Kill a training at any moment and repeat its command: it ends with the network that nobody disturbed gives."""
    tally = Tally("kills in training")
    command = [sys.executable, "-m", "fmnist_core", "train", "linear"]
    with tempfile.TemporaryDirectory() as scratch:

        def environment(name: object) -> dict[str, str]:
            return os.environ | {"FMNIST_RUNS": str(Path(scratch) / str(name))}

        def logits(name: object) -> np.ndarray:
            (path,) = (Path(scratch) / str(name)).rglob("linear.logits.npz")
            with np.load(path) as kept:
                return kept["heldout"]

        if count:
            began = time.monotonic()
            subprocess.run(command, env=environment("whole"), check=True, stdout=subprocess.DEVNULL)
            took = time.monotonic() - began
        for number in range(count):
            moment = rng.uniform(0.1, 0.95) * took
            with tally.attempt(f"killed after {moment:.1f} s"):
                first = subprocess.Popen(command, env=environment(number), stdout=subprocess.DEVNULL)
                with contextlib.suppress(subprocess.TimeoutExpired):
                    first.communicate(timeout=moment)
                first.kill()
                first.communicate()
                done = subprocess.run(command, env=environment(number), check=False, capture_output=True, text=True)
                if done.returncode or "Traceback" in done.stderr:
                    raise ValueError(f"exit code {done.returncode}: {done.stderr[-500:]}")
                if not np.allclose(logits(number), logits("whole"), atol=1e-3):
                    raise ValueError("another network than without the kill")
    return tally


VIEWS = ("ask=Why", "ask=Look-alikes", "ask=Inside", "way=Draw", "way=Sample", "view=Mistakes", "view=Label+review", "")


def tally_all(inputs: int, seed: int) -> list[Tally]:
    """Try about so many inputs over all areas; pictures in a process of their own, whose memory counts."""
    counts = {area: round(share * inputs) for area, share in SHARES.items()}
    counts["command lines"] -= (kills := inputs // 1000)  # each takes as long as thousands of others
    rng = random.Random(seed)
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as alone:
        return [
            *on_the_server(counts["addresses"], counts["websocket values"], rng),
            alone.submit(pictures, counts["pictures"], rng).result(),
            networks(counts["networks"], rng),
            damaged_files(counts["damaged files"], rng),
            command_lines(counts["command lines"], rng),
            kills_in_training(kills, rng),
        ]


def main() -> int:
    parser = argparse.ArgumentParser(prog="benchmarks.hostile")
    parser.add_argument("--inputs", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--minutes", type=float, help="mutate pictures alone, for so long")
    args = parser.parse_args()
    if args.minutes:
        tallies = [pictures(0, random.Random(args.seed), 60 * args.minutes)]
    else:
        tallies = tally_all(args.inputs, args.seed)
    print(f"{machine()}, network {default_network()}, seed {args.seed}\n")
    print(markdown(["Inputs", "Tried", "Failed", "Slowest", "Memory"], [tally.row() for tally in tallies]))
    tried, failed = sum(t.tried for t in tallies), sum(len(t.failures) for t in tallies)
    print(f"\n{tried:,} tried, {failed:,} failed")
    for tally in tallies:
        for failure in tally.failures[:20]:
            print(f"{tally.area}: {failure}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
