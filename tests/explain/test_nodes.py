import pytest

from cnnstudio.core.errors import ShapeError
from cnnstudio.explain.nodes import WHY_DEFAULT, default_node, spatial_nodes
from cnnstudio.network.compile import compile_network
from cnnstudio.network.zoo import fit_architecture


def test_spatial_nodes_stand_in_order_with_their_shapes(network):
    assert spatial_nodes(network.graph) == {
        "input": (3, 8, 10),
        "conv1": (5, 8, 10),
        "relu1": (5, 8, 10),
        "pool1": (5, 4, 5),
        "conv2": (4, 4, 5),
        "relu2": (4, 4, 5),
    }


def test_default_is_the_last_map_before_the_flatten(network):
    assert default_node(network.graph) == "relu2"


def test_default_skips_a_pooling_behind_the_last_convolution():
    graph = fit_architecture("lenet5", (1, 32, 32), 10)
    node = graph.node(default_node(graph))

    assert node.layer.category != "pool"
    assert spatial_nodes(graph)[node.id] == (16, 10, 10)


def test_the_reason_is_one_sentence():
    assert WHY_DEFAULT.count(".") == 1


def test_a_network_without_convolution_is_refused(chain):
    graph = chain("input", "flatten", "fc", "output")

    with pytest.raises(ShapeError, match="no convolution"):
        default_node(graph)


def test_a_head_of_one_pixel_is_no_map(chain):
    # The LeNet paper writes its 120 units as a 5×5 convolution over 5×5: one pixel knows no place.
    graph = chain("input", "conv1", "relu1", "pool1", "conv2", "relu2", "squash", "flatten", "fc", "output")

    assert spatial_nodes(graph)["squash"] == (6, 1, 1)
    assert default_node(graph) == "relu2"
    assert compile_network(graph, seed=0) is not None
