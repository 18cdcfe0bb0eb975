"""evaluate: a network over all 10,000 test pictures, live."""

import argparse
import json
import sys
import time
from dataclasses import asdict

import numpy as np

from fmnist_core import calibration, conformal, data, evaluation
from fmnist_core.cards import Card, load_stored_logits, network_names
from fmnist_core.classifier import Classifier, ModelError
from fmnist_core.commands.arguments import add_json, add_model, open_card
from fmnist_core.comparison import mcnemar
from fmnist_core.evaluation import softmax


def add_parser(subparsers) -> None:
    parser = subparsers.add_parser("evaluate", help="measure a network over the whole test split")
    add_model(parser)
    parser.add_argument("--against", choices=network_names(), help="a second network, for McNemar's test")
    add_json(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    card = open_card(args.model)
    rival = open_card(args.against) if args.against is not None else None
    test = data.load_test()
    start = time.perf_counter()
    logits = _live(card, test.images)
    seconds = time.perf_counter() - start
    found = to_json(card, logits, test.labels, seconds)
    if rival is not None:
        right = [scores.argmax(axis=1) == test.labels for scores in (logits, _live(rival, test.images))]
        found |= {"against": rival.name, "mcnemar": asdict(mcnemar(*right))}
    if args.json:
        print(json.dumps(found))
    else:
        print_table(card, rival, found)
    return 0


def _live(card: Card, images: np.ndarray) -> np.ndarray:
    """Return the (n, 10) logits of the network, run now."""
    parts, done = [], 0
    for part in Classifier(card.tflite, threads=2).iter_outputs(images):
        parts.append(part)
        done += len(part)
        _progress(done, len(images))
    return np.concatenate(parts)


def to_json(card: Card, logits: np.ndarray, labels: np.ndarray, seconds: float) -> dict:
    """Return the evaluation as JSON-ready values; every number is a fraction, a count, or seconds.

    Args:
        card: of the network; its temperature turns logits into probabilities.
        logits: (n, 10).
        labels: (n,) true classes.
        seconds: what the logits took.
    """
    result = evaluation.evaluate(logits, labels)
    probs = softmax(logits, card.temperature)
    return {
        "model": card.name,
        "n": result.n,
        "accuracy": result.accuracy,
        "accuracy_interval": list(result.interval),
        "confusion": result.confusion.tolist(),
        "per_class": [asdict(score) for score in result.per_class],
        "seconds": seconds,
        "ece": calibration.reliability(probs, labels).ece,
        "brier": float(calibration.brier_scores(probs, labels).mean()),
        "nll": float(calibration.log_losses(probs, labels).mean()),
        "prediction_sets": _prediction_sets(card, probs, labels),
    }


def _prediction_sets(card: Card, probs: np.ndarray, labels: np.ndarray) -> list[dict]:
    """Return coverage and mean size at each level; one threshold for all, from the stored held-out logits."""
    try:
        stored = load_stored_logits(card)
    except ModelError as problem:
        print(f"no prediction sets: {problem}", file=sys.stderr)
        return []
    heldout = softmax(stored.heldout, card.temperature)
    found = []
    for level in conformal.LEVELS:
        sets = conformal.prediction_sets(probs, conformal.threshold(heldout, stored.heldout_labels, level))
        report = conformal.report(sets, labels, level, len(heldout))
        found.append({"level": level, "coverage": report.coverage, "mean_size": report.mean_size})
    return found


def print_table(card: Card, rival: Card | None, found: dict) -> None:
    low, high = found["accuracy_interval"]
    print(f"{card.title}: {found['accuracy']:.2%} of {found['n']:,} pictures (95 % interval {low:.2%} to {high:.2%})")
    print(f"{found['seconds']:.1f} s, {found['n'] / found['seconds']:,.0f} pictures a second\n")
    print(f"{'class':<12} precision  recall      F1  support")
    for s in found["per_class"]:
        print(f"{s['name']:<12} {s['precision']:9.3f} {s['recall']:7.3f} {s['f1']:7.3f} {s['support']:8d}")
    print("\nmost confused:")
    for true, predicted, count in evaluation.confused_pairs(np.array(found["confusion"])):
        print(f"  {data.class_name(true)} taken for {data.class_name(predicted)}: {count}")
    print(f"\nECE {found['ece']:.4f}, Brier {found['brier']:.4f}, negative log likelihood {found['nll']:.4f}")
    for s in found["prediction_sets"]:
        print(f"prediction sets at {s['level']:.1%}: coverage {s['coverage']:.2%}, mean size {s['mean_size']:.3f}")
    if rival is not None:
        m = found["mcnemar"]
        print(
            f"\nonly {card.title} is right on {m['only_first']} pictures, only {rival.title} on {m['only_second']} "
            f"(exact McNemar test, p = {m['p_value']:.3g})"
        )


def _progress(done: int, total: int) -> None:
    if sys.stderr.isatty():
        bar = "█" * (30 * done // total)
        print(f"\r{bar:<30} {done:,} of {total:,}", end="\n" if done == total else "", file=sys.stderr, flush=True)
