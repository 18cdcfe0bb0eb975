"""Stress, run without a browser."""

import pytest

from fmnist_core import default_network
from fmnist_core.evaluation.corruptions import KINDS
from fmnist_core.networks import cards
from tests.drivers import EXPLORE, STRESS, notices, open_app, text_in


def test_no_coverage_is_promised_for_a_changed_picture():
    app = open_app(STRESS, index="7")
    promise, none = "Prediction set at 95% coverage", "promised for unchanged test pictures only"
    assert promise in " ".join(e.value for e in app.get("html"))
    app.slider(key="rotate").set_value(30).run()
    app.run()
    assert none in " ".join(e.value for e in app.get("html"))
    assert promise not in " ".join(e.value for e in app.get("html"))


@pytest.mark.parametrize("name", cards.network_names())
def test_every_kind_of_change_is_shown_and_some_for_every_network(name):
    app = open_app(STRESS, index="4093", model=name)
    assert not app.exception
    assert "unchanged" in text_in(app, "verdict")
    kinds = list(KINDS.values())
    for kind in kinds if name == default_network() else (kinds[1], kinds[-1]):
        app.selectbox(key="kind").set_value(kind.name).run()
        app.slider(key=kind.name).set_value(kind.high).run()
        assert not app.exception
        assert notices(app) == []
        assert f"{kind.title.lower()} {kind.words(kind.high)}" in text_in(app, "verdict")
        app.run()  # the move redrew the answer alone; a whole run holds the curve as well
        assert f"{kind.title.lower()} {kind.words(kind.high)}" in text_in(app, "verdict")
        assert any("turns into" in m.value or "No flip" in m.value for m in app.markdown)
        app.button(key="reset").click().run()
        assert "unchanged" in text_in(app, "verdict")


def test_the_smallest_change_is_set_and_turns_the_verdict_over():
    app = open_app(STRESS, index="4093", model="cnn")
    assert "Right" in text_in(app, "verdict")
    app.slider(key="blur").set_value(1.0).run()
    app.run()  # the move redrew the answer alone
    app.selectbox(key="kind").set_value("rotate").run()
    app.button(key="find").click().run()
    assert app.slider(key="blur").value == 0
    assert app.slider(key="rotate").value != 0
    assert "Wrong" in text_in(app, "verdict")


@pytest.mark.parametrize(
    "value", ["abc", "inf", "nan", "1e400", "-9999", "", ["1", "7"], "9" * 5000], ids=lambda v: str(v)[:9]
)
def test_bad_strengths_in_the_address_change_nothing_but_what_they_can(value):
    app = open_app(STRESS)
    for key in (*KINDS, "seed", "kind"):
        app.query_params[key] = value
    app.run()
    assert not app.exception
    assert not app.error
    for kind in KINDS.values():
        assert kind.low <= app.slider(key=kind.name).value <= kind.high


def test_a_swapped_network_shows_no_map_and_no_average(swapped):
    app = open_app(EXPLORE, model="mlp")
    assert not app.exception
    assert any("not the file that mlp.json describes" in n for n in notices(app))
    assert not app.get("bidi_component")
    app.switch_page(STRESS).run()
    assert not app.exception
    assert any("No average accuracy" in c.value for c in app.caption)


def test_a_network_that_cannot_run_gives_a_sentence_on_stress(swapped):
    (swapped / "mlp.tflite").write_bytes(b"nonsense" * 100)
    app = open_app(STRESS, model="mlp")
    assert not app.exception
    assert "cannot run" in app.error[0].value
