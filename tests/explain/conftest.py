import itertools

import pytest
import torch

from cnnstudio.network.compile import compile_network
from cnnstudio.network.graph import Edge, NetworkGraph, Node
from cnnstudio.network.spec import layers

CHAIN = {
    "input": {"kind": "input", "channels": 3, "height": 8, "width": 10},
    "conv1": {"kind": "conv2d", "filters": 5, "kernel": 3, "padding": 1},
    "relu1": {"kind": "relu"},
    "pool1": {"kind": "max_pool", "kernel": 2, "stride": 2},
    "conv2": {"kind": "conv2d", "filters": 4, "kernel": 3, "padding": 1},
    "relu2": {"kind": "relu"},
    "flatten": {"kind": "flatten"},
    "fc": {"kind": "linear", "units": 3},
    "output": {"kind": "output"},
}


def chain_graph(chain):
    names = list(chain)
    return NetworkGraph(
        name="tiny",
        nodes=tuple(Node(id=name, layer=layers.parse(value)) for name, value in chain.items()),
        edges=tuple(Edge(source=a, target=b) for a, b in itertools.pairwise(names)),
    )


@pytest.fixture
def network():
    """3×8×10 → conv1, relu1, pool1 → conv2, relu2 (4×4×5) → flatten → 3 logits."""
    return compile_network(chain_graph(CHAIN), seed=1).eval()


@pytest.fixture
def picture():
    return torch.randn(1, 3, 8, 10, generator=torch.Generator().manual_seed(5))


@pytest.fixture
def chain():
    """Makes a chain of the named layers."""
    known = {
        **CHAIN,
        "grey": {**CHAIN["input"], "channels": 1},
        "squash": {"kind": "conv2d", "filters": 6, "kernel": 4, "stride": 2},
    }
    return lambda *names: chain_graph({name: known[name] for name in names})
