"""Train, run without a browser; the process that trains is played by one that needs no TensorFlow."""

import shutil

import numpy as np
import pytest

from fmnist_app import startup, state
from fmnist_app import streamlit_internals as internals
from fmnist_app.plain import plain
from fmnist_app.train import scoreboard, service
from fmnist_app.visit import header, share
from fmnist_core import Network, default_network, load_test, predict
from fmnist_core.composing.composition import parse
from fmnist_core.composing.limits import Limits
from fmnist_core.composing.presets import PRESETS
from fmnist_core.networks import cards
from fmnist_core.runs import run as states
from tests.drivers import ROOT, TRAIN, notices, open_app, text_in, until


def open_train(**address):
    """Open the page itself, as a visitor with an address does."""
    app = open_app()
    for key, value in address.items():
        app.query_params[key] = value
    return app.switch_page(TRAIN).run()


def errors(app):
    return [e.value.replace("\\", "") for e in app.error]


def ended(app, line):
    until(lambda: not any(run.under_way for run in line.runs("test session id")))
    return app.run()


def test_the_page_opens_with_the_first_preset_drawn(line):
    app = open_train()
    assert not app.exception
    assert "Convolution" in text_in(app)
    assert "parameters" in " ".join(c.value for c in app.caption)
    assert app.button(key="stop").disabled
    assert app.button(key="continue").disabled


@pytest.mark.parametrize("most", [1, 5, 20])
def test_where_few_epochs_are_allowed_no_preset_asks_for_more(line, monkeypatch, most):
    monkeypatch.setattr(line, "limits", Limits(epochs=most))
    app = open_train()
    assert not app.exception
    assert not errors(app)
    for name, preset in PRESETS.items():
        app.button_group(key="preset").set_value(name).run()
        assert not app.exception
        assert not errors(app)
        assert app.button_group(key="preset").value == name
        assert [s.value for s in app.slider if s.key == "epochs"] == [min(preset.composition.epochs, most)] * (most > 1)
    assert not app.button(key="start").disabled


def test_the_script_is_sent_when_it_is_opened(line):
    app = open_train()
    assert not app.code
    app.session_state["script"] = True
    app.run()
    assert not app.exception
    assert "import keras" in app.code[0].value
    assert app.get("download_button")


def test_every_preset_is_taken_over_into_widgets_and_address(line):
    app = open_train()
    for name, preset in PRESETS.items():
        app.button_group(key="preset").set_value(name).run()
        assert not app.exception
        assert app.text_input(key="net").value == preset.composition.net
        assert app.selectbox(key="rate").value == preset.composition.rate
        assert preset.lesson in [c.value for c in app.caption]
        assert errors(app) == []


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ({"net": "-".join(["d1"] * 60)}, "At most 12 layers"),
        ({"net": "d1000000000"}, "received 1,000,000,000"),
        ({"net": "p-p-p-p-p"}, "would leave nothing"),
        ({"net": "<script>alert(1)</script>"}, "Each layer must be one of"),
        ({"net": "d8-c8"}, "needs feature maps"),
        ({"rate": "nan"}, ""),
        ({"epochs": "inf"}, ""),
        ({"epochs": "1e400"}, ""),
        ({"batch": "-1", "pictures": "x" * 3000, "wrong": ["1", "2"]}, ""),
        ({"run": "nobody"}, ""),
    ],
    ids=lambda value: str(value)[:30],
)
def test_a_hostile_address_gives_a_sentence_or_the_usual_setting(line, address, words):
    app = open_train(**address)
    assert not app.exception
    assert [e for e in errors(app) if words in e] if words else errors(app) == []
    assert app.button(key="start").disabled == bool(words)
    assert 1 <= app.slider(key="epochs").value <= 60
    assert "run" not in app.query_params


def test_what_cannot_be_can_be_begun_anew(line):
    app = open_train(net="x")
    app.button(key="anew").click().run()
    assert errors(app) == []
    assert app.text_input(key="net").value == "c16-p-c32-p-d64"


def test_layers_are_added_changed_and_removed(line):
    app = open_train(net="c8-p")
    app.button(key="add-layer").click().run()
    assert app.text_input(key="net").value == "c8-p-c32"
    app.selectbox(key="layer-2").set_value("d").run()
    assert app.text_input(key="net").value == "c8-p-d64"
    app.number_input(key="size-0").set_value(16).run()
    assert app.text_input(key="net").value == "c16-p-d64"
    app.button(key="remove-1").click().run()
    assert app.text_input(key="net").value == "c16-d64"
    assert not app.exception


def test_a_run_is_trained_stopped_and_continued_and_the_table_tells_of_it(line):
    app = open_train(net="d16", epochs="30")
    app.button(key="start").click().run()
    run = line.runs("test session id")[0]
    assert app.query_params["run"] == run.token
    assert app.button(key="start").disabled
    until(lambda: run.epochs)
    app.button(key="stop").click().run()
    ended(app, line)
    assert run.state == states.STOPPED
    assert "Ended after epoch" in text_in(app)
    app.button(key="continue").click().run()
    app = ended(app, line)
    assert run.state == states.DONE
    assert len(run.epochs) == 30
    assert not app.exception
    assert "30 of 30" in text_in(app, "runs")


def test_two_runs_stand_side_by_side_and_one_is_removed(line):
    app = open_train(net="d16", epochs="2")
    app.button(key="start").click().run()
    app = ended(app, line)
    app.selectbox(key="rate").set_value("0.01").run()
    app.button(key="start").click().run()
    app = ended(app, line)
    assert "rate 0.01" in text_in(app, "runs")
    app.text_input(key=f"name-{line.runs('test session id')[1].token}").set_value("<b>Faster").run()
    assert "&lt;b&gt;Faster" in text_in(app, "runs")
    app.button(key="remove-run").click().run()
    assert len(line.runs("test session id")) == 1
    assert not app.exception


def test_the_address_names_a_run_of_the_visitor_while_there_is_one(line, monkeypatch):
    monkeypatch.setattr(internals, "is_connected", lambda session: True)
    app = open_train(net="d16", epochs="2")
    for _ in range(2):
        app.button(key="start").click().run()
        app = ended(app, line)
    first, second = line.runs("test session id")
    assert app.query_params["run"] == second.token
    app.button(key="remove-run").click().run()
    assert app.query_params["run"] == first.token
    app.query_params.clear()  # as on the way to another page and back
    assert app.run().query_params["run"] == first.token
    first.owner = "another"  # whose connection the server still takes for alive
    app.run()
    assert not app.exception
    assert app.query_params["run"] == first.token
    monkeypatch.setattr(service, "PATIENCE", -1.0)  # whoever is still there then is another
    assert "run" not in app.run().query_params
    app.button(key="start").click().run()
    assert app.query_params["run"] != first.token


def test_what_is_shared_leaves_the_visitors_own_out(line, monkeypatch):
    monkeypatch.setattr(header, "_menus", share.draw)
    app, run = finished_run(line)
    assert app.query_params["run"] == run.token
    link, words = app.code[0].value, app.caption[0].value
    assert "net=none" in link
    assert run.token not in link
    assert "without your own runs" in words
    app.switch_page("fmnist_app/pages/predict.py").run()
    app.segmented_control(key="model").set_value(plain(f"{run.title} (yours)")).run()
    assert run.token in app.query_params["model"]
    link, words = app.code[0].value, app.caption[0].value
    assert run.token not in link
    assert "without your own network" in words
    app.segmented_control(key="model").set_value("ResNet").run()
    assert "model=resnet" in app.code[0].value
    assert app.caption[0].value.startswith("This very view")


def test_a_run_that_fails_says_why(line):
    app = open_train(net="d16", epochs="50")
    app.button(key="start").click().run()
    run = line.runs("test session id")[0]
    until(lambda: run.epochs)
    line.process.kill()
    app = ended(app, line)
    assert any("ended early" in n and "are kept" in n for n in notices(app))
    assert not app.button(key="continue").disabled


def test_without_tensorflow_the_page_says_what_to_install(line, monkeypatch):
    monkeypatch.setattr(service, "can_train", lambda: False)
    app = open_train()
    assert not app.exception
    assert "pip install -r requirements.txt" in app.info[0].value
    assert app.button(key="start").disabled


def test_the_full_split_is_asked_for_only_where_it_is(line, monkeypatch):
    monkeypatch.setattr("fmnist_core.data.has_training_split", lambda: False)
    app = open_train(pictures="55000")
    assert "not on this server" in errors(app)[0]
    assert app.button(key="start").disabled


def finished_run(line):
    """Return the page after a run of it has ended, and the run; its network is the linear one that ships."""
    app = open_train(net="none", epochs="2")
    app.button(key="start").click().run()
    (run,) = line.runs("test session id")
    until(lambda: not run.under_way)
    shutil.copy(cards.MODELS / "linear.tflite", run.folder / "network.tflite")
    app.run()
    return app, run


def test_a_finished_network_answers_on_every_page_of_its_visit_and_goes_with_its_run(line):
    app, run = finished_run(line)
    name = f"yours-{run.token}"
    app.switch_page("fmnist_app/pages/predict.py").run()
    app.segmented_control(key="model").set_value(plain(f"{run.title} (yours)")).run()
    assert not app.exception
    assert app.query_params["model"] == name
    theirs = predict(Network("linear"), load_test().images[0]).logits
    ours = predict(run.network(), load_test().images[0]).logits
    np.testing.assert_array_equal(ours, theirs)
    assert "Ankle boot" in text_in(app, "verdict")
    assert any("was trained in this visit" in n for n in notices(app))
    for ask in ("Why", "Look-alikes", "Inside", "All networks"):
        app.segmented_control(key="ask").set_value(ask).run()
        assert not app.exception, ask
    for page in sorted((ROOT / "fmnist_app" / "pages").glob("*.py")):
        app.switch_page(str(page.relative_to(ROOT))).run()
        assert not app.exception, page.name
    app.switch_page(TRAIN).run()
    app.button(key="remove-run").click().run()
    app.switch_page("fmnist_app/pages/predict.py").run()
    assert not app.exception
    assert app.session_state["model"] == default_network()
    assert open_app(model=name).session_state["model"] == default_network()  # nor is it anybody else's


def test_a_thread_of_the_server_has_no_networks_of_a_visitor_and_no_warnings(caplog):
    assert state.own_networks() == {}
    assert state.network_names() == cards.network_names()
    assert caplog.text == ""


def test_the_scoreboard_holds_the_networks_that_ship_and_the_runs(line):
    run = line.join("a", parse({"net": "d8", "epochs": "2"}), "Mine")
    until(lambda: not run.under_way)
    found = {entry.title: entry for entry in scoreboard.entries([run], {run.token: run.title})}
    assert {cards.TITLES[name] for name in cards.network_names()} < set(found)
    first = found["Starting point"]
    assert (first.accuracy, first.parameters) == (0.881, 101_770)
    assert first.interval[0] < 0.881 < first.interval[1]
    mine = found["Mine (held out)"]
    assert (mine.accuracy, mine.parameters) == (0.5, 784 * 8 + 8 + 90)
    assert mine.interval[0] < 0.5 < mine.interval[1]
    assert found["ResNet"].accuracy == cards.load_card("resnet").facts["test"]["accuracy"]


def test_the_frontier_is_the_best_for_its_cost():
    points = [(3.0, 0.9), (1.0, 0.5), (2.0, 0.4), (2.0, 0.8), (4.0, 0.9), (5.0, 0.95)]
    assert scoreboard.frontier(points) == [(1.0, 0.5), (2.0, 0.8), (3.0, 0.9), (5.0, 0.95)]


def test_the_open_scoreboard_is_drawn(line):
    app = open_train(net="d16", epochs="2")
    app.button(key="start").click().run()
    app = ended(app, line)
    app.session_state["board"] = True
    app.run()
    assert not app.exception
    assert any("best for its cost" in c.value for c in app.caption)


def test_a_visitor_who_leaves_in_the_middle_leaves_nothing_behind(line, monkeypatch):
    monkeypatch.setattr(startup.UPLOADS, "forget", lambda session: None)  # that has its own tests, and needs a server
    run = line.join("gone", parse({"net": "d8", "epochs": "50"}), "Mine")
    until(lambda: run.epochs)
    process = line.process
    startup.visit_ended("gone")
    until(lambda: not run.folder.exists() and not process.alive)
    assert line.runs("gone") == []


def test_a_run_is_tested_once(line):
    app, run = finished_run(line)
    app.button(key="test-run").click().run()
    accuracy = cards.load_card("linear").facts["test"]["accuracy"]
    assert run.tested.accuracy == accuracy
    assert f"{accuracy:.2%} of the 10,000 test pictures right" in text_in(app)
    assert app.button(key="test-run").disabled


def test_a_network_of_unknown_arithmetic_stands_beside_the_board_of_arithmetic(line, monkeypatch):
    entry = scoreboard.Entry("Brought", 0.93, (0.92, 0.94), 1000, 0)
    shipped = scoreboard.entries([], {})
    monkeypatch.setattr(scoreboard, "entries", lambda runs, titles: [*shipped, entry])
    app = open_train(net="d16", epochs="2")
    app.button(key="start").click().run()
    app = ended(app, line)
    app.session_state["board"] = True
    app.run()
    for unit, beside in (("Parameters", False), ("Arithmetic", True)):
        app.segmented_control(key="board_cost").set_value(unit).run()
        assert not app.exception
        assert any("Brought" in c.value for c in app.caption) is beside


def test_runs_of_the_same_title_are_told_apart(line):
    app = open_train(net="d16", epochs="1")
    for _ in range(2):
        app.button(key="start").click().run()
        app = ended(app, line)
    first, second = line.runs("test session id")
    second.title = first.title
    app.run()
    names = app.selectbox(key="chosen-run").options
    assert len(set(names)) == 2
    assert all(name in text_in(app, "runs") for name in names)
    titles = dict(zip((first.token, second.token), names, strict=True))
    board = {entry.title for entry in scoreboard.entries([first, second], titles)}
    assert {f"{titles[run.token]} (held out)" for run in (first, second)} < board
    app.selectbox(key="chosen-run").set_value(first.token).run()
    assert app.text_input(key=f"name-{first.token}").value == first.title
