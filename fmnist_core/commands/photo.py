"""photo FILE...: what a network takes photos of anything for."""

import argparse
import json
import sys
from pathlib import Path

from fmnist_core import data
from fmnist_core.cards import photo_network
from fmnist_core.commands.arguments import add_json, add_model, open_card
from fmnist_core.evaluation import percent
from fmnist_core.photo import KINDS, MOST_BYTES, PhotoError
from fmnist_core.photos.reader import Reader


def add_parser(subparsers) -> None:
    parser = subparsers.add_parser("photo", help="classify photos of garments")
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help=KINDS)
    add_model(parser, default=photo_network())
    add_json(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    open_card(args.model)
    reader = Reader(args.model)
    failed = False
    for path in args.files:
        try:
            found = answer(path, reader)
        except PhotoError as problem:
            failed = True
            found = {"file": str(path), "error": f"{problem}"}
        if args.json:
            print(json.dumps(found), flush=True)
        elif "error" in found:
            print(f"{path}: {found['error']}", file=sys.stderr)
        else:
            sure = found["probabilities"][found["predicted_class"]]
            unlike = "" if found["in_distribution"] else "; unlike the training pictures: do not rely on it"
            print(f"{path}: {found['predicted_class']}, {percent(sure)} sure{unlike}")
    return 1 if failed else 0


def answer(path: Path, reader: Reader) -> dict:
    """Return one photo's JSON object.

    Raises:
        PhotoError: it cannot be read, or shows nothing that stands out.
    """
    reading = reader.read(read(path))
    return {
        "file": str(path),
        "model": reader.card.name,
        "predicted_class": data.class_name(reading.label),
        "probabilities": dict(zip(data.CLASS_NAMES, reading.probabilities.tolist(), strict=True)),
        "in_distribution": not reading.unlike,
        "score": reading.score,
    }


def read(path: Path) -> bytes:
    """Return a file's bytes, without reading on in one that is too large.

    Raises:
        PhotoError: there is no such file, it cannot be opened, or it is too large.
    """
    try:
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)  # it may be endless
    except (OSError, ValueError) as cause:
        reason = getattr(cause, "strerror", None) or cause
        raise PhotoError(f"a file that can be read was expected: {reason}") from cause
    if len(content) > MOST_BYTES:
        raise PhotoError(f"a file of at most {MOST_BYTES // 1_000_000} MB was expected, received a larger one")
    return content
