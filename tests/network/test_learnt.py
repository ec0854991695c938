"""Which layers learn, and the shape of their weights, against the modules that are built."""

import pytest
import torch
from torch import nn

from cnnstudio.network.compile import compile_network
from cnnstudio.network.fit import fit_architecture
from cnnstudio.network.learnt import learnt_layers
from cnnstudio.network.spec import layers


@pytest.mark.parametrize("name", ["lenet5", "alexnet", "resnet20", "gap-cnn"])
def test_learnt_layers_are_those_with_parameters_and_their_weights_shapes(name: str) -> None:
    graph = fit_architecture(name, None, None)
    with torch.device("meta"):
        network = compile_network(graph, seed=None)
    weights = (nn.Conv2d, nn.Linear)
    expected = {
        node: tuple(module.weight.shape) if isinstance(module, weights) else None
        for node, module in network.named_modules()
        if list(module.parameters(recurse=False))
    }
    assert learnt_layers(graph) == expected


@pytest.mark.parametrize("kind", layers.kinds())
def test_only_convolutions_and_linear_layers_begin_by_chance(kind: str) -> None:
    layer = layers[kind].model_validate({})
    is_drawn = layer.weight_shape([(8, 5, 5)]) is not None
    assert is_drawn is (kind in ("conv2d", "conv_transpose2d", "linear"))


def test_shape_of_a_transposed_convolutions_weights_is_pytorchs() -> None:
    layer = layers["conv_transpose2d"].model_validate({"filters": 7, "kernel": 3})
    module = layer.build([(5, 8, 8)])
    assert isinstance(module, nn.ConvTranspose2d)
    assert layer.weight_shape([(5, 8, 8)]) == tuple(module.weight.shape)
