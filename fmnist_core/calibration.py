"""How sure a network has a right to be: the temperature that makes its probabilities honest."""

import numpy as np

from fmnist_core.evaluation import check_logits, softmax


def fit_temperature(logits: np.ndarray, labels: np.ndarray) -> float:
    """Return the temperature with the least negative log likelihood.

    The likelihood is convex in 1 / temperature, so Newton's method finds the one minimum.

    Args:
        logits: (n, 10) of held-out pictures, never trained on.
        labels: (n,) integers 0..9.

    Returns:
        A number 0.05..20.

    Raises:
        ValueError: shapes that do not belong together, or no pictures.

    Source: Guo et al. (2017), On calibration of modern neural networks, arXiv 1706.04599.
    """
    check_logits(logits, labels)
    scores = logits.astype(np.float64)
    true = scores[np.arange(len(labels)), labels]
    inverse = 1.0
    for _ in range(50):
        probs = softmax(scores * inverse)
        mean = (probs * scores).sum(axis=1)
        slope = (mean - true).mean()
        curvature = ((probs * scores**2).sum(axis=1) - mean**2).mean()
        step = slope / max(curvature, 1e-12)
        new = float(np.clip(inverse - step, max(inverse / 3, 0.05), min(inverse * 3, 20.0)))
        if abs(new - inverse) < 1e-10:
            break
        inverse = new
    return 1 / inverse
