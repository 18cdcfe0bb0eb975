"""The confusion matrix as a table of buttons: what is written in it, without a browser."""

import numpy as np
import pytest

from fmnist_app.components.confusion import contents
from fmnist_core.data import CLASS_NAMES
from fmnist_core.evaluation.metrics import row_shares

RNG = np.random.default_rng(0)
CONFUSION = RNG.integers(0, 900, (10, 10))


def cells(found, what):
    """Return one number of each cell, by the names of its row and column."""
    return {(t, p): found[what][r][c] for r, t in enumerate(found["names"]) for c, p in enumerate(found["names"])}


@pytest.mark.parametrize("order", [np.arange(10), np.arange(10)[::-1], RNG.permutation(10)])
def test_each_count_stands_where_it_belongs(order):
    found = contents(CONFUSION, False, False, order)
    assert cells(found, "counts") == {
        (CLASS_NAMES[t], CLASS_NAMES[p]): CONFUSION[t, p] for t in range(10) for p in range(10)
    }
    assert [CLASS_NAMES[k] for k in found["classes"]] == found["names"]


def test_row_percent_adds_up_to_100():
    written = cells(contents(CONFUSION, True, False, RNG.permutation(10)), "percents")
    for true in CLASS_NAMES:
        assert sum(float(written[true, predicted]) for predicted in CLASS_NAMES) == pytest.approx(100, abs=0.6)


def test_shares_add_up_to_1_and_a_class_without_pictures_has_none():
    confusion = CONFUSION.copy()
    confusion[4] = 0
    assert np.allclose(row_shares(confusion).sum(axis=1), np.arange(10) != 4)


def test_without_the_diagonal_the_mistakes_take_the_whole_range_of_colour():
    confusion = CONFUSION + 9000 * np.eye(10, dtype=int)
    depths = np.array(contents(confusion, False, True, np.arange(10))["depths"])
    assert not np.diag(depths).any()
    assert depths.max() == 100


def test_right_and_wrong_take_the_whole_range_of_their_own_colour():
    confusion = CONFUSION + 9000 * np.eye(10, dtype=int)
    depths = np.array(contents(confusion, False, False, np.arange(10))["depths"])
    assert np.diag(depths).max() == 100
    wrong = np.where(np.eye(10, dtype=bool), 0, row_shares(confusion))
    assert np.flatnonzero(depths[~np.eye(10, dtype=bool)] == 100).size >= 1
    assert depths.flat[wrong.argmax()] == 100
