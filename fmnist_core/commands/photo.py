"""photo FILE...: what a network takes photos of anything for."""

import argparse
import json
import sys
from pathlib import Path

from fmnist_core import data
from fmnist_core.commands.arguments import add_json, add_model, open_network
from fmnist_core.evaluation.metrics import percent
from fmnist_core.networks.cards import photo_network
from fmnist_core.networks.network import Network
from fmnist_core.photos.decoding import KINDS, MAX_BYTES, PhotoError, decode
from fmnist_core.photos.pipeline import develop
from fmnist_core.photos.unlikeness import load_unlikeness
from fmnist_core.prediction import predict_development


def add_parser(subparsers) -> None:
    parser = subparsers.add_parser("photo", help="classify photos of garments")
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help=KINDS)
    add_model(parser, default=photo_network())
    add_json(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    network = open_network(args.model)
    load_unlikeness(network.card, network.gallery)  # without it, an answer would promise too much
    failed = False
    for path in args.files:
        try:
            result = answer(path, network)
        except PhotoError as problem:
            failed = True
            result = {"file": str(path), "error": f"{problem}"}
        if args.json:
            print(json.dumps(result), flush=True)
        elif "error" in result:
            print(f"{path}: {result['error']}", file=sys.stderr)
        else:
            sure = result["probabilities"][result["predicted_class"]]
            unlike = "" if result["in_distribution"] else "; unlike the training pictures: do not rely on it"
            print(f"{path}: {result['predicted_class']}, {percent(sure)} sure{unlike}")
    return 1 if failed else 0


def answer(path: Path, network: Network) -> dict:
    """Return one photo's JSON object.

    Raises:
        PhotoError: it cannot be read, or shows nothing that stands out.
    """
    _, prediction = predict_development(network, develop(decode(read(path))), path.name)
    return {
        "file": str(path),
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
