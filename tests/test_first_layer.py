"""The first layer as it is shown is the one that LiteRT runs."""

import numpy as np
import pytest
from ai_edge_litert.interpreter import Interpreter

from fmnist_core import ModelError, Network, load_test
from fmnist_core.networks import first_layer
from fmnist_core.networks.cards import network_names
from fmnist_core.training.recipes import RECIPES


def in_the_runtime(path, image, shape):
    """Return what LiteRT computes right after the normalisation, every intermediate result being kept."""
    interpreter = Interpreter(model_path=str(path), experimental_preserve_all_tensors=True)
    interpreter.allocate_tensors()
    interpreter.set_tensor(interpreter.get_input_details()[0]["index"], image[None, ..., None].astype(np.float32))
    interpreter.invoke()
    first = next(o for o in interpreter._get_ops_details() if o["op_name"] in ("CONV_2D", "FULLY_CONNECTED"))
    return interpreter.get_tensor(first["outputs"][0]).reshape(shape)


@pytest.mark.filterwarnings("ignore:.*experimental_preserve_all_tensors")
@pytest.mark.parametrize("name", network_names())
def test_outputs_are_those_of_the_runtime(name):
    network, image = Network(name), load_test().images[4093]
    layer = network.first_layer
    found = layer.outputs(image)
    np.testing.assert_allclose(found, in_the_runtime(network.card.tflite, image, found.shape), atol=1e-4)
    if layer.rectified:
        assert found.min() == 0


def test_outputs_are_the_stage_where_the_network_gives_it():
    image = load_test().images[7]
    for name, shown in (("tiny", "stage1"), ("mlp", "stage1"), ("linear", "logits")):
        network = Network(name)
        np.testing.assert_allclose(
            network.first_layer.outputs(image), network.classifier.outputs(image)[shown], atol=1e-4
        )


def test_batch_normalisation_only_scales_the_trained_weights():
    for name in ("tiny", "cnn", "resnet", "wide"):
        network = Network(name)
        count = network.first_layer.kernel.shape[-1]  # of an ensemble, those of its first member
        trained = network.explanation_weights.filters[:, :, 0, :count]
        atol = 1e-3 if RECIPES[name].half else 1e-5  # what is folded into the kernels is rounded with them
        np.testing.assert_allclose(network.first_layer.kernel, trained * network.first_layer.gains(trained), atol=atol)


def test_a_window_over_the_edge_sees_zeros_there():
    layer, image = Network("tiny").first_layer, np.full((28, 28), 200, np.uint8)
    corner = layer.windows(image)[0, 0]
    assert (corner[0] == 0).all()
    assert (corner[:, 0] == 0).all()
    np.testing.assert_allclose(corner[1:, 1:], 200 * layer.scale + layer.offset, rtol=1e-6)


def test_a_stride_leaves_out_places_as_keras_does():
    layer = Network("tiny").first_layer
    wide = first_layer.FirstLayer(layer.kernel, layer.bias, layer.scale, layer.offset, True, 2, True)
    image = load_test().images[0]
    assert wide.size == (14, 14)
    assert wide.margin == (0, 0)  # TensorFlow pads below and to the right first
    np.testing.assert_array_equal(wide.windows(image)[1, 2], wide.normalised(image)[2:5, 4:7])


def test_a_file_that_is_no_network_says_so(tmp_path):
    path = tmp_path / "broken.tflite"
    path.write_bytes(b"not a network at all")
    with pytest.raises(ModelError, match=r"broken\.tflite"):
        first_layer.read_first_layer(path)
