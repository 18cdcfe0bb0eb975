"""The epochs of a recipe's run are recorded by its own loop; a kill costs nothing of them."""

from dataclasses import replace

import numpy as np
import pytest

from fmnist_core import ModelError
from fmnist_core.__main__ import main
from fmnist_core.networks import histories
from fmnist_core.networks.histories import read_history
from fmnist_core.sample import HELDOUT
from fmnist_core.training.recipes import RECIPES
from tests.drivers import needed

SHORT = replace(RECIPES["linear"], epochs=3, pictures=2560)


@pytest.fixture
def recording(tmp_path, monkeypatch, heldout):
    monkeypatch.setenv("FMNIST_RUNS", str(tmp_path))
    return needed("fmnist_core.training.recording")


class Killed(Exception):
    pass


def kill_after(epoch):
    def report(line):
        if f"epoch {epoch} of" in line:
            raise Killed

    return report


def test_a_run_that_was_killed_has_the_record_of_one_that_was_not(recording, tmp_path, monkeypatch, heldout):
    loop = needed("fmnist_core.training.loop")
    trained = loop.train(SHORT, lambda line: None, begin=recording.RecordedRun)
    whole = read_history(recording.recorded_folder(SHORT))
    assert whole.accuracies.tolist() == [epoch["heldout_accuracy"] for epoch in trained.epochs]
    logits = loop.batched_logits(trained.model, heldout.images[:HELDOUT])
    np.testing.assert_array_equal(logits.argmax(axis=1), whole.predicted[-1])

    monkeypatch.setenv("FMNIST_RUNS", str(tmp_path / "killed"))
    with pytest.raises(Killed):
        loop.train(SHORT, kill_after(2), begin=recording.RecordedRun)
    folder = recording.recorded_folder(SHORT)
    ahead = read_history(folder)
    joined = {key: np.concatenate([getattr(ahead, key), getattr(ahead, key)[-1:]]) for key in histories.KEYS[:4]}
    accuracies = np.append(ahead.accuracies, 0.0)  # the kill came between the record and the checkpoint
    histories.write_history(folder, replace(ahead, **joined, accuracies=accuracies))
    loop.train(SHORT, lambda line: None, begin=recording.RecordedRun)
    again = read_history(folder)
    assert len(again) == 3
    np.testing.assert_allclose(again.accuracies, whole.accuracies, atol=0.002)
    assert (again.predicted == whole.predicted).mean() > 0.99
    (folder / histories.FILE).unlink()
    with pytest.raises(ModelError, match="begin again with --fresh"):
        loop.train(SHORT, lambda line: None, begin=recording.RecordedRun)


def test_the_command_refuses_what_it_does_not_know(capsys):
    assert main(["history", "nobody"]) == 2
    said = capsys.readouterr().err
    assert "mlp" in said
    assert "nobody" in said


def test_a_recipe_that_has_changed_since_is_refused_before_it_is_trained(monkeypatch, capsys):
    needed("tensorflow")
    monkeypatch.setitem(RECIPES, "mlp", replace(RECIPES["mlp"], epochs=19))
    assert main(["history", "mlp"]) == 2
    assert "train and ship it first" in capsys.readouterr().err
