"""Several workers train as one does: step by step, and after one of them was killed."""

import json
import os
import signal
import subprocess
import sys
from contextlib import ExitStack
from dataclasses import replace

import numpy as np
import pytest

from benchmarks.serving import free_port
from fmnist_core.__main__ import main
from fmnist_core.training.cluster import Cluster, ClusterError, check_divisible, read_cluster
from fmnist_core.training.recipes import RECIPES
from tests.drivers import ROOT, needed

# Trains two networks, every picture in a random view: the MLP for a hundred steps, and a few of one whose batch
# normalisation must look at the pictures of all workers. What each step said goes to standard output, as JSON.
SCRIPT = """
import json, os, sys
from dataclasses import replace
from functools import partial
import keras
import tensorflow as tf
from fmnist_core.training import architectures, loop
from fmnist_core.training.cluster import read_cluster
from fmnist_core.training.distribution import Replicated, choose
from fmnist_core.training.recipes import RECIPES

def normalised():
    pixels, x = architectures.pixels_input()
    x = keras.layers.Dense(32)(keras.layers.Flatten()(x))
    x = keras.layers.BatchNormalization(momentum=0.9, name="batch")(x)
    return keras.Model(pixels, keras.layers.Dense(10, name="logits")(keras.layers.ReLU()(x)))

def train(distribution):
    found = {}
    architectures.BUILDERS["normalised"] = normalised
    for network, steps in (("mlp", 50), ("normalised", 10)):
        steps_said = []
        class Watched(loop.Run):
            def after_step(self, done, loss, hit):
                steps_said.append((float(loss), float(hit)))
        recipe = replace(
            RECIPES["mlp"], network=network, epochs=2, pictures=256 * steps, flip=True, shift=2, erasing=0.5, mixup=0.5,
            clean_epochs=1,
        )
        begin = partial(Watched, distribution=distribution)
        trained = loop.train(recipe, lambda line: None, True, begin, distribution)
        statistics = trained.model.get_layer("batch").moving_variance.numpy().tolist() if network != "mlp" else []
        found[network] = [steps_said, trained.heldout_accuracy, statistics]
    return found

if sys.argv[1:] == ["gpus"]:  # as on two GPUs; and once on one processor
    device = tf.config.list_physical_devices("CPU")[0]
    tf.config.set_logical_device_configuration(device, [tf.config.LogicalDeviceConfiguration()] * 2)
    ways = [Replicated(tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])), choose(None)]
else:
    ways = [choose(read_cluster(os.environ))]
for distribution in ways:
    print(json.dumps([distribution.chief, distribution.replicas, train(distribution)]))
"""


# The command, for a short run; within the second epoch the process kills itself where it is told to.
SHORT = """
import os, signal, sys
from dataclasses import replace
from fmnist_core.__main__ import main
from fmnist_core.training import loop
from fmnist_core.training.recipes import RECIPES

def after_step(self, done, loss, hit):
    if "KILLED" in os.environ and (len(self.epochs), done) == (1, 5):
        os.kill(os.getpid(), signal.SIGKILL)

loop.Run.after_step = after_step
RECIPES["linear"] = replace(RECIPES["linear"], pictures=2560, epochs=3)
sys.exit(main(sys.argv[1:]))
"""


class Workers:
    """Two processes that train together, and what is needed to start them."""

    def __init__(self, folder):
        self.folder, self.addresses = folder, [f"127.0.0.1:{free_port()}" for _ in range(2)]

    def start(self, stack, *arguments, **second):
        """Start both, with files of their own, the chief first; `second` are variables of the other."""
        return [self._start(stack, 0, arguments), self._start(stack, 1, arguments, **second)]

    def _start(self, stack, position, arguments, **environment):
        config = {"cluster": {"worker": self.addresses}, "task": {"type": "worker", "index": position}}
        environment["TF_CONFIG"] = json.dumps(config)
        return started(stack, self.folder / str(position), *arguments, **environment)


def started(stack, folder, *arguments, **environment):
    folder.mkdir(exist_ok=True)
    given = os.environ | {"FMNIST_RUNS": str(folder / "runs"), "TF_CPP_MIN_LOG_LEVEL": "3"} | environment
    command = [sys.executable, *arguments]
    process = subprocess.Popen(command, cwd=ROOT, env=given, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    stack.callback(process.kill)
    return process


def said(process):
    out, problems = process.communicate(timeout=600)
    assert process.returncode == 0, problems[-2000:]
    return [json.loads(line) for line in out.splitlines() if line.startswith("[")]


def test_two_workers_train_step_by_step_as_one(tmp_path, monkeypatch, heldout):
    needed("tensorflow")
    with ExitStack() as stack:
        workers = Workers(tmp_path).start(stack, "-c", SCRIPT)
        here = started(stack, tmp_path / "here", "-c", SCRIPT, "gpus")
        (chief,), (worker,), (gpus, alone) = map(said, (*workers, here))
    assert [chief[:2], worker[:2], gpus[:2], alone[:2]] == [[True, 2], [False, 2], [True, 2], [True, 1]]
    for network, steps in (("mlp", 100), ("normalised", 20)):
        expected, accuracy, statistics = alone[2][network]
        assert len(expected) == steps
        assert np.ptp(expected, axis=0)[0] > 0.5  # it learns
        for many in (chief, worker, gpus):
            found, theirs, variances = many[2][network]
            np.testing.assert_allclose(found, expected, atol=1e-4, err_msg=network)
            assert theirs == pytest.approx(accuracy, abs=0.002)
            np.testing.assert_allclose(variances, statistics, rtol=1e-3)
    assert list((tmp_path / "0").rglob("state.npz"))
    assert not list((tmp_path / "1").rglob("*"))  # the chief alone writes


def test_a_worker_is_killed_and_both_go_on_from_the_checkpoint_of_the_chief(tmp_path, monkeypatch, heldout):
    loop = needed("fmnist_core.training.loop")
    workers, output = Workers(tmp_path), tmp_path / "output"
    command = ("-c", SHORT, "train", "linear", "--output", str(output))
    with ExitStack() as stack:
        chief, worker = workers.start(stack, *command, KILLED="1")
        _, problems = chief.communicate(timeout=600)
        assert (chief.returncode, worker.wait(timeout=60)) == (1, -signal.SIGKILL), problems[-2000:]
        assert problems.splitlines()[-1].startswith("linear: another worker is gone: start all of them again")
        assert not list(output.iterdir())
        chief, worker = workers.start(stack, *command)
        lines, problems = chief.communicate(timeout=600)
        assert (chief.returncode, worker.wait(timeout=60)) == (0, 0), problems[-2000:]
    assert "linear: resuming after epoch 1 of 3" in lines
    assert "epoch 1 of 3," not in lines
    assert "the chief writes it down" in worker.stdout.read()
    card = json.loads((output / "linear.json").read_text("utf-8"))
    monkeypatch.setenv("FMNIST_RUNS", str(tmp_path / "one"))
    alone = loop.train(replace(RECIPES["linear"], pictures=2560, epochs=3), lambda line: None)
    for theirs, ours in zip(card["epochs"], alone.epochs, strict=True):
        assert theirs["loss"] == pytest.approx(ours["loss"], abs=1e-4)
        assert theirs["heldout_accuracy"] == pytest.approx(ours["heldout_accuracy"], abs=0.002)
    assert card["heldout"]["accuracy"] == pytest.approx(alone.heldout_accuracy, abs=0.002)


TWO = ["one:1", "two:2"]
BAD = {
    "JSON such as": "{worker",
    '"cluster" with the addresses': "[]",
    '"cluster" with the': json.dumps({"task": {"type": "worker", "index": 0}}),
    '"chief" and "worker" alone was expected, received ps': json.dumps({"cluster": {"worker": TWO, "ps": ["three:3"]}}),
    'a list of host:port as "worker" was expected, received ["one"]': json.dumps({"cluster": {"worker": ["one"]}}),
    "one chief was expected, received 2": json.dumps({"cluster": {"chief": TWO}}),
    "an address of its own": json.dumps({"cluster": {"worker": ["one:1", "one:1"]}}),
    '"type" is worker was expected, received null': json.dumps({"cluster": {"worker": TWO}}),
    '"index" is 0..1 (its worker list has 2) was expected, received 2': json.dumps(
        {"cluster": {"worker": TWO}, "task": {"type": "worker", "index": 2}}
    ),
    '"index" is 0..1 (its worker list has 2) was expected, received "0"': json.dumps(
        {"cluster": {"worker": TWO}, "task": {"type": "worker", "index": "0"}}
    ),
    "linear: a number of workers that divides its batch of 256 was expected, received 3": json.dumps(
        {"cluster": {"worker": [*TWO, "three:3"]}, "task": {"type": "worker", "index": 0}}
    ),
}


@pytest.mark.parametrize("expected", BAD)
def test_workers_that_are_named_wrongly_end_in_a_sentence(expected, monkeypatch, capsys):
    monkeypatch.setenv("TF_CONFIG", BAD[expected])
    assert main(["train", "linear"]) == 2
    told = capsys.readouterr().err
    assert expected in told
    assert "received" in told
    assert len(told.splitlines()) == 1


def test_workers_are_read_as_tensorflow_names_them():
    def config(index, kind="worker", **cluster):
        return {"TF_CONFIG": json.dumps({"cluster": cluster, "task": {"type": kind, "index": index}})}

    assert read_cluster({}) is read_cluster({"TF_CONFIG": " "}) is None
    assert read_cluster(config(1, worker=TWO)) == Cluster(("one:1", "two:2"), 1)
    led = {"worker": TWO, "chief": ["zero:9"]}
    assert read_cluster(config(0, "chief", **led)) == Cluster(("zero:9", "one:1", "two:2"), 0)
    assert read_cluster(config(1, **led)) == Cluster(("zero:9", "one:1", "two:2"), 2)
    assert read_cluster(config(0, worker=["one:1"])) is None  # it is alone
    check_divisible(RECIPES["street"], 8)
    with pytest.raises(ClusterError, match="divides its photos of 56 was expected, received 16"):
        check_divisible(RECIPES["street"], 16)
