"""A network is put together from text: what can be, and what is said of what cannot."""

import subprocess
import sys
import time
from dataclasses import replace

import pytest

from fmnist_core import data
from fmnist_core.composing.composition import CHOICES, SCHEDULES, Composition, parse, parse_layers
from fmnist_core.composing.layers import KINDS, CompositionError, Layer
from fmnist_core.composing.limits import Limits
from fmnist_core.composing.presets import PRESETS
from fmnist_core.composing.script import MAX_LINES, script
from tests.drivers import ROOT


def test_shapes_parameters_and_arithmetic_of_a_network_counted_by_hand():
    rows = parse({"net": "c16-p-d10"}).rows
    assert [row.title for row in rows] == ["Pixels", "Convolution", "Pooling", "Flatten", "Dense", "Logits"]
    assert [row.shape for row in rows] == [(28, 28, 1), (28, 28, 16), (14, 14, 16), (3136,), (10,), (10,)]
    assert [row.parameters for row in rows] == [0, 9 * 16 + 16, 0, 0, 3137 * 10, 11 * 10]
    assert [row.flops for row in rows] == [0, 2 * 784 * 9 * 16, 0, 0, 2 * 3136 * 10, 2 * 10 * 10]


def test_nothing_between_pixels_and_logits_is_softmax_regression():
    assert parse({}).parameters == 7850
    assert parse({"net": "d128"}).parameters == 101_770


@pytest.mark.parametrize("preset", PRESETS.values(), ids=PRESETS)
def test_every_preset_survives_its_own_address(preset):
    address = preset.composition.to_address()
    assert parse(address) == preset.composition
    assert all(isinstance(text, str) for text in address.values())


def test_every_setting_survives_the_address():
    for name, choices in CHOICES.items():
        for text in choices:
            chosen = parse({"net": "d8-o50-n", "batch": "16", "epochs": "3"} | {name: text})
            assert getattr(chosen, name) == text
            assert parse(chosen.to_address()) == chosen


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ({"net": "-".join(["d1"] * 1000)}, "At most 12 layers can be stacked here, received 1,000"),
        ({"net": "d1" * 100_000}, "At most 12 layers"),
        ({"net": "d1000000000"}, "Dense: 1 to 1,024 units, received 1,000,000,000"),
        ({"net": "d99999999999999999999"}, "Each layer must be one of"),
        ({"net": "d0"}, "Dense: 1 to 1,024 units, received 0"),
        ({"net": "d-1"}, "Each layer must be one of"),
        ({"net": "dnan"}, "Each layer must be one of"),
        ({"net": "d٣"}, "Each layer must be one of"),
        ({"net": "<script>"}, "Each layer must be one of"),
        ({"net": "p2"}, "Pooling takes no number"),
        ({"net": "o95"}, "Dropout: 1 to 90 percent, received 95"),
        ({"net": "p-p-p-p-p"}, r"Pooling \(layer 5\) would leave nothing: only 1 by 1"),
        ({"net": "d8-c8"}, r"Convolution \(layer 2\) needs feature maps"),
        ({"net": "g-g"}, r"Global average pooling \(layer 2\) needs feature maps"),
        ({"net": "c1024-c1024"}, "This network has 17,[0-9,]* parameters, at most 2,000,000"),
        ({"rate": "nan"}, "The rate must be one of .*, received 'nan'"),
        ({"rate": "inf"}, "received 'inf'"),
        ({"batch": "1e9"}, "The batch must be one of"),
        ({"optimiser": "x" * 10_000}, "The optimiser must be one of"),
        ({"epochs": "0"}, "The epochs must be a whole number 1..60, received '0'"),
        ({"epochs": "61"}, "1..60"),
        ({"epochs": "nan"}, "1..60"),
        ({"epochs": "9" * 5000}, "1..60"),
        ({"epochs": "-3"}, "1..60"),
        ({"epochs": "٣"}, "1..60"),
        ({"pictures": "100", "batch": "256"}, "A batch of 256 pictures cannot be taken from 100"),
    ],
    ids=lambda value: str(value)[:32],
)
def test_what_cannot_be_is_said_in_a_sentence(address, words):
    start = time.thread_time()  # of the processor, which other work does not take from it
    with pytest.raises(CompositionError, match=words) as raised:
        parse(address)
    assert len(str(raised.value)) < 400
    assert str(raised.value).endswith(".")
    assert time.thread_time() - start < 1


def test_limits_are_those_of_the_configuration(monkeypatch):
    monkeypatch.setenv("FMNIST_TRAIN_PARAMETERS", "10000")
    monkeypatch.setenv("FMNIST_TRAIN_LAYERS", "2")
    limits = Limits.configured()
    with pytest.raises(CompositionError, match="at most 10,000 can be trained"):
        parse({"net": "d128"}, limits)
    with pytest.raises(CompositionError, match="At most 2 layers"):
        parse({"net": "n-n-n"}, limits)


def test_much_for_little_data_is_allowed_and_warned_of():
    assert "by heart" in parse({"net": "d512-d256", "pictures": "100"}).warnings()[0]
    assert "high for Adam" in parse({"rate": "0.1"}).warnings()[0]
    assert "without end" in parse({"rate": "3", "optimiser": "SGD"}).warnings()[0]
    assert PRESETS["convolutional"].composition.warnings() == []


def test_layers_are_read_as_people_write_them():
    expected = (Layer("c", 16), Layer("p"), Layer("d", 64))
    for text in ("c16-p-d64", "C16 P D64", " c16, p,  d64 ", "c16-p-d"):
        assert parse_layers(text) == expected
    assert Composition(expected).net == "c16-p-d64"
    assert set(KINDS) == set("cpdnorg")


@pytest.mark.parametrize("schedule", SCHEDULES)
@pytest.mark.parametrize("preset", PRESETS.values(), ids=PRESETS)
def test_the_script_of_a_run_is_short_python(preset, schedule):
    text = script(replace(preset.composition, schedule=schedule, wrong="20", augmentation="Mirror, shift and erase"))
    compile(text, "script.py", "exec")
    if schedule != "Constant":
        (line,) = [line for line in text.splitlines() if line.startswith("steps = ")]
        numbers = {"EPOCHS": 3, "PICTURES": 300, "BATCH": 256}
        exec(line, numbers)
        assert numbers["steps"] == 3 * 2  # as many as Keras takes: the last one of an epoch may be smaller
    assert len(text.splitlines()) <= MAX_LINES
    assert max(map(len, text.splitlines())) <= 120


def test_the_longest_script_is_short_enough():
    longest = parse({"net": "-".join(["r"] * 11 + ["d8"]), "schedule": "Warm-up", "wrong": "80"})
    longest = replace(longest, augmentation="Mirror, shift and erase")
    assert len(script(longest).splitlines()) <= MAX_LINES


def test_composing_loads_no_tensorflow():
    code = (
        "import sys; from fmnist_core.composing import presets, script; from fmnist_core.runs import line, pictures; "
        "print(*(m for m in ('tensorflow', 'keras') if m in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


def test_has_training_split_reads_and_downloads_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr(data, "DEBIAN", tmp_path)
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    monkeypatch.setenv("FMNIST_DATA_DIR", str(tmp_path / "chosen"))
    assert not data.has_training_split()
    (tmp_path / "chosen").mkdir()
    for name in ("train-images-idx3-ubyte", "train-labels-idx1-ubyte.gz"):
        (tmp_path / "chosen" / name).touch()
    assert data.has_training_split()
