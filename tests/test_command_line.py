import json
import os
import subprocess
import sys

import numpy as np
import pytest
from scipy.special import softmax as scipy_softmax
from scipy.stats import binomtest
from sklearn.calibration import calibration_curve
from sklearn.metrics import log_loss

from fmnist_core import CLASS_NAMES, Classifier, load_card, load_test
from fmnist_core.__main__ import main
from fmnist_core.commands import gallery
from fmnist_core.networks.artifacts import load_stored_logits
from tests.drivers import ROOT


def run(*arguments):
    return subprocess.run(
        [sys.executable, "-m", "fmnist_core", *arguments], cwd=ROOT, capture_output=True, text=True, timeout=300
    )


def test_predict_json_is_all_that_standard_output_holds():
    done = run("predict", "42", "--model", "mlp", "--json")
    result = json.loads(done.stdout)
    assert done.returncode == 0
    assert list(result) == ["index", "model", "true_class", "predicted_class", "probabilities"]
    assert (result["index"], result["model"], result["true_class"]) == (42, "mlp", "Dress")
    assert tuple(result["probabilities"]) == CLASS_NAMES
    assert sum(result["probabilities"].values()) == pytest.approx(1)
    assert result["predicted_class"] == max(result["probabilities"], key=result["probabilities"].get)


def test_evaluate_json_equals_the_card():
    done = run("evaluate", "--model", "linear", "--json")
    result = json.loads(done.stdout)
    facts = load_card("linear").facts["test"]
    assert result["n"] == 10_000
    assert result["accuracy"] == pytest.approx(facts["accuracy"], abs=5e-4)
    assert sum(map(sum, result["confusion"])) == 10_000
    assert sum(result["confusion"][k][k] for k in range(10)) == round(result["accuracy"] * 10_000)
    assert [row["name"] for row in result["per_class"]] == list(CLASS_NAMES)
    assert result["seconds"] > 0


def test_evaluate_json_equals_independent_oracles():
    done = run("evaluate", "--model", "tiny", "--against", "mlp", "--json")
    result = json.loads(done.stdout)
    labels = load_test().labels
    first, second = load_card("tiny"), load_card("mlp")
    mine, theirs = load_stored_logits(first), load_stored_logits(second)
    probs, heldout = (scipy_softmax(x / first.temperature, axis=1) for x in (mine.test, mine.heldout))
    assert result["nll"] == pytest.approx(log_loss(labels, probs), abs=1e-4)
    assert result["brier"] == pytest.approx(((probs - np.eye(10)[labels]) ** 2).sum(axis=1).mean(), abs=1e-4)
    top, right = probs.max(axis=1), probs.argmax(axis=1) == labels
    share, confidence = calibration_curve(right, top, n_bins=15, strategy="uniform")
    counts = [n for n in np.histogram(top, np.linspace(0, 1, 16))[0] if n]
    assert result["ece"] == pytest.approx(np.average(np.abs(share - confidence), weights=counts), abs=1e-4)
    scores = 1 - heldout[np.arange(5000), mine.heldout_labels]
    assert {0.9, 0.95, 0.99} <= {row["level"] for row in result["prediction_sets"]}
    for row in result["prediction_sets"]:
        limit = np.quantile(scores, min(np.ceil(5001 * row["level"]) / 5000, 1), method="inverted_cdf")
        inside = 1 - probs <= limit
        assert row["coverage"] == pytest.approx(inside[np.arange(10_000), labels].mean(), abs=3e-4)
        assert row["mean_size"] == pytest.approx(inside.sum(axis=1).mean(), abs=3e-4)
    their_right = theirs.test.argmax(axis=1) == labels
    test = result["mcnemar"]
    assert list(test) == ["only_first", "only_second", "p_value"]
    assert test["only_first"] == int((right & ~their_right).sum())
    assert test["only_second"] == int((~right & their_right).sum())
    expected = binomtest(test["only_first"], test["only_first"] + test["only_second"]).pvalue
    assert test["p_value"] == pytest.approx(expected, rel=1e-6)


def test_explain_json_adds_up(tmp_path):
    plot = tmp_path / "why.png"
    done = run("explain", "42", "--target", "Shirt", "--model", "cnn", "--json", "--plot", str(plot))
    result = json.loads(done.stdout)
    assert result["target"] == "Shirt"
    assert sum(map(sum, result["map"])) + result["bias"] == pytest.approx(result["logit"], abs=1e-6)
    card = load_card("cnn")
    logit = Classifier(card.tflite).logits(load_test().images[42][None])[0, 6]
    assert result["logit"] == pytest.approx(logit, abs=1e-3)
    assert plot.read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    "arguments",
    [
        ("predict", "10000"),
        ("predict", "-1"),
        ("predict", "abc"),
        ("predict", "3.5"),
        ("predict", "1e400"),
        ("predict", "0", "--model", "vgg"),
        ("predict", "0", "--plot", "picture.abc"),
        ("predict",),
        ("evaluate", "--model", ""),
        ("evaluate", "--against", "vgg"),
        ("explain", "10000"),
        ("explain", "0", "--target", "Sock"),
        ("explain", "0", "--model", "mlp"),
        ("train", "vgg"),
        ("train", "linear", "--epochs", "0"),
        ("train", "linear", "--epochs", "1", "--ship"),
        ("train", "linear", "--seed", "1", "--ship"),
        ("train", "linear", "--ship", "--output", "elsewhere"),
        ("refresh", "vgg"),
        ("train", "linear", "--epochs", "1", "--output", "./models/../models"),
        ("gallery", "cnn"),
        ("map", "vgg"),
        ("stress", "vgg"),
        ("nothing",),
        (),
    ],
)
def test_wrong_arguments_get_one_sentence_and_exit_code_2(arguments, capsys):
    assert main(list(arguments)) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert len(captured.err.strip().splitlines()) == 1
    assert "Traceback" not in captured.err


@pytest.mark.parametrize("arguments", [["gallery"], ["gallery", "street", "--keep"]])
def test_a_gallery_that_cannot_be_renewed_for_all_is_left_alone(arguments, monkeypatch, capsys):
    def replaced(*given):
        raise AssertionError("a file was replaced")

    monkeypatch.delenv("FMNIST_PHOTOS_DIR", raising=False)
    monkeypatch.setattr(gallery.neighbours, "write_pictures", replaced)
    monkeypatch.setattr(gallery, "write_gallery_features", replaced)
    assert main(arguments) != 0
    said = capsys.readouterr().err
    assert "FMNIST_PHOTOS_DIR" in said or "street was left as it is" in said


def test_the_message_says_what_was_expected_and_what_came(capsys):
    main(["predict", "10000"])
    assert "0..9999, received '10000'" in capsys.readouterr().err


def test_plot_is_written(tmp_path, capsys):
    for ending in ("png", "svg", "pdf"):
        path = tmp_path / f"figure.{ending}"
        assert main(["predict", "0", "--model", "linear", "--plot", str(path)]) == 0
        assert path.stat().st_size > 2000
    assert main(["predict", "0", "--plot", str(tmp_path / "no" / "where.png")]) == 2
    assert "cannot be written" in capsys.readouterr().err


def test_models_lists_every_network(capsys):
    assert main(["models", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert {"linear", "mlp", "cnn"} <= {row["name"] for row in rows}
    assert all(row["problem"] is None for row in rows)


def test_train_without_tensorflow_says_what_is_missing(monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "tensorflow", None)
    assert main(["train", "linear"]) == 1
    assert "needs TensorFlow" in capsys.readouterr().err


def test_photo_json_gives_one_object_a_line_in_order_and_goes_on_after_a_bad_file(tmp_path):
    from fmnist_core.photos import samples

    boot, bag, text = tmp_path / "boot.jpg", tmp_path / "bag", tmp_path / "text.png"
    boot.write_bytes(samples.jpeg("Boot"))
    bag.write_bytes(samples.jpeg("Bag"))
    text.write_text("no picture")
    done = run("photo", str(boot), str(text), str(tmp_path / "none.png"), str(tmp_path), str(bag), "--json")
    assert done.returncode == 1
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert [r["file"] for r in rows] == [str(p) for p in (boot, text, tmp_path / "none.png", tmp_path, bag)]
    assert (rows[0]["predicted_class"], rows[4]["predicted_class"]) == ("Ankle boot", "Bag")
    for row in (rows[0], rows[4]):
        assert sum(row["probabilities"].values()) == pytest.approx(1)
        assert row["in_distribution"] is True
        assert row["score"] > 0
    for row in rows[1:4]:
        assert set(row) == {"file", "error"}
        assert "expected" in row["error"]


def test_photo_without_bad_files_succeeds_and_speaks_of_what_is_no_garment(tmp_path, capsys):
    from fmnist_core.photos import samples

    mug = tmp_path / "mug.jpg"
    mug.write_bytes(samples.jpeg("Not a garment"))
    assert main(["photo", str(mug)]) == 0
    assert "unlike the training pictures" in capsys.readouterr().out


def test_a_closed_standard_output_is_no_fault():
    command = f"'{sys.executable}' -m fmnist_core predict 42 >&-"
    done = subprocess.run(command, shell=True, cwd=ROOT, stderr=subprocess.PIPE, text=True, timeout=120)
    assert done.returncode == 0
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("module", ["numpy", "ai_edge_litert", "argparse"])
def test_ctrl_c_while_importing_is_one_word(module, tmp_path):
    (tmp_path / f"{module}.py").write_text("raise KeyboardInterrupt", "utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "fmnist_core", "predict", "42"],
        env=os.environ | {"PYTHONPATH": str(tmp_path)},
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert done.stderr == "interrupted\n"
    assert done.returncode not in (0, 1, 2)


def test_a_number_of_5000_digits_is_not_printed_whole():
    done = run("train", "linear", "--epochs", "9" * 5000, "--output", "nowhere")
    assert done.returncode == 2
    assert len(done.stderr) < 500


def test_a_folder_without_networks_is_named(tmp_path):
    environment = os.environ | {"FMNIST_MODELS_DIR": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-m", "fmnist_core", "predict", "1"], env=environment, capture_output=True, text=True
    )
    assert done.returncode == 2
    assert f"a folder of networks was expected, received {tmp_path}, which holds none" in done.stderr


@pytest.mark.parametrize("steps", ["0", "-5", "x", "1e9"])
def test_a_segmenter_takes_steps(steps, capsys):
    assert main(["segmenter", "--steps", steps]) == 2
    assert f"must be a whole number 1..100000, received '{steps}'" in capsys.readouterr().err
