"""Train's time machine, run without a browser, over epochs made up here."""

import itertools

import numpy as np
import pytest

from fmnist_app.train import time_machine
from fmnist_core.evaluation import history
from fmnist_core.evaluation.history import History
from fmnist_core.networks import cards, histories
from fmnist_core.runs.pictures import heldout_pictures
from tests.drivers import EVALUATE, TRAIN, notices, open_app, text_in, until

EPOCHS = 4


def made_up():
    """Four epochs: picture k is right from epoch k % 5 + 1 on, but each seventh is wrong in the last one."""
    labels, rng = heldout_pictures().labels, np.random.default_rng(0)
    places = np.arange(len(labels))
    predicted = np.stack([np.where(places % 5 < e, labels, (labels + 1) % 10) for e in range(1, EPOCHS + 1)])
    predicted[-1, ::7] = (labels[::7] + 2) % 10
    percents = np.where(np.arange(10) == predicted[..., None], 91, 1).astype(np.uint8)
    codes, scales = history.rounded_filters(rng.normal(size=(6, 3, 3)))
    return History(
        predicted.astype(np.uint8), percents, np.stack([codes] * EPOCHS), np.stack([scales] * EPOCHS), 6,
        np.linspace(0.2, 0.8, EPOCHS),
    )  # fmt: skip


def open_machine(line, **address):
    """Open the time machine after a run of the visit that left made-up epochs."""
    app = open_app()
    app.query_params["net"] = "d16"
    app.query_params["epochs"] = str(EPOCHS)
    app.switch_page(TRAIN).run()
    app.button(key="start").click().run()
    (run,) = line.runs("test session id")
    until(lambda: not run.under_way)
    histories.write_history(run.folder, made_up())
    for key, value in address.items():
        app.query_params[key] = value
    app.segmented_control(key="train_view").set_value("Time machine").run()
    return app, run


def test_a_run_of_the_visit_is_gone_back_through(line):
    app, _ = open_machine(line)
    assert not app.exception
    assert app.slider(key="epoch").value == EPOCHS
    labels, past = heldout_pictures().labels, made_up()
    assert f"{(past.predicted[-1] == labels).mean():.1%}" in text_in(app)
    app.slider(key="epoch").set_value(2).run()
    words = text_in(app)
    assert f"{(past.predicted[1] == labels).mean():.1%}" in words
    newly = int(((past.predicted[1] == labels) & (past.predicted[0] != labels)).sum())
    assert f"Newly right in this epoch {newly}" in " ".join(words.split())
    app.number_input(key="heldout").set_value(7).run()
    assert not app.exception
    story = " ".join(text_in(app, "became-story").split())
    wrong, other = ((int(labels[7]) + step) % 10 for step in (1, 2))
    names = [time_machine.class_name(k) for k in (wrong, int(labels[7]), other)]
    assert story.endswith(f"1 to 2 ✗ {names[0]} 3 ✓ {names[1]} 4 ✗ {names[2]}")


def test_an_epoch_that_another_network_does_not_have_becomes_its_last(line):
    app = open_app()
    app.query_params["train_view"] = "Time machine"
    app.switch_page(TRAIN).run()
    last = {}
    for name in ("tiny", "mlp", "cnn", "tiny"):
        app.selectbox(key="of").set_value(name).run()
        assert not app.exception
        last[name] = app.slider(key="epoch").max
        assert app.slider(key="epoch").value <= last[name]
        app.slider(key="epoch").set_value(last[name] - 1).run()
        assert not app.exception
        assert app.slider(key="epoch").value == last[name] - 1
    assert last["tiny"] > last["cnn"] > last["mlp"]


def test_older_links_open_the_time_machine_and_evaluate_keeps_its_section(line):
    app = open_app()
    app.query_params["view"] = "time machine"
    app.switch_page(TRAIN).run()
    assert app.segmented_control(key="train_view").value == "Time machine"
    assert not notices(app)
    app = open_app(EVALUATE, view="Mistakes")
    app.switch_page(TRAIN).run()
    assert app.segmented_control(key="train_view").value == "Train"
    app.switch_page(EVALUATE).run()
    assert app.segmented_control(key="view").value == "Mistakes"
    assert not notices(app)


def test_what_was_composed_is_there_after_a_look_at_the_past(line):
    app, _ = open_machine(line)
    app.segmented_control(key="train_view").set_value("Train").run()
    assert not app.exception
    assert app.text_input(key="net").value == "d16"
    assert app.slider(key="epochs").value == EPOCHS


def test_a_run_whose_epochs_cannot_be_read_says_so(line):
    app, run = open_machine(line)
    (run.folder / histories.FILE).write_bytes(b"PK")
    app.run()
    assert not app.exception
    assert any("there is no time machine" in n for n in notices(app))


@pytest.mark.parametrize("address", [{"epoch": "99"}, {"epoch": "nan", "heldout": "-3"}, {"of": "nobody"}])
def test_a_hostile_address_of_the_time_machine_gives_a_sentence(line, address):
    app, _ = open_machine(line, **address)
    assert not app.exception
    assert len([n for n in notices(app) if "address" in n]) == len(address)


def test_a_history_that_belongs_to_another_network_is_not_shown(line, swapped):
    """The MLP's file is the linear network's here."""
    card = cards.load_card("linear")
    histories.ship_history(card, made_up())
    (swapped / "linear.history.npz").replace(swapped / "mlp.history.npz")
    app = open_app()
    app.query_params["train_view"] = "Time machine"
    app.switch_page(TRAIN).run()
    app.selectbox(key="of").set_value("mlp").run()
    assert not app.exception
    assert any("mlp.tflite" in n or "mlp.history.npz" in n for n in notices(app))


def test_spans_join_to_all_epochs():
    for said in ([3], [1, 1, 1], [1, 2, 1], [0, 0, 9, 9, 9]):
        found = time_machine.spans(np.array(said, np.uint8))
        assert [k for first, last, k in found for _ in range(first, last + 1)] == said
        assert all(a[2] != b[2] for a, b in itertools.pairwise(found))
