import numpy as np
import pytest

from cnnstudio.core.errors import ShapeError
from cnnstudio.explain.filters import colour_tiles, filter_nodes, is_colour, kernels


def test_convolutions_are_named_in_order(network):
    assert filter_nodes(network.graph) == ("conv1", "conv2")


def test_kernels_are_a_copy_of_the_weights(network):
    found = kernels(network, "conv2")

    assert found.shape == (4, 5, 3, 3)
    assert (found == network.state_dict()["conv2.weight"].numpy()).all()
    found[:] = 0
    assert network.state_dict()["conv2.weight"].abs().sum() > 0


def test_a_layer_without_kernels_is_refused_with_those_that_have(network):
    for node in ("fc", "relu1"):
        with pytest.raises(ShapeError, match=f"'{node}' has no filters") as error:
            kernels(network, node)
        assert "conv1, conv2" in error.value.hint


def test_only_a_first_layer_over_three_channels_is_colour(network, chain):
    grey = chain("grey", "conv1", "relu1", "flatten", "fc", "output")

    assert is_colour(network.graph, "conv1")
    assert not is_colour(network.graph, "conv2")
    assert not is_colour(grey, "conv1")


def test_zero_is_middle_grey_and_the_largest_weight_full():
    tiles = colour_tiles(np.array([[[[0.0, 2.0]], [[0.0, -2.0]], [[0.0, 1.0]]]], np.float32))

    assert tiles.shape == (1, 1, 2, 3)
    assert tiles[0, 0, 0].tolist() == [128, 128, 128]
    assert tiles[0, 0, 1].tolist() == [255, 0, 191]


def test_each_filter_may_be_stretched_alone_or_all_together():
    pair = np.zeros((2, 3, 1, 1), np.float32)
    pair[0, 0], pair[1, 0] = 4.0, 1.0

    assert colour_tiles(pair, "each")[:, 0, 0, 0].tolist() == [255, 255]
    assert colour_tiles(pair, "common")[:, 0, 0, 0].tolist() == [255, 159]


def test_a_dead_filter_is_grey_and_no_division_by_zero():
    assert (colour_tiles(np.zeros((1, 3, 2, 2), np.float32)) == 128).all()
