"""A photo seen in several views: which they are, and what their mean is."""

import io

import numpy as np
from PIL import Image

from fmnist_core import Network, load_test, predict, softmax
from fmnist_core.photos.decoding import decode
from fmnist_core.photos.looks import COUNT, looks, mean_logits
from fmnist_core.photos.pipeline import develop
from fmnist_core.photos.prediction import predict_development
from fmnist_core.photos.samples import SAMPLES, jpeg


def test_the_picture_itself_comes_first_and_each_view_has_its_mirror_image():
    image = load_test().images[3]
    views = looks(image)
    assert views.shape == (COUNT, 28, 28)
    assert views.dtype == np.uint8
    np.testing.assert_array_equal(views[0], image)
    np.testing.assert_array_equal(views[COUNT // 2 :], views[: COUNT // 2, :, ::-1])
    assert len({view.tobytes() for view in views}) == COUNT


def test_the_mean_is_that_of_the_probabilities_the_picture_as_it_is_twice_and_no_size_of_logits_breaks_it():
    rng = np.random.default_rng(0)
    for size in (1, 30, 3000):
        logits = rng.normal(0, size, (6, 10)).astype(np.float32)
        found = softmax(mean_logits(logits, 1.3)[None], 1.3)[0]
        np.testing.assert_allclose(found, softmax(logits[[0, 0, 1, 2, 3, 3, 4, 5]], 1.3).mean(axis=0), atol=1e-6)


def test_a_photo_is_looked_at_in_several_views_and_a_picture_of_the_data_set_as_it_is():
    network = Network("street")
    name = next(iter(SAMPLES))
    _, prediction = predict_development(network, develop(decode(jpeg(name))), name)
    assert prediction.views == COUNT
    image = load_test().images[7]
    buffer = io.BytesIO()
    Image.fromarray(image).save(buffer, "PNG")
    _, same = predict_development(network, develop(decode(buffer.getvalue())))
    assert same.views == 1
    np.testing.assert_array_equal(same.logits, predict(network, image).logits)
