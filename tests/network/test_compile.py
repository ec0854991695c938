"""The compiled network: its names, its weights, its independence."""

import copy

import pytest
import torch
from torch import nn

from cnnstudio.core.errors import GraphError
from cnnstudio.network.compile import compile_network
from cnnstudio.network.graph import NetworkGraph
from cnnstudio.network.names import RESERVED
from cnnstudio.network.zoo import architectures


@pytest.fixture
def resnet() -> NetworkGraph:
    return architectures["resnet20"].build()


def test_state_dict_speaks_node_ids(resnet: NetworkGraph) -> None:
    keys = set(compile_network(resnet).state_dict())
    assert {"conv1.weight", "stage2.block1.conv1.weight", "stage3.block3.bn2.running_var", "fc.bias"} <= keys
    assert all(resnet.has_node(key.rpartition(".")[0]) for key in keys)


def test_lenet_computes_what_plain_torch_does() -> None:
    network = compile_network(architectures["lenet5"].build(), seed=3)
    plain = nn.Sequential(
        nn.Conv2d(1, 6, 5),
        nn.Tanh(),
        nn.AvgPool2d(2),
        nn.Conv2d(6, 16, 5),
        nn.Tanh(),
        nn.AvgPool2d(2),
        nn.Flatten(),
        nn.Linear(400, 120),
        nn.Tanh(),
        nn.Linear(120, 84),
        nn.Tanh(),
        nn.Linear(84, 10),
    )
    plain.load_state_dict(dict(zip(plain.state_dict(), network.state_dict().values(), strict=True)))
    x = torch.randn(4, 1, 32, 32)
    assert torch.equal(network(x), plain(x))


def test_same_seed_same_weights_and_the_global_generator_is_untouched(resnet: NetworkGraph) -> None:
    torch.manual_seed(7)
    expected = torch.rand(1)
    torch.manual_seed(7)
    one = compile_network(resnet, seed=1).state_dict()
    assert torch.equal(torch.rand(1), expected)
    two, other = compile_network(resnet, seed=1).state_dict(), compile_network(resnet, seed=2).state_dict()
    assert all(torch.equal(one[key], two[key]) for key in one)
    assert not torch.equal(one["conv1.weight"], other["conv1.weight"])


def test_no_module_or_parameter_is_shared(resnet: NetworkGraph) -> None:
    one, two = compile_network(resnet), compile_network(resnet)
    modules = [module for module in one.modules() if not list(module.children())]
    assert len({id(module) for module in modules}) == len(resnet.nodes)
    assert not {id(p) for p in one.parameters()} & {id(p) for p in two.parameters()}


def test_a_deep_copy_is_independent(resnet: NetworkGraph) -> None:
    network = compile_network(resnet, seed=0).eval()
    twin = copy.deepcopy(network)
    x = torch.randn(1, 3, 32, 32)
    before = network(x)
    with torch.no_grad():
        for parameter in twin.parameters():
            parameter.zero_()
    assert torch.equal(network(x), before)
    assert not torch.equal(twin(x), before)


def test_channels_last_gives_the_same_logits(resnet: NetworkGraph) -> None:
    network = compile_network(resnet, seed=0).eval()
    x = torch.randn(2, 3, 32, 32)
    expected = network(x)
    network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    torch.testing.assert_close(network(x.to(memory_format=torch.channels_last)), expected)


def test_gradients_reach_every_parameter(resnet: NetworkGraph) -> None:
    network = compile_network(resnet, seed=0)
    network(torch.randn(4, 3, 32, 32)).square().sum().backward()
    assert all(p.grad is not None and p.grad.abs().sum() > 0 for p in network.parameters())


def test_a_broken_graph_is_not_built(resnet: NetworkGraph) -> None:
    with pytest.raises(GraphError, match="has no output"):
        compile_network(resnet.remove(["output"]))


def test_reserved_names_cover_every_attribute_of_a_module() -> None:
    public = {name for name in dir(nn.Module()) if not name.startswith("_")}
    assert public <= RESERVED


def test_training_works_through_a_loaded_state_dict(resnet: NetworkGraph) -> None:
    source, target = compile_network(resnet, seed=0).eval(), compile_network(resnet, seed=1).eval()
    target.load_state_dict(source.state_dict(), assign=True)
    x = torch.randn(1, 3, 32, 32)
    assert torch.equal(source(x), target(x))
