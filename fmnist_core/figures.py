"""Figures to keep, drawn with matplotlib (never with pyplot, whose global state threads would share)."""

import io
from pathlib import Path

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure

from fmnist_core.data import CLASS_NAMES, class_name
from fmnist_core.evaluation.metrics import percent

ACCENT, GREY, INK = "#1f5eff", "#b4b8bf", "#1b1d21"


class FigureError(ValueError):
    """The figure cannot be written where or as it was asked."""


def prediction_figure(image: np.ndarray, label: int | None, probs: np.ndarray) -> Figure:
    """Return the picture, titled with true and predicted class, beside the softmax bars.

    Args:
        image: (28, 28) pixels 0..255.
        label: true class 0..9, or None when nobody knows it.
        probs: (10,) probabilities.
    """
    predicted = int(np.argmax(probs))
    figure = Figure(figsize=(9, 4), layout="constrained")
    left, right = figure.subplots(1, 2, width_ratios=(1, 1.35))
    left.imshow(image, cmap="gray", vmin=0, vmax=255, interpolation="nearest")
    left.set_axis_off()
    true = f"true: {class_name(label)}\n" if label is not None else ""
    left.set_title(f"{true}predicted: {class_name(predicted)} ({percent(probs[predicted])})", loc="left", fontsize=11)
    colours = [ACCENT if k == predicted else GREY for k in range(len(CLASS_NAMES))]
    names = [f"{name} (true)" if k == label else name for k, name in enumerate(CLASS_NAMES)]
    bars = right.barh(names, probs, color=colours)
    right.bar_label(bars, [percent(p) for p in probs], padding=4, fontsize=9, color=INK)
    right.invert_yaxis()
    right.set_xlim(0, 1.12)
    right.xaxis.set_visible(False)
    right.tick_params(left=False)
    right.spines[:].set_visible(False)
    return figure


def prediction_png(image: np.ndarray, label: int | None, probs: np.ndarray) -> bytes:
    """Return `prediction_figure` as a PNG."""
    buffer = io.BytesIO()
    prediction_figure(image, label, probs).savefig(buffer, format="png", dpi=160)
    return buffer.getvalue()


def explanation_figure(image: np.ndarray, contributions: np.ndarray, target: str) -> Figure:
    """Return the picture beside the same picture under its map: purple speaks for the class, orange against.

    Args:
        image: (28, 28) pixels 0..255.
        contributions: (rows, columns) logits.
        target: the class's name.
    """
    figure = Figure(figsize=(8, 4), layout="constrained")
    left, right = figure.subplots(1, 2)
    for axes in (left, right):
        axes.imshow(image, cmap="gray", vmin=0, vmax=255, interpolation="nearest", extent=(0, 28, 28, 0))
        axes.set_axis_off()
    most = max(float(np.abs(contributions).max()), 1e-9)
    shown = right.imshow(contributions, cmap="PuOr", vmin=-most, vmax=most, alpha=0.65, extent=(0, 28, 28, 0))
    right.set_title(f"evidence for {target}, in logits", loc="left", fontsize=11)
    figure.colorbar(shown, ax=right, shrink=0.8)
    return figure


def save_explanation(path: Path, image: np.ndarray, contributions: np.ndarray, target: str) -> None:
    """Write `explanation_figure` to a file whose ending says its format.

    Raises:
        FigureError: the format is unknown, or the file cannot be written.
    """
    _save(explanation_figure(image, contributions, target), path)


def save_prediction(path: Path, image: np.ndarray, label: int | None, probs: np.ndarray) -> None:
    """Write `prediction_figure` to a file whose ending says its format.

    Raises:
        FigureError: the format is unknown, or the file cannot be written.
    """
    _save(prediction_figure(image, label, probs), path)


def _save(figure: Figure, path: Path) -> None:
    known = sorted(figure.canvas.get_supported_filetypes())
    if path.suffix.lstrip(".").lower() not in known:
        raise FigureError(f"figure must end in one of {', '.join(known)}, received {path.name!r}")
    try:
        with mpl.rc_context({"svg.hashsalt": "fmnist"}):
            figure.savefig(path, dpi=160)
    except OSError as cause:
        raise FigureError(f"{path} cannot be written ({cause.strerror})") from cause
    except RuntimeError as cause:  # a kind that needs a program that is not installed
        raise FigureError(f"{path} cannot be written ({str(cause).splitlines()[0]})") from cause
