"""A composition is trained for real: in the process that the app starts, and by the script that it gives away."""

import importlib.util
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from fmnist_core import data
from fmnist_core.composing.composition import parse
from fmnist_core.composing.limits import Limits
from fmnist_core.composing.script import script
from fmnist_core.evaluation.metrics import confusion_matrix
from fmnist_core.networks.classifier import Classifier
from fmnist_core.runs import pictures
from fmnist_core.runs import run as states
from fmnist_core.runs.line import TIME_IS_UP, Line
from tests.drivers import absent, needed, until

TINY = {"net": "d16", "pictures": "1000", "batch": "32", "epochs": "3", "optimiser": "Momentum", "rate": "0.01"}


@pytest.fixture(scope="module")
def line():
    if importlib.util.find_spec("tensorflow") is None:
        absent("tensorflow is needed (pip install -r requirements-dev.txt)")
    found = Line(Limits())
    yield found
    found.close()


def trained(line, address, visitor="a"):
    run = line.join(visitor, parse(address), "One")
    until(lambda: not run.under_way, seconds=300)  # TensorFlow takes its time on a busy machine
    return run


@pytest.fixture(scope="module")
def run(line):
    """A run of three epochs, to its end."""
    return trained(line, TINY, visitor="b")


def test_a_run_gives_curves_and_a_network_that_litert_serves(run):
    assert (run.state, run.problem) == (states.DONE, None)
    assert run.epochs[-1].heldout_accuracy > 0.6
    assert run.epochs[-1].loss < run.epochs[0].loss
    last = run.epochs[-1]
    assert np.sum(last.confusion) == 1000
    assert np.trace(last.confusion) == round(1000 * last.heldout_accuracy)
    np.testing.assert_allclose(np.sum(last.watched, axis=1), 1, atol=1e-3)
    heldout = pictures.heldout_pictures()
    logits = Classifier(run.file(states.LITERT_FILE)).bulk_logits(heldout.images)
    assert (logits.argmax(axis=1) == heldout.labels).mean() == pytest.approx(last.heldout_accuracy, abs=0.002)
    assert run.file(states.KERAS_FILE).stat().st_size > 1000


def test_a_stop_is_heard_while_tensorflow_is_loading():
    line = Line(Limits())
    run = line.join("a", parse(TINY | {"epochs": "50"}), "One")
    until(lambda: run.state == states.STARTING)
    line.stop(run)
    until(lambda: not run.under_way, seconds=300)
    line.close()
    assert (run.state, run.problem) == (states.STOPPED, None)
    assert len(run.epochs) <= 1


def test_all_else_on_the_machine_goes_first(line, run):
    pid = line.process.pid
    assert os.getpriority(os.PRIO_PROCESS, pid) > 10
    if hasattr(os, "SCHED_IDLE"):
        scheduled = {os.sched_getscheduler(int(task.name)) for task in Path(f"/proc/{pid}/task").iterdir()}
        assert scheduled == {os.SCHED_IDLE}


def test_a_run_leaves_what_every_epoch_said_of_the_heldout_pictures(run):
    past, labels = run.history(), pictures.heldout_pictures().labels
    for number, (epoch, predicted) in enumerate(zip(run.epochs, past.predicted, strict=True), start=1):
        np.testing.assert_array_equal(confusion_matrix(labels, predicted), epoch.confusion)
        seen = [past.probabilities(number, position) for position in pictures.watched()]
        np.testing.assert_allclose(seen, epoch.watched, atol=0.006)
    assert past.accuracies.tolist() == [epoch.heldout_accuracy for epoch in run.epochs]
    classifier = Classifier(run.file(states.LITERT_FILE))
    np.testing.assert_array_equal(
        classifier.bulk_logits(pictures.heldout_pictures().images).argmax(axis=1), past.predicted[-1]
    )
    assert (past.units, past.filters.shape) == (16, (3, 16, 28, 28))
    assert np.abs(past.weights(3) - past.weights(1)).max() > 0.01
    assert 0 < run.early.number < 1
    assert run.early.heldout_loss > run.epochs[0].heldout_loss


# As on a full disk, no file may grow beyond this: by then some epochs are done.
LIMITED = """
import resource, runpy
resource.setrlimit(resource.RLIMIT_FSIZE, (250_000, 250_000))
runpy.run_module("fmnist_core.training.worker", run_name="__main__")
"""


def test_a_full_disk_gives_a_sentence_and_keeps_the_epochs_before(line):
    full = Line(Limits(), [sys.executable, "-c", LIMITED])
    run = trained(full, TINY | {"epochs": "20"})
    done = len(run.epochs)
    full.stop(run)
    assert run.state == states.FAILED
    assert "could not be kept on the server's disk" in run.problem
    assert 0 < done < 20
    assert len(run.history()) == done
    line.resume(run)  # there is room again
    until(lambda: not run.under_way, seconds=300)  # TensorFlow takes its time on a busy machine
    assert (run.state, [epoch.number for epoch in run.epochs]) == (states.DONE, list(range(1, 21)))
    assert len(run.history()) == 20
    full.close()


def test_every_kind_of_layer_and_setting_trains(line):
    run = trained(
        line,
        {"net": "n-c4-r-p-o30-c6-g-n-d8", "epochs": "1", "pictures": "100", "batch": "32", "activation": "GELU",
         "augmentation": "Mirror, shift and erase", "smoothing": "0.1", "schedule": "Warm-up", "wrong": "20"},
    )  # fmt: skip
    assert (run.state, run.problem) == (states.DONE, None)


@pytest.mark.parametrize("net", ["", "d128", "c16-p-c32-p-d64", "n-c4-r-p-o30-c6-g-n-d8", "c3-g", "p-n"])
def test_parameters_and_arithmetic_are_those_that_keras_counts(net):
    composed, counts = needed("fmnist_core.training.composed"), needed("fmnist_core.training.flops")
    composition = parse({"net": net})
    model = composed.build(composition)
    assert model.count_params() == composition.parameters
    assert counts.flops(model) == composition.flops


def test_steps_that_are_too_large_end_in_a_sentence(line):
    run = trained(line, {"net": "d128", "optimiser": "Momentum", "rate": "3", "epochs": "20"})
    assert run.state == states.FAILED
    assert "Take a lower learning rate" in run.problem


def test_the_script_trains_the_same_network_outside_the_app(run, heldout, tmp_path):
    folder = tmp_path / "datasets" / "fashion-mnist"
    folder.mkdir(parents=True)
    for path in data._training_folder().glob("train-*"):
        shutil.copy(path, folder)
    for path in data.EMBEDDED.glob("t10k-*"):
        shutil.copy(path, folder)
    (tmp_path / "run.py").write_text(script(run.composition), "utf-8")
    environment = os.environ | {"KERAS_HOME": str(tmp_path), "TF_CPP_MIN_LOG_LEVEL": "3"}
    done = subprocess.run(
        [sys.executable, "run.py"], cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr[-2000:]
    theirs = float(re.search(r"([\d.]+)% of the held-out", done.stdout)[1]) / 100
    assert theirs == pytest.approx(run.epochs[-1].heldout_accuracy, abs=0.06)
    assert f"{run.composition.parameters:,}" in done.stdout
    assert (tmp_path / "network.keras").is_file()


def test_a_run_ends_when_its_time_is_up_and_when_it_takes_too_much_memory(line, monkeypatch):
    line.close()
    for name, value, words in (("SECONDS", "1", TIME_IS_UP), ("MEMORY_MB", "100", "more than the 100 MB of memory")):
        with monkeypatch.context() as patch:
            patch.setenv(f"FMNIST_TRAIN_{name}", value)
            limited = Line(Limits.configured())
            run = trained(limited, {"net": "d16", "epochs": "60"})
            limited.close()
        assert not run.under_way
        assert words in run.problem
