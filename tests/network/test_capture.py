"""Looking inside leaves no trace."""

import pytest
import torch

from cnnstudio.core.errors import GraphError
from cnnstudio.network.capture import capture
from cnnstudio.network.compile import Network, compile_network
from cnnstudio.network.validate import validate
from cnnstudio.network.zoo import architectures


def hook_count(network: Network) -> int:
    return sum(len(module._forward_hooks) + len(module._backward_hooks) for module in network.modules())


@pytest.fixture
def network() -> Network:
    return compile_network(architectures["resnet20"].build(), seed=0).eval()


def test_every_node_is_captured_with_its_declared_shape(network: Network) -> None:
    shapes = validate(network.graph).shapes
    with capture(network, network.node_ids) as outputs:
        network(torch.randn(2, 3, 32, 32))
    assert {node_id: tuple(out.shape[1:]) for node_id, out in outputs.items()} == dict(shapes)
    assert not any(out.requires_grad for out in outputs.values())


def test_captured_values_are_those_of_the_forward_pass(network: Network) -> None:
    x = torch.randn(1, 3, 32, 32)
    with capture(network, ["conv1", "output", "input"]) as outputs:
        logits = network(x)
    assert torch.equal(outputs["output"], logits)
    assert torch.equal(outputs["input"], x)
    weight = network.state_dict()["conv1.weight"]
    assert torch.equal(outputs["conv1"], torch.nn.functional.conv2d(x, weight, padding=1))


def test_with_grad_the_logit_can_be_differentiated(network: Network) -> None:
    with capture(network, ["stage3.block3.relu2"], with_grad=True) as outputs:
        logits = network(torch.randn(1, 3, 32, 32))
    (gradient,) = torch.autograd.grad(logits[0, 3], outputs["stage3.block3.relu2"])
    # Behind it come only a mean over 8×8 and a linear layer: the gradient is the class's weight / 64 everywhere.
    weight = network.state_dict()["fc.weight"][3]
    torch.testing.assert_close(gradient[0], (weight / 64)[:, None, None].expand(64, 8, 8))


def test_no_hook_remains_even_after_an_error(network: Network) -> None:
    before = hook_count(network)
    with capture(network, ["conv1"]):
        assert hook_count(network) == before + 1
    with pytest.raises(RuntimeError), capture(network, ["conv1", "fc"]):
        network(torch.randn(1, 5, 32, 32))
    assert hook_count(network) == before


def test_unknown_node_is_refused_and_leaves_no_hook(network: Network) -> None:
    with pytest.raises(GraphError, match="no layer 'nowhere'"), capture(network, ["conv1", "nowhere"]):
        pass
    assert hook_count(network) == 0
