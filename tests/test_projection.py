import shutil

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.path import Path as Outline
from sklearn.neighbors import KNeighborsClassifier

from fmnist_core import Classifier, ModelError, load_card, load_test, network_names
from fmnist_core.explanation.projection import densest, encode, parse_region, project, within
from fmnist_core.networks import cards
from fmnist_core.networks.artifacts import load_projection, write_projection


@pytest.mark.parametrize("name", network_names())
def test_every_network_has_a_map_on_which_neighbours_are_of_one_class(name):
    places, labels = load_projection(load_card(name)).positions, load_test().labels
    assert places.shape == (10_000, 2)
    assert places.min() >= 0
    assert places.max() <= 1
    votes = KNeighborsClassifier(10).fit(places[::2], labels[::2]).score(places[1::2], labels[1::2])
    assert votes > 0.7  # one in ten by chance


@pytest.fixture
def folder(tmp_path):
    for path in cards.MODELS.iterdir():
        if path.is_file():
            shutil.copy(path, tmp_path)
    return tmp_path


def test_another_networks_map_is_not_used(folder):
    shutil.copy(folder / "cnn.map.npz", folder / "mlp.map.npz")
    with pytest.raises(ModelError, match="another network"):
        load_projection(load_card("mlp", folder))


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 nonsense", b"x" * 1000])
def test_a_damaged_map_is_said(folder, content):
    (folder / "mlp.map.npz").write_bytes(content)
    with pytest.raises(ModelError, match=r"mlp\.map\.npz"):
        load_projection(load_card("mlp", folder))


def test_a_missing_map_is_said(folder):
    (folder / "mlp.map.npz").unlink()
    with pytest.raises(ModelError, match="missing"):
        load_projection(load_card("mlp", folder))


def test_a_map_of_too_few_pictures_is_not_used(folder):
    write_projection(load_card("mlp", folder), np.random.default_rng(0).random((50, 2)))
    with pytest.raises(ModelError, match="no map of 10000"):
        load_projection(load_card("mlp", folder))


def test_projecting_gives_the_same_map_again():
    classifier, images = Classifier(load_card("linear").tflite), load_test().images[:200]
    first, second = project(classifier, images), project(classifier, images)
    assert first.shape == (200, 2)
    assert np.array_equal(first, second)


def test_encoding_keeps_the_shape_of_the_cloud():
    places = np.array([[0.0, 0.0], [10.0, 0.0], [10.0, 5.0]])
    codes = encode(places).astype(float)
    assert codes[:, 0].tolist() == [0, 65535, 65535]
    assert codes[2, 1] - codes[0, 1] == pytest.approx(65535 / 2, abs=1)
    for bad in (np.zeros((3, 3)), np.zeros((0, 2)), np.full((2, 2), np.nan)):
        with pytest.raises(ValueError, match="expected finite places"):
            encode(bad)


def test_a_class_in_two_clusters_is_named_on_the_thicker_one():
    rng = np.random.default_rng(0)
    thick, thin = 0.2 + 0.01 * rng.standard_normal((300, 2)), 0.8 + 0.01 * rng.standard_normal((100, 2))
    places = np.concatenate([thick, thin, rng.random((900, 2))])
    labels = np.concatenate([np.zeros(400, int), np.repeat(np.arange(1, 10), 100)])
    assert np.abs(densest(places, labels)[0] - 0.2).max() < 0.02


BAD_REGIONS = [
    "",
    "abc",
    "0.1",
    "0.1,0.2,0.3",
    "0,0,2,2",
    "-0.1,0,1,1",
    "nan,0,1,1",
    "1e-1,0,1,1",
    "0,0,,1",
    "1.2.3,0,1,1",
]
BAD_REGIONS += [",".join(["0.5"] * 130), "0," * 5000, "0,0,٣,1", "inf,inf,inf,inf"]


@pytest.mark.parametrize("text", BAD_REGIONS, ids=lambda text: text[:15] or "nothing")
def test_a_bad_region_is_refused_in_one_sentence(text):
    with pytest.raises(ValueError, match="region must be 2 to 64 corners") as problem:
        parse_region(text)
    assert len(str(problem.value)) < 200


def test_a_region_is_read():
    assert parse_region("0,0.25,1,.5").tolist() == [[0, 0.25], [1, 0.5]]


@given(st.lists(st.tuples(st.integers(0, 1000), st.integers(0, 1000)), min_size=2, max_size=2))
def test_a_box_is_the_polygon_of_its_corners(corners):
    (ax, ay), (bx, by) = (np.array(corner) / 1000 for corner in corners)
    places = np.random.default_rng(0).random((500, 2))
    box = within(places, np.array([[ax, ay], [bx, by]]))
    assert np.array_equal(box, within(places, np.array([[ax, ay], [bx, ay], [bx, by], [ax, by]])))


@given(st.integers(0, 1000))
def test_a_convex_polygon_holds_what_matplotlib_says(seed):
    rng = np.random.default_rng(seed)
    angles = np.sort(rng.random(rng.integers(3, 20)) * 2 * np.pi)
    corners = 0.5 + 0.45 * np.stack([np.cos(angles), np.sin(angles)], axis=1)
    places = rng.random((300, 2))
    assert np.array_equal(within(places, corners), Outline(corners).contains_points(places))
