import re

import numpy as np
import pytest

from fmnist_app import charts
from fmnist_app.widgets import stage
from fmnist_core.data import CLASS_NAMES
from fmnist_core.evaluation import calibration
from fmnist_core.spreadsheets import spreadsheet_text

RNG = np.random.default_rng(0)
PROBS = RNG.dirichlet(np.ones(10) / 5, 500)
LABELS = RNG.integers(0, 10, 500)


def bars(probs, label):
    """Return (class, width in percent of a full bar, whether in the accent, text) of each row."""
    rows = re.findall(
        r'<th scope=row>(.*?)</th><td><i( class=fm-top)? style="width:([\d.]+)%"></i>(.*?)</td>',
        stage.bars_html(probs, label),
    )
    return [(name, float(width) / 0.65, bool(accent), text) for name, accent, width, text in rows]


@pytest.mark.parametrize("label", [None, 0, 9])
def test_bars_are_as_long_as_the_probabilities_in_the_order_of_the_data(label):
    drawn = bars(PROBS[0], label)
    assert [name for name, *_ in drawn] == list(CLASS_NAMES)
    np.testing.assert_allclose([width / 100 for _, width, *_ in drawn], PROBS[0], atol=1e-3)


def test_the_bars_mark_the_predicted_and_the_true_class():
    probs = np.full(10, 0.05)
    probs[3] = 0.55
    drawn = bars(probs, 6)
    assert [accent for _, _, accent, _ in drawn] == [k == 3 for k in range(10)]
    assert [k for k, (*_, text) in enumerate(drawn) if "true class" in text] == [6]


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


@pytest.mark.parametrize("cell", ["=1+1", "+A1", "-cmd|' /C calc'!A0", "@SUM(A1)", "\t=1", "\r=1"])
def test_no_cell_of_a_csv_file_is_a_formula(cell):
    assert spreadsheet_text(cell) == "'" + cell


@pytest.mark.parametrize("cell", ["Coat", "-0.5", "+3", "-12.5%", 4, -0.25, None])
def test_numbers_and_words_of_a_csv_file_stay(cell):
    assert spreadsheet_text(cell) is cell
