import numpy as np
import pytest

from fmnist_core.calibration import fit_temperature
from fmnist_core.evaluation import softmax


def sample(true_temperature: float, n: int = 40_000):
    """Logits whose labels are drawn with the probabilities that a known temperature gives."""
    rng = np.random.default_rng(1)
    logits = rng.normal(scale=3, size=(n, 10))
    cumulative = softmax(logits, true_temperature).cumsum(axis=1)
    labels = (rng.random((n, 1)) > cumulative).sum(axis=1).clip(max=9)
    return logits, labels


@pytest.mark.parametrize("true_temperature", [0.6, 1.0, 2.5])
def test_the_temperature_that_made_the_labels_is_found(true_temperature):
    assert fit_temperature(*sample(true_temperature)) == pytest.approx(true_temperature, rel=0.03)


def test_likelihood_is_least_at_the_fitted_temperature():
    logits, labels = sample(1.7, 2000)
    best = fit_temperature(logits, labels)

    def loss(t):
        return -np.log(softmax(logits, t)[np.arange(len(labels)), labels]).mean()

    assert loss(best) < min(loss(best * 1.02), loss(best / 1.02))


def test_perfect_separation_stays_finite():
    logits = np.eye(10) * 5
    assert 0.04 < fit_temperature(logits, np.arange(10)) < 21
