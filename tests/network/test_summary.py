"""Counts and receptive fields against the papers, and against PyTorch."""

import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from cnnstudio.network.compile import compile_network
from cnnstudio.network.graph import NetworkGraph, Node
from cnnstudio.network.layers.activations import ReLU
from cnnstudio.network.layers.conv2d import Conv2d
from cnnstudio.network.summary import summarize
from cnnstudio.network.zoo import architectures

LARGE = ("inception-v3", "resnet152", "densenet121")


@pytest.mark.parametrize("name", [pytest.param(n, marks=[pytest.mark.slow] * (n in LARGE)) for n in architectures])
def test_totals_are_those_of_torch(name: str) -> None:
    graph = architectures[name].build()
    summary = summarize(graph)
    with torch.device("meta"):
        network = compile_network(graph)
    assert sum(p.numel() for p in network.parameters()) == summary.parameters
    with FlopCounterMode(display=False) as counter:
        network.forward_with_auxiliary(torch.rand(2, *graph.input_shape, device="meta"))
    assert counter.get_total_flops() == 2 * summary.flops


def test_rows_of_lenet_are_the_papers() -> None:
    summary = summarize(architectures["lenet5"].build())
    outputs = {row.id: row.output for row in summary.rows}
    assert outputs["conv1"] == (6, 28, 28)
    assert outputs["pool2"] == (16, 5, 5)
    assert outputs["flatten"] == (400,)
    parameters = {row.id: row.parameters for row in summary.rows if row.parameters}
    # 156 and 2,416 (with full connections) stand in the paper's arithmetic: (25 + 1)·6, (150 + 1)·16, …
    assert parameters == {"conv1": 156, "conv2": 2_416, "fc1": 48_120, "fc2": 10_164, "fc3": 850}
    assert sum(row.share for row in summary.rows) == pytest.approx(1)
    assert sum(row.macs_share for row in summary.rows) == pytest.approx(1)


def gradient_field(graph: NetworkGraph, node_id: str) -> tuple[list[int], list[int]]:
    """Rows and columns of the image that the node's position (1, 1) depends on, asked of autograd."""
    network = compile_network(graph, seed=0).eval()
    outputs: dict[str, torch.Tensor] = {}
    network.module_of(node_id).register_forward_hook(lambda m, i, out: outputs.update(out=out))
    x = torch.rand(1, *graph.input_shape, dtype=torch.float64, requires_grad=True)
    network.double()(x)
    outputs["out"][0, :, 1, 1].sum().backward()
    assert x.grad is not None
    seen = x.grad[0].abs().sum(0) > 0
    return seen.any(1).nonzero().flatten().tolist(), seen.any(0).nonzero().flatten().tolist()


@pytest.mark.parametrize(
    ("name", "node_id"),
    [("lenet5", "pool2"), ("lenet5", "conv2"), ("resnet20", "stage2.block1.conv2"), ("resnet20", "stage2.block1.add")],
)
def test_receptive_field_is_what_gradients_reach(name: str, node_id: str) -> None:
    graph = architectures[name].build()
    row = summarize(graph).row(node_id)
    assert row is not None
    top, left, height, width = row.receptive_field.at(1, 1)
    rows, columns = gradient_field(graph, node_id)
    side = graph.input_shape[1]
    assert rows == list(range(max(0, int(top)), min(side, int(top + height))))
    assert columns == list(range(max(0, int(left)), min(side, int(left + width))))


def test_three_3x3_layers_see_as_much_as_one_7x7() -> None:
    graph = architectures["lenet5"].build()
    for number in (1, 2, 3):
        edge = graph.incoming("conv1" if number == 1 else f"three{number - 1}")[0]
        graph = graph.insert_on_edge(edge, Node(id=f"three{number}", layer=Conv2d(kernel=3, padding=1)))
    row = summarize(graph).row("three1")
    assert row is not None
    assert row.receptive_field.size == (7, 7)


def test_a_broken_graph_is_summed_up_as_far_as_it_is_known() -> None:
    graph = architectures["lenet5"].build().set_layer("conv2", Conv2d(kernel=99))
    summary = summarize(graph)
    assert [row.id for row in summary.rows][-1] == "pool1"
    assert summary.parameters == 156
    assert summarize(graph.set_layer("input", ReLU())).rows == ()
