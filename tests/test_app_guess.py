"""Guess first, run without a browser: nothing on the page tells before the guess."""

import numpy as np
import pytest

from fmnist_app.selection import Selection
from fmnist_core import load_test
from tests.drivers import open_app, text_in


def open_from_a_wall(**address):
    """Open a picture of a wall whose title names its class."""
    app = open_app(index="4093", **address)
    app.session_state["_selection"] = Selection(
        np.array([12, 4093, 32]), "Shirt taken for Coat", "fmnist_app/pages/evaluate.py", {}
    )
    return app.run()


def test_the_title_of_a_wall_is_told_after_the_guess():
    app = open_from_a_wall(guess="true")
    assert not app.exception
    assert "2 of 3: Previous and Next" in text_in(app, "selection-line").replace("*", "")
    assert "Shirt" not in text_in(app, "selection-line")
    app.button(key=f"guess-{load_test().labels[4093]}").click().run()
    assert not app.exception
    assert "Shirt taken for Coat" in text_in(app, "selection-line")
    app.button(key="next").click().run()
    assert "Shirt" not in text_in(app, "selection-line")


@pytest.mark.parametrize("on", [True, False])
def test_the_switch_hides_and_shows_the_title(on):
    app = open_from_a_wall(**({} if on else {"guess": "true"}))
    app.toggle(key="guess").set_value(on).run()
    assert not app.exception
    assert ("Shirt taken for Coat" in text_in(app, "selection-line")) != on
