"""Train's kept runs, run without a browser: loaded into table and charts, trained again, or refused in a sentence."""

import pytest

from fmnist_core.runs import run as states
from tests.drivers import TRAIN, notices, open_app, text_in, until


def over(line):
    until(lambda: not any(run.under_way for run in line.runs("test session id")))


def opened():
    """Open Train with the place where a kept run is loaded."""
    app = open_app()
    app.query_params.update({"net": "d16", "epochs": "3"})
    app.switch_page(TRAIN).run()
    app.session_state["load"] = True
    return app.run()


def put(app, name, content):
    """Choose a file there."""
    (field,) = [f for f in app.get("file_uploader") if f.label == "A kept run (.json)"]
    return field.set_value((name, content, "application/json")).run()


def test_a_kept_run_comes_back_into_table_and_charts_and_is_trained_again(line):
    app = opened()
    app.button(key="start").click().run()
    over(line)
    (run,) = line.runs("test session id")
    kept = run.to_keep().encode()
    app.run()
    app.button(key="remove-run").click().run()
    assert line.runs("test session id") == []
    app = put(app, "run.json", kept)
    assert not app.exception
    (loaded,) = line.runs("test session id")
    assert (loaded.state, loaded.epochs, loaded.title) == (states.LOADED, run.epochs, run.title)
    assert app.query_params["run"] == loaded.token
    assert "Loaded from a file, with 3 of 3 epochs" in text_in(app)
    assert "3 of 3" in text_in(app, "runs")
    assert app.button(key="continue").disabled
    app.button(key="train-again").click().run()
    over(line)
    app.run()
    again = line.runs("test session id")[1]
    assert again.composition == loaded.composition
    assert len(again.epochs) == 3
    assert not app.exception


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("notes.txt", b"<b>nothing</b>", "notes.txt: Expected the JSON file of a run"),
        ("network.keras", b"PK\x03\x04", "network.keras: Expected the JSON file of a run"),
        ("deep.json", b"[" * 100_000, "deep.json: "),
        (
            "run.json",
            b'{"format": "fashion-mnist-run", "version": 2}',
            "Expected version 1 of a run's file, received 2",
        ),
    ],
    ids=lambda value: str(value)[:20],
)
def test_a_file_that_is_no_run_is_refused_in_a_sentence(line, name, content, words):
    app = put(opened(), name, content)
    assert not app.exception
    assert any(words in n for n in notices(app)), notices(app)
    assert line.runs("test session id") == []
