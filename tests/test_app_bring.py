"""A network that visitors brought along and that fails: every page says so in a sentence."""

from pathlib import Path

import pytest

from fmnist_app import state
from fmnist_core.confined.network import ConfinedClassifier, ConfinedNetwork
from fmnist_core.networks.cards import Card
from fmnist_core.networks.interface import Interface
from tests.drivers import EVALUATE, EXPLORE, GARMENT, STRESS, open_app

CARD = Card("yours-abc", {"title": "Mine", "files": {"x": "0"}, "parameters": 1, "layers": []}, Path(), "Mine is odd.")


def broken():
    classifier = ConfinedClassifier(b"", "Mine", Interface((784,), 1.0, False, 0.9))
    classifier._broken = "Mine takes longer than 5 seconds for 1 pictures"
    return ConfinedNetwork(CARD, classifier)


def with_a_broken_network(page=None, **address):
    """Return the app at a page, with a network chosen that fails."""
    app = open_app(**address)
    app.session_state["_own_networks"] = {"yours-abc": broken()}
    app.session_state[state.NETWORK] = "yours-abc"
    app.session_state["_network_was_chosen"] = True
    if page:
        app.switch_page(page)
    app.run()
    assert not app.exception
    assert app.session_state[state.NETWORK] == "yours-abc"
    return app


def told(app):
    return " ".join(shown.value for shown in (*app.error, *app.warning))


@pytest.mark.parametrize("page", [None, STRESS, GARMENT])
def test_a_network_that_fails_is_a_sentence_on_every_page_that_asks_it(page):
    assert "Mine takes longer than 5 seconds" in told(with_a_broken_network(page))


@pytest.mark.parametrize("page", [EVALUATE, EXPLORE])
def test_pages_of_stored_results_say_that_there_are_none(page):
    app = with_a_broken_network(page)
    assert "Mine is odd." in told(app)
    if page == EVALUATE:
        assert app.button(key="measure").disabled
        assert "another version" not in " ".join(text.value for text in app.markdown)


@pytest.mark.parametrize("ask", ["Why", "Look-alikes", "Inside", "All networks"])
def test_what_is_asked_of_it_is_a_sentence_too(ask):
    assert "Mine" in told(with_a_broken_network(ask=ask))
