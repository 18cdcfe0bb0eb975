"""photo FILE...: what a network takes photos of anything for; one, or folders full of them."""

import argparse
import io
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import cv2

from fmnist_core import data
from fmnist_core.commands import many_photos
from fmnist_core.commands.arguments import UsageError, add_json, add_model, open_network, whole_number
from fmnist_core.evaluation.metrics import percent
from fmnist_core.networks.cards import photo_network
from fmnist_core.networks.network import Network
from fmnist_core.photos.decoding import KINDS, MAX_BYTES, PhotoError, decode
from fmnist_core.photos.pipeline import develop
from fmnist_core.photos.prediction import predict_development
from fmnist_core.photos.unlikeness import load_unlikeness


def add_parser(subparsers) -> None:
    parser = subparsers.add_parser("photo", help="classify photos of garments")
    parser.add_argument("files", nargs="*", type=Path, metavar="FILE", help=f"{KINDS}; - reads names, a line each")
    parser.add_argument(
        "--folder", type=Path, action="append", default=[], help="all photos in it and below; repeatable"
    )
    parser.add_argument(
        "--output",
        type=Path,
        action="append",
        default=[],
        metavar="FILE",
        help="write .jsonl or .csv as it goes; after a kill, the same command goes on; repeatable",
    )
    parser.add_argument(
        "--processes", type=whole_number(1, 1024), help="at work at once (for many photos, all processors)"
    )
    add_model(parser, default=photo_network())
    add_json(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    if not args.files and not args.folder:
        raise UsageError("a file, - or --folder was expected, received none")
    network = open_network(args.model)
    load_unlikeness(network.card, network.gallery)  # without it, an answer would promise too much
    if args.folder or args.output or args.processes or Path("-") in args.files:
        return _run_many(args)
    failed = False
    for path in args.files:
        result = try_answer(str(path), network)
        failed |= "error" in result
        tell(result, args.json)
    return 1 if failed else 0


def tell(result: dict, as_json: bool) -> None:
    """Print a photo's result, a line."""
    if as_json:
        print(json.dumps(result), flush=True)
    elif "error" in result:
        print(f"{result['file']}: {result['error']}", file=sys.stderr)
    else:
        sure = result["probabilities"][result["predicted_class"]]
        unlike = "" if result["in_distribution"] else "; unlike the training pictures: do not rely on it"
        print(f"{result['file']}: {result['predicted_class']}, {percent(sure)} sure{unlike}")


def _run_many(args: argparse.Namespace) -> int:
    if len({path.resolve() for path in args.output}) < len(args.output):
        raise UsageError("each --output must name another file")
    reports, progress = [many_photos.Report(path, args.model) for path in args.output], many_photos.Progress()
    skipped = 0
    for stream in (sys.stdin, sys.stdout):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="surrogateescape")  # a file's name may be of any bytes

    def names() -> Iterator[str]:
        for path in args.files:
            lines = (line.rstrip("\n") for line in sys.stdin) if path == Path("-") else iter((str(path),))
            yield from (line for line in lines if line)
        yield from many_photos.in_folders(args.folder)

    def wanted() -> Iterator[str]:
        nonlocal skipped
        for name in names():
            if reports and all(report.holds(name) for report in reports):
                skipped += 1
            else:
                yield name

    # NumPy's matrix products take as many threads as there are processors, in each process: these are parallel already.
    for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):
        os.environ.setdefault(name, "1")
    processes, failed = args.processes or os.cpu_count() or 1, False
    for result in many_photos.each(wanted(), _work, _open, (args.model,), processes):
        failed |= "error" in result
        for report in reports:
            report.write(result)
        if not reports:
            tell(result, args.json)
        progress.step(skipped)
    progress.step(skipped, last=True)
    return 1 if failed else 0


_NETWORK: Network | None = None  # of a process that works on photos


def _open(name: str) -> None:
    """Prepare a process: its network is loaded once, and it keeps to one processor."""
    global _NETWORK  # noqa: PLW0603
    cv2.setNumThreads(1)
    _NETWORK = Network(name)


def _work(file: str) -> dict:
    assert _NETWORK is not None  # `_open` was called first
    return try_answer(file, _NETWORK)


def try_answer(file: str, network: Network) -> dict:
    """Return one photo's JSON object, or one that says why there is no answer."""
    try:
        return {"file": file} | answer(Path(file), network)
    except PhotoError as problem:
        return {"file": file, "error": f"{problem}"}


def answer(path: Path, network: Network) -> dict:
    """Return what a photo's JSON object says of it.

    Raises:
        PhotoError: it cannot be read, or shows nothing that stands out.
    """
    _, prediction = predict_development(network, develop(decode(read(path))), path.name)
    return {
        "model": network.name,
        "predicted_class": data.class_name(prediction.predicted),
        "probabilities": dict(zip(data.CLASS_NAMES, prediction.probs.tolist(), strict=True)),
        "in_distribution": not prediction.unlike,
        "score": prediction.novelty,
    }


def read(path: Path) -> bytes:
    """Return a file's bytes, without reading on in one that is too large.

    Raises:
        PhotoError: there is no such file, it cannot be opened, or it is too large.
    """
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)  # it may be endless
    except (OSError, ValueError) as cause:
        reason = getattr(cause, "strerror", None) or cause
        raise PhotoError(f"a file that can be read was expected: {reason}") from cause
    if len(content) > MAX_BYTES:
        raise PhotoError(f"a file of at most {MAX_BYTES // 1_000_000} MB was expected, received a larger one")
    return content
