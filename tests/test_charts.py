import numpy as np
import plotly.graph_objects as go
import pytest

from fmnist_core import calibration, charts

DICE = np.random.default_rng(0)
PROBS = DICE.dirichlet(np.ones(10) / 5, 500)
LABELS = DICE.integers(0, 10, 500)


@pytest.mark.parametrize("label", [None, 0, 9])
def test_plotly_accepts_the_bars_that_skip_its_check(label):
    figure = charts.probability_bars(PROBS[0], label)
    checked = go.Figure(figure.to_plotly_json())
    assert np.allclose(checked.data[0].x, PROBS[0])
    assert checked.layout.xaxis.visible is False


def test_the_bars_mark_the_predicted_and_the_true_class():
    probs = np.full(10, 0.05)
    probs[3] = 0.55
    bars = charts.probability_bars(probs, 6).data[0]
    assert [color == charts.ACCENT for color in bars.marker.color] == [k == 3 for k in range(10)]
    assert [k for k, text in enumerate(bars.text) if "true class" in text] == [6]


def test_the_reliability_diagram_shows_accuracy_and_counts():
    diagram = calibration.reliability(PROBS, LABELS)
    figure = charts.reliability_diagram(diagram)
    assert np.allclose(figure.data[0].y, diagram.accuracy, equal_nan=True)
    assert list(figure.data[2].y) == list(diagram.counts)


def test_set_sizes_leave_out_empty_tails():
    bars = charts.set_sizes(np.array([3, 90, 5, 0, 2, 0, 0, 0, 0, 0, 0])).data[0]
    assert list(bars.y) == [3, 90, 5, 0, 2]


def test_accuracy_against_cost_has_a_log_axis_and_intervals():
    figure = charts.accuracy_against([10, 1000], [0.8, 0.9], [(0.79, 0.82), (0.88, 0.91)], ["a", "b"], "Parameters")
    assert figure.layout.xaxis.type == "log"
    assert np.allclose(figure.data[0].error_y.array, [0.02, 0.01])
    assert np.allclose(figure.data[0].error_y.arrayminus, [0.01, 0.02])


def test_the_coverage_curve_marks_the_choice():
    chosen = calibration.abstain(PROBS, LABELS, 0.5)
    figure = charts.coverage_curve([1.0, 0.5], [0.1, 0.2], chosen)
    assert (figure.data[1].x[0], figure.data[1].y[0]) == (chosen.coverage, chosen.accuracy)
