"""A network that visitors brought along and that fails: every page says so in a sentence."""

from pathlib import Path

import pytest

from fmnist_app import state
from fmnist_core.confined.network import ConfinedClassifier, ConfinedNetwork
from fmnist_core.networks.cards import Card
from fmnist_core.networks.interface import Interface
from tests.drivers import EVALUATE, EXPLORE, GARMENT, STRESS, TRAIN, open_app

CARD = Card("yours-abc", {"title": "Mine", "files": {"x": "0"}, "parameters": 1, "layers": []}, Path(), "Mine is odd.")


def broken():
    classifier = ConfinedClassifier(b"", "Mine", Interface((784,), 1.0, False, 0.9))
    classifier._broken = "Mine takes longer than 5 seconds for 1 pictures"
    return ConfinedNetwork(CARD, classifier)


@pytest.mark.parametrize("page", [None, EVALUATE, EXPLORE, STRESS, GARMENT, TRAIN])
def test_a_network_that_fails_is_a_sentence_on_every_page(page):
    app = open_app()
    app.session_state["_own_networks"] = {"yours-abc": broken()}
    app.session_state[state.NETWORK] = "yours-abc"
    app.session_state["_network_was_chosen"] = True
    if page:
        app.switch_page(page)
    app.run()
    assert not app.exception
    if page not in (None, STRESS, GARMENT):
        return
    assert any("Mine takes longer than 5 seconds" in shown.value for shown in (*app.error, *app.warning))


@pytest.mark.parametrize("ask", ["Why", "Look-alikes", "Inside", "All networks"])
def test_what_is_asked_of_it_is_a_sentence_too(ask):
    app = open_app(ask=ask)
    app.session_state["_own_networks"] = {"yours-abc": broken()}
    app.run()
    assert not app.exception
