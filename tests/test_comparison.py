import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from fmnist_core.evaluation.comparison import mcnemar


@given(st.integers(0, 60), st.integers(0, 60), st.integers(0, 20))
def test_mcnemar_equals_the_exact_binomial(only_first, only_second, both):
    first = np.array([True] * only_first + [False] * only_second + [True] * both, dtype=bool)
    second = np.array([False] * only_first + [True] * only_second + [True] * both, dtype=bool)
    found = mcnemar(first, second)
    assert (found.only_first, found.only_second) == (only_first, only_second)
    n = only_first + only_second
    expected = binomtest(only_first, n).pvalue if n else 1.0
    assert found.p_value == pytest.approx(expected, rel=1e-9)


def test_arrays_of_different_shape_are_refused():
    with pytest.raises(ValueError, match=r"\(n,\)"):
        mcnemar(np.ones(3, bool), np.ones(4, bool))
