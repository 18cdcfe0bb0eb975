"""evaluate: a network over all 10,000 test pictures, live."""

import argparse
import json
import sys
import time
from dataclasses import asdict

import numpy as np

from fmnist_core import data
from fmnist_core.commands.arguments import add_json, add_model, open_network
from fmnist_core.evaluation import calibration, conformal, metrics
from fmnist_core.evaluation.comparison import mcnemar
from fmnist_core.evaluation.results import Results
from fmnist_core.networks.cards import network_names
from fmnist_core.networks.classifier import Classifier, ModelError
from fmnist_core.networks.network import Network


def add_parser(subparsers) -> None:
    parser = subparsers.add_parser("evaluate", help="measure a network over the whole test split")
    add_model(parser)
    parser.add_argument("--against", choices=network_names(), help="a second network, for McNemar's test")
    add_json(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    network = open_network(args.model)
    rival = open_network(args.against) if args.against is not None else None
    test = data.load_test()
    start = time.perf_counter()
    logits = _live(network, test.images)
    seconds = time.perf_counter() - start
    result = to_json(network, logits, test.labels, seconds)
    if rival is not None:
        right = [scores.argmax(axis=1) == test.labels for scores in (logits, _live(rival, test.images))]
        result |= {"against": rival.name, "mcnemar": asdict(mcnemar(*right))}
    if args.json:
        print(json.dumps(result))
    else:
        print_table(network, rival, result)
    return 0


def _live(network: Network, images: np.ndarray) -> np.ndarray:
    """Return the (n, 10) logits of the network, run now."""
    parts, done = [], 0
    for part in Classifier(network.card.tflite, threads=2).iter_outputs(images):
        parts.append(part)
        done += len(part)
        _progress(done, len(images))
    return np.concatenate(parts)


def to_json(network: Network, logits: np.ndarray, labels: np.ndarray, seconds: float) -> dict:
    """Return the evaluation as JSON-ready values; every number is a fraction, a count, or seconds.

    Args:
        network: its temperature turns logits into probabilities.
        logits: (n, 10).
        labels: (n,) true classes.
        seconds: what the logits took.
    """
    result = metrics.evaluate(logits, labels)
    probs = network.probabilities(logits)
    return {
        "model": network.name,
        "n": result.n,
        "accuracy": result.accuracy,
        "accuracy_interval": list(result.interval),
        "confusion": result.confusion.tolist(),
        "per_class": [asdict(score) for score in result.per_class],
        "seconds": seconds,
        "ece": calibration.reliability(probs, labels).ece,
        "brier": float(calibration.brier_scores(probs, labels).mean()),
        "nll": float(calibration.log_losses(probs, labels).mean()),
        "prediction_sets": _prediction_sets(network, logits, labels),
    }


def _prediction_sets(network: Network, logits: np.ndarray, labels: np.ndarray) -> list[dict]:
    """Return coverage and mean size at each level; one threshold for all, from the stored held-out logits."""
    try:
        stored = network.stored_logits
    except ModelError as problem:
        print(f"no prediction sets: {problem}", file=sys.stderr)
        return []
    results = Results(logits, labels, stored.heldout, stored.heldout_labels, network.card.temperature)
    reports = [results.prediction_sets(level) for level in conformal.LEVELS]
    return [{"level": r.level, "coverage": r.coverage, "mean_size": r.mean_size} for r in reports]


def print_table(network: Network, rival: Network | None, result: dict) -> None:
    low, high = result["accuracy_interval"]
    print(
        f"{network.title}: {result['accuracy']:.2%} of {result['n']:,} pictures (95 % interval {low:.2%} to {high:.2%})"
    )
    print(f"{result['seconds']:.1f} s, {result['n'] / result['seconds']:,.0f} pictures a second\n")
    print(f"{'class':<12} precision  recall      F1  support")
    for s in result["per_class"]:
        print(f"{s['name']:<12} {s['precision']:9.3f} {s['recall']:7.3f} {s['f1']:7.3f} {s['support']:8d}")
    print("\nmost confused:")
    for true, predicted, count in metrics.confused_pairs(np.array(result["confusion"])):
        print(f"  {data.class_name(true)} taken for {data.class_name(predicted)}: {count}")
    print(f"\nECE {result['ece']:.4f}, Brier {result['brier']:.4f}, negative log likelihood {result['nll']:.4f}")
    for s in result["prediction_sets"]:
        print(f"prediction sets at {s['level']:.1%}: coverage {s['coverage']:.2%}, mean size {s['mean_size']:.3f}")
    if rival is not None:
        m = result["mcnemar"]
        print(
            f"\nonly {network.title} is right on {m['only_first']} pictures, only {rival.title} on {m['only_second']} "
            f"(exact McNemar test, p = {m['p_value']:.3g})"
        )


def _progress(done: int, total: int) -> None:
    if sys.stderr.isatty():
        bar = "█" * (30 * done // total)
        print(f"\r{bar:<30} {done:,} of {total:,}", end="\n" if done == total else "", file=sys.stderr, flush=True)
