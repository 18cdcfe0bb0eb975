import json
import os
import shutil
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from fmnist_core import data
from fmnist_core.__main__ import main
from fmnist_core.networks import first_layer
from fmnist_core.networks.cards import MODELS
from fmnist_core.training.recipes import RECIPES
from tests.drivers import ROOT, needed

tf = needed("tensorflow")
training = needed("fmnist_core.training.loop")
architectures = needed("fmnist_core.training.architectures")
augmentation = needed("fmnist_core.training.augmentation")
export = needed("fmnist_core.training.export")
step = needed("fmnist_core.training.step")
stored = needed("fmnist_core.training.stored")
Developed = needed("fmnist_core.training.photos").Developed


def command(runs, output, *options):
    arguments = [sys.executable, "-m", "fmnist_core", "train", "linear", "--output", str(output), *options]
    environment = os.environ | {"FMNIST_RUNS": str(runs), "TF_CPP_MIN_LOG_LEVEL": "3"}
    return {"args": arguments, "cwd": ROOT, "env": environment, "stdout": subprocess.PIPE, "text": True}


def test_killed_training_resumes_and_ends_as_if_nothing_had_happened(heldout, tmp_path):
    undisturbed = subprocess.run(**command(tmp_path / "a", tmp_path / "out_a", "--epochs", "6"), timeout=300)
    assert undisturbed.returncode == 0

    started = subprocess.Popen(**command(tmp_path / "b", tmp_path / "out_b", "--epochs", "6"))
    for line in started.stdout:
        if "epoch 2 of 6" in line:
            break
    started.send_signal(signal.SIGKILL)
    started.wait()
    assert not (tmp_path / "out_b" / "linear.json").exists()

    resumed = subprocess.run(**command(tmp_path / "b", tmp_path / "out_b", "--epochs", "6"), timeout=300)
    assert "resuming after epoch" in resumed.stdout
    assert "epoch 1 of 6" not in resumed.stdout
    cards = [json.loads((tmp_path / out / "linear.json").read_text()) for out in ("out_a", "out_b")]
    assert len(cards[0]["epochs"]) == len(cards[1]["epochs"]) == 6
    assert cards[0]["heldout"]["accuracy"] == pytest.approx(cards[1]["heldout"]["accuracy"], abs=0.003)


def test_a_kill_while_saving_leaves_the_checkpoint_before(tmp_path, monkeypatch, heldout):
    monkeypatch.setenv("FMNIST_RUNS", str(tmp_path))
    recipe = replace(RECIPES["linear"], epochs=1)
    training.train(recipe, report=lambda line: None)
    run = training.Run(recipe, [], lambda line: None)
    run.resume()

    def killed(path, **arrays):
        Path(path).write_bytes(b"half a file")
        raise KeyboardInterrupt

    monkeypatch.setattr(training.np, "savez", killed)
    with pytest.raises(KeyboardInterrupt):
        run.save()
    lines = []
    assert len(training.train(recipe, report=lines.append).epochs) == 1
    assert lines == []  # the checkpoint holds the whole run: nothing was trained again


def flipped(whole):
    middle = len(whole) // 2
    return whole[:middle] + bytes([whole[middle] ^ 255]) + whole[middle + 1 :]


DAMAGES = {
    "empty": lambda whole: b"",
    "cut off": lambda whole: whole[: len(whole) // 2],
    "one byte": flipped,
    "text": lambda whole: b"not a checkpoint",
    "an end of nothing": lambda whole: whole[-22:],
    "an array alone": lambda whole: b"\x93NUMPY\x01\x00\x06\x00{}   \n",
}
OTHERS = {
    "no epochs": lambda arrays: {k: v for k, v in arrays.items() if k != "epochs"},
    "epochs that are none": lambda arrays: arrays | {"epochs": "17"},
    "no JSON": lambda arrays: arrays | {"epochs": "["},
    "another shape": lambda arrays: arrays | {"weight0": np.zeros((2, 2), np.float32)},
    "another type": lambda arrays: arrays | {"weight0": arrays["weight0"].astype(np.float64)},
    "a weight short": lambda arrays: {k: v for k, v in arrays.items() if k != "average1"},
}


@pytest.mark.parametrize("damage", [*DAMAGES, *OTHERS])
def test_a_damaged_checkpoint_is_said_to_be_and_training_starts_again(damage, tmp_path, monkeypatch, heldout):
    monkeypatch.setenv("FMNIST_RUNS", str(tmp_path))
    lines = []
    run = training.Run(RECIPES["linear"], [], lines.append)
    run.save()
    if damage in DAMAGES:
        run.state_file.write_bytes(DAMAGES[damage](run.state_file.read_bytes()))
    else:
        with np.load(run.state_file) as whole:
            arrays = OTHERS[damage](dict(whole))
        np.savez(run.state_file, **arrays)
    before = run.model.get_weights()
    run.resume()
    (line,) = lines
    assert str(run.state_file) in line
    assert "is damaged" in line
    assert "starts again from the first epoch" in line
    assert run.epochs == []
    assert all(np.array_equal(a, b) for a, b in zip(before, run.model.get_weights(), strict=True))


def test_a_recipe_may_compute_in_16_bits_and_store_its_kernels_so(tmp_path, monkeypatch, heldout):
    monkeypatch.setenv("FMNIST_RUNS", str(tmp_path))
    recipe = replace(RECIPES["linear"], epochs=1, precision="mixed_bfloat16", half=True)
    run = training.Run(recipe, [], lambda line: None)
    logits = run.model.get_layer("logits")
    flat = next(layer for layer in run.model.layers if type(layer).__name__ == "Flatten")
    assert (flat.compute_dtype, logits.compute_dtype, logits.variable_dtype) == ("bfloat16", "float32", "float32")

    trained = training.train(recipe, report=lambda line: None)
    assert {layer.compute_dtype for layer in trained.model.layers} == {"float32"}
    assert trained.heldout_accuracy > 0.8
    kernel, bias = trained.model.get_weights()
    assert np.array_equal(kernel, kernel.astype(np.float16))
    assert not np.array_equal(bias, bias.astype(np.float16))

    sizes = {}
    for half in (False, True):
        folder = tmp_path / str(half)
        card = export.export(replace(trained, recipe=replace(recipe, half=half)), "train", folder)
        sizes[half] = (folder / "linear.tflite").stat().st_size
        assert card["litert_difference"] < 0.05
        shown = first_layer.read_first_layer(folder / "linear.tflite")
        assert np.abs(shown.kernel - kernel).max() < (2e-3 if half else 1e-6)
    assert 7840 * 1.9 < sizes[False] - sizes[True] < 7840 * 2.1  # two bytes a weight


def test_recipes_do_not_share_checkpoints(monkeypatch):
    recipe = RECIPES["linear"]
    folders = {stored.run_folder(r) for r in (recipe, replace(recipe, seed=1), replace(recipe, epochs=3))}
    assert len(folders) == 3
    pupil = replace(recipe, teachers=("mlp",))
    before = stored.run_folder(pupil)
    monkeypatch.setitem(RECIPES, "mlp", replace(RECIPES["mlp"], epochs=21))
    assert stored.run_folder(pupil) != before  # a teacher that learned otherwise teaches otherwise


def test_learning_rate_climbs_then_falls_to_nothing():
    recipe = RECIPES["cnn"]
    rates = [step.learning_rate(recipe, p) for p in np.linspace(0, 1, 101)]
    assert max(rates) == pytest.approx(recipe.peak_rate, rel=0.01)
    assert rates[-1] == pytest.approx(0)
    assert rates.index(max(rates)) == pytest.approx(100 * recipe.warm_up, abs=1)


def views(images, erase=0.0, flip=0, seed=1, **options):
    recipe = replace(RECIPES["cnn"], **options)
    pixels = tf.constant(images, tf.float32)[..., None]
    flips = tf.fill([len(images)], flip)
    return augmentation.augment(pixels, flips, tf.constant([0, seed]), tf.constant(erase), recipe).numpy()[..., 0]


def test_without_any_change_a_view_is_the_picture():
    images = data.load_test().images[:16]
    assert np.array_equal(views(images, shift=0), images)


def test_mirrored_view():
    images = data.load_test().images[:16]
    assert np.array_equal(views(images, shift=0, flip=1), images[:, :, ::-1])


def test_shifted_views_move_the_whole_picture_by_at_most_two_pixels():
    images = data.load_test().images[:64]
    padded = np.pad(images, ((0, 0), (2, 2), (2, 2)))
    moved = views(images, shift=2)
    offsets = set()
    for k in range(len(images)):
        found = [
            (r, c) for r in range(5) for c in range(5) if np.array_equal(padded[k, r : r + 28, c : c + 28], moved[k])
        ]
        assert found
        offsets |= set(found)
    assert len(offsets) > 10


def test_the_same_seed_gives_the_same_view_and_another_seed_another():
    images = data.load_test().images[:32]
    assert np.array_equal(views(images, erase=1.0), views(images, erase=1.0))
    assert not np.array_equal(views(images, erase=1.0), views(images, erase=1.0, seed=2))


def test_erasing_hits_its_share_and_leaves_the_rest():
    images = np.zeros((400, 28, 28))
    changed = (views(images, erase=1.0, shift=0, erasing=0.5) != 0).mean(axis=(1, 2))
    share = (changed > 0).mean()
    assert 0.4 < share < 0.6
    assert changed.max() < 0.45
    assert (views(images, erase=0.0, shift=0, erasing=0.5) == 0).all()


def test_mixup_lets_another_picture_shine_through_and_its_target_alike(heldout):
    pixels = heldout.images[:256, ..., None].astype(np.float32)
    targets = np.eye(10, dtype=np.float32)[heldout.labels[:256]]
    mixed, means = (x.numpy() for x in augmentation.mix(pixels, targets, tf.constant([0, 7]), tf.constant(0.5)))
    partners = pixels[::-1]
    weight = ((mixed - pixels) * (partners - pixels)).sum((1, 2, 3)) / ((partners - pixels) ** 2).sum((1, 2, 3))
    assert np.abs(mixed - (pixels + weight[:, None, None, None] * (partners - pixels))).max() < 1e-2
    assert np.allclose(means, targets + weight[:, None] * (targets[::-1] - targets), atol=1e-4)
    assert 0.4 < (weight > 1e-6).mean() < 0.6
    assert weight.max() <= 0.5
    assert weight.min() > -1e-6
    again, _ = augmentation.mix(pixels, targets, tf.constant([0, 7]), tf.constant(0.5))
    assert np.array_equal(again, mixed)
    untouched, labels = augmentation.mix(pixels, targets, tf.constant([0, 7]), tf.constant(0.0))
    assert np.array_equal(untouched, pixels)
    assert np.array_equal(labels, targets)


def test_cutmix_puts_a_rectangle_of_another_picture_into_some_and_as_much_of_its_target(heldout):
    pixels = heldout.images[:256, ..., None].astype(np.float32) + np.linspace(0.1, 0.9, 256)[:, None, None, None]
    pixels = pixels.astype(np.float32)  # no two pictures have a pixel in common
    targets = np.eye(10, dtype=np.float32)[np.arange(256) // 128]  # the partner is of the other class
    seed = tf.constant([0, 7])
    cut, means = (x.numpy() for x in augmentation.cut_mix(pixels, targets, seed, tf.constant(0.5)))
    partners = pixels[::-1]
    inside = (cut == partners)[..., 0]
    assert np.array_equal(np.where(inside[..., None], partners, pixels), cut)
    rows, columns = inside.any(2), inside.any(1)
    assert np.array_equal(inside, rows[:, :, None] & columns[:, None, :])  # a rectangle, or nothing
    assert max((np.diff(line.astype(int)) == 1).sum() + line[0] for line in rows) == 1
    weight = inside.mean((1, 2))
    assert 0.4 < (weight > 0).mean() < 0.6
    assert weight.max() <= 0.55  # whole pixels
    assert np.allclose(means, targets + weight[:, None] * (targets[::-1] - targets), atol=1e-6)
    again, _ = augmentation.cut_mix(pixels, targets, seed, tf.constant(0.5))
    assert np.array_equal(again, cut)
    untouched, labels = augmentation.cut_mix(pixels, targets, seed, tf.constant(0.0))
    assert np.array_equal(untouched, pixels)
    assert np.array_equal(labels, targets)


def test_teachers_are_asked_once_about_views_that_come_again(tmp_path, monkeypatch, heldout):
    monkeypatch.setenv("FMNIST_RUNS", str(tmp_path))
    few = data.Split(heldout.images[:512], heldout.labels[:512])
    base = replace(
        RECIPES["cnn"], name="linear", network="linear", epochs=5, clean_epochs=1, distillation=0.7, mixup=0.5
    )
    lines, asked = [], []

    def run(view_epochs, **options):
        one = training.Run(replace(base, view_epochs=view_epochs, **options), [teacher], lines.append, train=few)
        ask = one.ask
        one.ask = lambda *arguments: asked.append(arguments) or ask(*arguments)
        return one

    teacher = training.architectures.linear()
    fresh, known = run(0, epochs=1, clean_epochs=0), run(3, epochs=1, clean_epochs=0)
    for one in (fresh, known):
        one.model.set_weights([np.zeros_like(w) for w in one.model.get_weights()])
        one.finish()
    assert fresh.epochs[0]["loss"] == pytest.approx(known.epochs[0]["loss"], rel=1e-3)  # the same views, 16 bits
    assert len(asked) == 2  # steps of one epoch, by the second run

    asked.clear()
    one = run(2)
    one.finish()
    assert len(one.epochs) == 5
    assert len(asked) == 4  # of two epochs; two more saw the same, the last one is clean
    files = sorted(file.name for file in one.folder.glob("opinions*"))
    assert files == [f"opinions{k}-{one.teachers_hash}.npy" for k in (0, 1)]

    asked.clear()
    (one.folder / files[0]).write_bytes(b"half a file")
    again = run(2)
    again.finish()
    assert len(asked) == 2  # what is damaged is asked again
    assert again.epochs[0]["train_accuracy"] == pytest.approx(one.epochs[0]["train_accuracy"], abs=0.1)

    asked.clear()
    teacher.set_weights([w + 1 for w in teacher.get_weights()])
    other = run(2)
    other.finish()
    assert len(asked) == 4  # another teacher's opinions are its own
    assert len(list(one.folder.glob("opinions*"))) == 2
    other.forget()
    assert not list(one.folder.glob("opinions*"))


def test_teachers_are_asked_about_the_views_of_a_step_that_has_photos_too(tmp_path, monkeypatch, heldout):
    monkeypatch.setenv("FMNIST_RUNS", str(tmp_path))
    images, fitting = heldout.images[512:544].reshape(8, 4, 28, 28), np.eye(10, dtype=np.float32)[:8]
    photos = Developed(images, fitting, np.array(["dress"] * 8), np.zeros(8, int))
    monkeypatch.setattr(training, "load_developed", lambda report: photos)
    few = data.Split(heldout.images[:512], heldout.labels[:512])
    street = replace(
        RECIPES["street-base"],
        network="linear",
        starts_from="",
        frozen="",
        pictures=0,
        epochs=1,
        clean_epochs=0,
        photos=8,
    )
    teacher = training.architectures.linear()
    losses = []
    for view_epochs, left_out in ((0, -1), (1, -1), (1, 3)):  # no photo is of fold 3
        recipe = replace(street, outliers=0, view_epochs=view_epochs, left_out=left_out)
        run = training.Run(recipe, [teacher], print, train=few)
        if left_out >= 0:
            run.ask = None  # what the teacher thinks is known: it does not hang on the photos
        run.model.set_weights([np.zeros_like(w) for w in run.model.get_weights()])
        run.finish()
        losses.append(run.epochs[0]["loss"])
    assert losses == pytest.approx([losses[0]] * 3, rel=1e-3)

    lines = []
    for seen, begun in ((images, True), (255 - images, False)):
        changed = replace(photos, images=seen)
        monkeypatch.setattr(training, "load_developed", lambda report, photos=changed: photos)
        again = training.Run(recipe, [teacher], lines.append, train=few)
        again.resume()
        assert bool(again.epochs) == begun
    assert "does not say that it learned from these photos: training starts again" in lines[-1]


@pytest.mark.parametrize("temperature", [0.5, 2.0])
def test_the_targets_are_the_teachers_probabilities_at_their_temperature(temperature):
    recipe = replace(RECIPES["linear"], distillation=1.0, teacher_temperature=temperature)
    teacher = training.architectures.linear()
    run = training.Run(recipe, [teacher], print)
    run.model.set_weights(teacher.get_weights())
    batch = tf.range(recipe.batch)
    zeros, decay = tf.constant([0, 0]), tf.constant(0.9)
    no_photos = map(tf.constant, training.NO_PHOTOS)
    loss, _ = run.step(batch, *no_photos, tf.constant(0), tf.constant(0.0), zeros, tf.constant(0.0), decay)
    logits = teacher(tf.cast(tf.gather(run.images, batch), tf.float32)).numpy().astype(np.float64)
    own = logits - np.logaddexp.reduce(logits, axis=1, keepdims=True)
    taught = logits / temperature - np.logaddexp.reduce(logits / temperature, axis=1, keepdims=True)
    assert float(loss) == pytest.approx(-(np.exp(taught) * own).sum(axis=1).mean(), rel=1e-3)


def test_what_a_finished_run_yields_is_used_by_those_that_build_on_it(tmp_path, monkeypatch):
    monkeypatch.setattr(stored, "KEPT", tmp_path)
    recipe = replace(RECIPES["linear"], seed=7)
    assert stored.kept(recipe) is None
    from fmnist_core.training import architectures

    model = architectures.linear()
    stored.keep(model, recipe)
    pixels = data.load_test().images[:8].astype(np.float32)[..., None]
    assert np.allclose(training.finished(recipe)(pixels), model(pixels), atol=1e-2)
    assert stored.kept(replace(recipe, seed=8)) is None


def test_a_network_that_ships_teaches_as_long_as_its_card_and_recipe_are_of_it(tmp_path):
    for kind in ("keras", "json"):
        shutil.copy(MODELS / f"tiny.{kind}", tmp_path)
    recipe = RECIPES["tiny"]
    assert stored.shipped(recipe, tmp_path) is not None
    assert stored.shipped(replace(recipe, seed=1), tmp_path) is None
    facts = json.loads((tmp_path / "tiny.json").read_text())
    facts["files"]["tiny.keras"] = "0" * 64
    (tmp_path / "tiny.json").write_text(json.dumps(facts))
    assert stored.shipped(recipe, tmp_path) is None
    (tmp_path / "tiny.json").write_text("{")
    assert stored.shipped(recipe, tmp_path) is None
    assert stored.shipped(RECIPES["resnet-teacher"]) is None


def test_a_teacher_is_kept_in_the_folder_that_was_asked_for(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("FMNIST_RUNS", str(tmp_path / "runs"))
    monkeypatch.setitem(RECIPES, "teacher", replace(RECIPES["linear"], name="teacher", epochs=1))
    before = sorted(stored.KEPT.iterdir())
    assert main(["train", "teacher", "--output", str(tmp_path)]) == 0
    assert sorted(stored.KEPT.iterdir()) == before
    assert (tmp_path / "teachers" / "teacher.npz").is_file()
    assert "kept in" in capsys.readouterr().out


def grown(network, seed):
    """Return a network with weights and batch statistics of its own."""
    model, rng = architectures.BUILDERS[network](), np.random.default_rng(seed)
    model.set_weights([np.abs(w + 0.1 * rng.normal(size=w.shape)) for w in model.get_weights()])
    return model


def test_an_ensemble_says_the_mean_of_its_members_and_is_taken_apart_again(heldout):
    networks = [RECIPES[name].network for name in RECIPES["wide"].members]
    members = [grown(network, seed) for seed, network in enumerate(networks)]
    ensemble, images = architectures.join(members), heldout.images[:50]
    said = [training.batched_logits(member, images) for member in members]
    assert len({logits.argmax() for logits in said}) > 1
    mean, scale = np.mean(said, axis=0), np.abs(said).max()
    np.testing.assert_allclose(training.batched_logits(ensemble, images) / scale, mean / scale, atol=1e-5)
    for k, (member, network) in enumerate(zip(members, networks, strict=True)):
        again = architectures.BUILDERS[network]()
        architectures.take_apart(ensemble, k, again)
        again.get_layer("logits").set_weights(member.get_layer("logits").get_weights())
        np.testing.assert_allclose(training.batched_logits(again, images) / scale, said[k] / scale, atol=1e-5)


def test_what_an_ensemble_holds_is_not_kept_twice(tmp_path, monkeypatch, heldout):
    ensemble, images = RECIPES["wide"], heldout.images[:200]
    members = [stored.network(RECIPES[name]) for name in ensemble.members]
    before = training.batched_logits(members[2], images)
    monkeypatch.setattr(stored, "KEPT", tmp_path / "kept")
    name = ensemble.members[2]
    whole = stored.keep(members[2], RECIPES[name]).stat().st_size
    other = stored.keep(grown("tiny", 1), RECIPES["tiny"]).stat().st_size
    stored.keep_once(ensemble, members)
    assert {path.stem for path in stored.KEPT.iterdir()} == {name, "tiny"}  # the others were not kept here
    assert (stored.KEPT / f"{name}.npz").stat().st_size < whole / 100
    assert (stored.KEPT / "tiny.npz").stat().st_size < 0.8 * other  # in 8 bits
    found = training.batched_logits(stored.network(RECIPES[name]), images)
    np.testing.assert_allclose(found, before, atol=1e-4)
    stored.keep_members(ensemble, members)
    assert (stored.KEPT / f"{name}.npz").stat().st_size == pytest.approx(whole, rel=0.01)
    stored.keep_once(ensemble, members)
    monkeypatch.setattr(stored, "MODELS", tmp_path)
    shutil.copy(MODELS / "wide.keras", tmp_path)
    assert stored.kept(RECIPES[name]) is not None
    shutil.copy(MODELS / "mlp.keras", tmp_path / "wide.keras")
    assert stored.kept(RECIPES[name]) is None  # another ensemble: its last layer is not put on that


def test_weights_in_8_bits_say_nearly_the_same(tmp_path, monkeypatch, heldout):
    monkeypatch.setattr(stored, "KEPT", tmp_path)
    recipe, images = RECIPES["resnet-student"], heldout.images[:500]
    model = tf.keras.models.load_model(MODELS / "resnet.keras", compile=False)
    before = training.batched_logits(model, images)
    sizes, said = [], []
    for small in (False, True):
        sizes.append(stored.keep(model, recipe, small=small).stat().st_size)
        said.append(training.batched_logits(stored.kept(recipe), images))
    assert sizes[1] < 0.6 * sizes[0]
    assert np.abs(said[0] - before).max() < 0.05
    assert np.abs(said[1] - before).max() < 1.5
    assert (said[1].argmax(axis=1) == before.argmax(axis=1)).mean() > 0.99
    again = stored.kept(recipe)
    stored.keep(again, recipe, small=True)
    np.testing.assert_allclose(training.batched_logits(stored.kept(recipe), images), said[1], atol=0.05)


def test_the_maps_of_an_ensemble_are_those_of_its_members_side_by_side():
    found = architectures.stages(architectures.ensemble())
    assert {name: maps.shape[1:] for name, maps in found.items()} == {
        "stage1": (28, 28, 64),
        "stage2": (14, 14, 128),
        "stage3": (7, 7, 352),
    }


def test_an_ensemble_has_no_epochs_to_choose(capsys):
    assert [main(["train", "wide", *given]) for given in (["--epochs", "3"], ["--seed", "1"], ["--fresh"])] == [2, 2, 2]
    assert "put together from finished networks" in capsys.readouterr().err


BUILT_ON = {other.name for recipe in RECIPES.values() for other in recipe.builds_on()}


@pytest.mark.parametrize("name", sorted(BUILT_ON))
def test_everything_that_others_build_on_is_stored(name, heldout):
    recipe = RECIPES[name]
    network = training.finished(recipe) if recipe.members else stored.network(recipe)  # of an ensemble its members are
    assert network is not None
    logits = training.batched_logits(network, heldout.images[:1000])
    assert (logits.argmax(axis=1) == heldout.labels[:1000]).mean() > 0.93


def test_the_rate_holds_and_then_falls():
    recipe = RECIPES["resnet-teacher"]
    rates = [step.learning_rate(recipe, p) for p in np.linspace(0, 1, 101)]
    assert rates[10] == rates[30] == recipe.peak_rate
    assert rates[-1] == pytest.approx(0)
    assert stored.cost(RECIPES["resnet"]) > stored.cost(RECIPES["cnn"]) > 0


def test_the_costs_in_the_networks_readme_are_those_of_recipes_and_cards():
    text = (MODELS / "README.md").read_text("utf-8").split("Core hours |")[1].split("\n## ")[0]
    lines = [
        [cell.strip(" `") for cell in line.split("|")[1:6]] for line in text.splitlines() if line.startswith("| `")
    ]
    in_order = [
        "mlp",
        "tiny",
        "cnn",
        "resnet-wide",
        "resnet-teacher",
        "resnet-student",
        "wide-teacher",
        "wide-labels",
        "wide",
        "resnet",
    ]
    assert [line[0] for line in lines] == in_order

    for name, _, own, with_teachers, hours in lines:
        assert float(own) == pytest.approx(stored.own_cost(RECIPES[name]) / 1e15, rel=0.05)
        if with_teachers:
            everything = stored.cost(RECIPES[name], missing=lambda other: True)
            assert float(with_teachers) == pytest.approx(everything / 1e15, rel=0.05)
        if hours:
            card = json.loads((MODELS / f"{name}.json").read_text("utf-8"))
            assert float(hours) == pytest.approx(card["seconds"] * card["hardware"]["cores"] / 3600, rel=0.05)


def test_the_cost_of_a_recipe_counts_all_that_is_missing_and_each_of_it_once():
    street = RECIPES["street"]
    names = ["street", "street-base", "resnet-student", "resnet-teacher", "resnet-wide", "wide-teacher"]
    everything = sum(stored.own_cost(RECIPES[name]) for name in names)
    assert stored.cost(street, missing=lambda other: True) == pytest.approx(everything)
    assert stored.cost(street, missing=lambda other: other.name == "street-base") == pytest.approx(
        stored.own_cost(street) + stored.own_cost(RECIPES["street-base"])
    )
    assert stored.cost(street) == stored.own_cost(street)  # all that it builds on ships, or is kept
