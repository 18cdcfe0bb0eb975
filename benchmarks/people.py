"""Photos that people took, in folders named by kind: `python -m benchmarks.photos --folder DIR`.

A photo counts as right when the class is one that fits its folder (`fmnist_core.photos.collection.FITTING`). Shorts,
skirts and hats are none of the ten: of them counts whether they are called unlike.
"""

import time
from collections import defaultdict
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from benchmarks.serving import markdown
from fmnist_core import Network
from fmnist_core.files import write_json
from fmnist_core.networks import manifest
from fmnist_core.photos.collection import FITTING, LabelledPhoto, list_hash, load_collection, split
from fmnist_core.photos.decoding import PhotoError, decode
from fmnist_core.photos.out_of_distribution import auroc
from fmnist_core.photos.pipeline import develop
from fmnist_core.photos.prediction import predict_development
from fmnist_core.photos.unlikeness import load_unlikeness

BOUNDS = {"right": 0.85, "mean_of_kinds": 0.83, "worst_kind": 0.70, "called_unlike": 0.10, "auroc": 0.80}


@dataclass(frozen=True)
class FolderReport:
    """How a network does on a folder of photos; fractions.

    Attributes:
        n: photos of kinds that fit a class.
        right: of these.
        mean_of_kinds: mean over kinds of the share right.
        worst_kind: the smallest of them.
        right_by_kind: the share right.
        unlike_by_kind: the share called unlike, for every kind.
        called_unlike: share of the photos that fit which are called unlike.
        auroc: probability that a photo of none of the ten scores higher than one that fits.
        milliseconds: a photo, from bytes to verdict, the median.
        list_sha256: of the photos' names.
    """

    n: int
    right: float
    mean_of_kinds: float
    worst_kind: float
    right_by_kind: dict[str, float]
    unlike_by_kind: dict[str, float]
    called_unlike: float
    auroc: float
    milliseconds: float
    list_sha256: str


def measure(photos: list[LabelledPhoto], network: Network) -> FolderReport:
    """Return how a network does on photos; one in which nothing is found is wrong, and called unlike."""
    right, unlike, seconds = defaultdict(list), defaultdict(list), []
    scores: tuple[list[float], list[float]] = ([], [])
    for photo in photos:
        start = time.perf_counter()
        try:
            _, prediction = predict_development(network, develop(decode(photo.path.read_bytes())))
            label, score, is_unlike = prediction.predicted, prediction.novelty or 0.0, prediction.unlike
        except PhotoError:
            label, score, is_unlike = -1, np.inf, True
        seconds.append(time.perf_counter() - start)
        unlike[photo.kind].append(is_unlike)
        scores[not photo.fitting].append(score)
        if photo.fitting:
            right[photo.kind].append(label in photo.fitting)
    by_kind = {kind: float(np.mean(right[kind])) for kind in FITTING if kind in right}
    return FolderReport(
        n=len(scores[0]),
        right=float(np.mean([x for kind in right for x in right[kind]])),
        mean_of_kinds=float(np.mean(list(by_kind.values()))),
        worst_kind=min(by_kind.values()),
        right_by_kind=by_kind,
        unlike_by_kind={kind: float(np.mean(unlike[kind])) for kind in FITTING if kind in unlike},
        called_unlike=float(np.mean([x for kind in right for x in unlike[kind]])),
        auroc=auroc(np.array(scores[0]), np.array(scores[1])) if scores[1] else float("nan"),
        milliseconds=1000 * float(np.median(seconds)),
        list_sha256=list_hash(photos),
    )


def show(report: FolderReport, photos: list[LabelledPhoto], name: str) -> None:
    """Print the report as a table."""
    rows = []
    for kind, unlike in report.unlike_by_kind.items():
        right = f"{report.right_by_kind[kind]:.1%}" if kind in report.right_by_kind else "none fits"
        rows.append([kind, str(sum(p.kind == kind for p in photos)), right, f"{unlike:.1%}"])
    rows.append(["all that fit", str(report.n), f"{report.right:.1%}", f"{report.called_unlike:.1%}"])
    print(markdown(["kind", "photos", f"{name} right", "called unlike"], rows))
    print(
        f"\nMean over kinds {report.mean_of_kinds:.1%}; AUROC of unlike for what is none of the ten {report.auroc:.3f}"
        f"; {report.milliseconds:.0f} ms a photo (median); list {report.list_sha256[:12]}."
    )


def run(folder: Path, part: str, model: str, as_card: bool) -> int:
    """Measure, print, and with `as_card` put the figures on the network's card; return 1 where a bound is missed."""
    photos = load_collection(folder, part="" if part == "all" else "train")
    if part != "all":
        photos = getattr(split(photos), part)
    network = Network(model)
    _ = load_unlikeness(network.card, network.gallery)  # without it nothing would be called unlike
    report = measure(photos, network)
    show(report, photos, model)
    card = network.card
    if as_card:
        write_json(card.folder / f"{model}.json", card.facts | {"photos": asdict(report)})
        manifest.record(card.folder, f"{model}.json")
    missed = [
        f"{key} {getattr(report, key):.3f} (bound {bound})"
        for key, bound in BOUNDS.items()
        if (getattr(report, key) > bound) == (key == "called_unlike") and getattr(report, key) != bound
    ]
    print("Bounds missed: " + ", ".join(missed) if missed else "Every bound is kept.")
    return bool(missed)
