import pytest
import torch
from torch.nn import functional

from cnnstudio.explain.activations import activations


def test_outputs_are_those_of_torch_for_each_layer_asked_for(network, picture):
    weights = network.state_dict()
    conv1 = functional.conv2d(picture, weights["conv1.weight"], weights["conv1.bias"], padding=1)
    pool1 = functional.max_pool2d(functional.relu(conv1), 2)

    found = activations(network, picture, ["pool1", "conv1"])

    assert list(found) == ["pool1", "conv1"]
    assert found["conv1"] == pytest.approx(conv1[0].numpy(), abs=1e-6)
    assert found["pool1"] == pytest.approx(pool1[0].numpy(), abs=1e-6)


def test_left_out_all_layers_come_and_the_last_are_the_logits(network, picture):
    found = activations(network, picture)

    assert list(found) == list(network.graph.order())
    with torch.no_grad():
        assert found["fc"] == pytest.approx(network(picture)[0].numpy(), abs=1e-6)
    assert found["flatten"].shape == (80,)


def test_no_hook_remains_even_after_an_error(network, picture):
    with pytest.raises(RuntimeError):
        activations(network, picture[:, :2], ["conv1"])

    assert all(not module._forward_hooks for module in network.modules())


def test_a_network_in_training_mode_stays_there_and_is_judged_in_evaluation_mode(network, picture):
    network.train()

    activations(network, picture, ["relu2"])

    assert all(module.training for module in network.modules())
