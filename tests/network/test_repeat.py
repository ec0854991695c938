"""A part of a network several times in a row."""

import pytest

from cnnstudio.core.errors import GraphError
from cnnstudio.network.graph import NetworkGraph
from cnnstudio.network.repeat import passage_of, repeat
from cnnstudio.network.summary import summarize
from cnnstudio.network.validate import validate
from cnnstudio.network.zoo import architectures


@pytest.fixture
def resnet() -> NetworkGraph:
    return architectures["resnet20"].build()


def test_a_residual_block_five_times_is_the_deeper_resnet(resnet: NetworkGraph) -> None:
    # 6n + 2 layers with n blocks a stage: two more blocks in each stage make ResNet-32 of ResNet-20.
    for stage in (1, 2, 3):
        resnet = repeat(resnet, resnet.group_nodes(f"stage{stage}.block3"), 3)
    assert validate(resnet).is_ok
    deeper = architectures["resnet32"].build()
    assert {node.id: node.layer for node in resnet.nodes} == {node.id: node.layer for node in deeper.nodes}
    assert set(resnet.edges) == set(deeper.edges)
    assert {(g.id, g.parent, frozenset(g.members)) for g in resnet.groups} == {
        (g.id, g.parent, frozenset(g.members)) for g in deeper.groups
    }
    assert summarize(resnet).parameters == 464_154  # ResNet-32 of the paper


def test_layers_without_a_block_get_the_next_free_numbers() -> None:
    graph = architectures["lenet5"].build()
    found = repeat(graph, ["fc2", "tanh4"], 3)
    way, node_id = [], "tanh3"
    while found.successors(node_id):
        (node_id,) = found.successors(node_id)
        way.append(found.node(node_id).layer.kind)
    assert way == ["linear", "tanh", "linear", "tanh", "linear", "tanh", "linear", "output"]
    assert len({node.id for node in found.nodes}) == len(graph.nodes) + 4
    assert validate(found).is_ok
    # Twice 84·84 + 84 more.
    assert summarize(found).parameters == 61_706 + 2 * 7_140


def test_order_of_the_list_follows_the_data(resnet: NetworkGraph) -> None:
    found = repeat(resnet, resnet.group_nodes("stage2.block2"), 4)
    assert found.order() == tuple(node.id for node in found.nodes)


def test_whole_stages_are_repeated_with_their_blocks(resnet: NetworkGraph) -> None:
    found = repeat(resnet, resnet.group_nodes("stage1"), 2)
    assert validate(found).is_ok
    copied = found.group("stage4")
    assert copied.parent is None
    assert {g.id for g in found.groups if g.parent == "stage4"} == {f"stage4.block{n}" for n in (1, 2, 3)}
    assert found.predecessors("stage4.block1.conv1") == ("stage1.block3.relu2",)
    assert set(found.successors("stage4.block3.relu2")) == {"stage2.block1.conv1", "stage2.block1.shortcut"}


def test_shapes_that_no_longer_fit_are_told_by_validate(resnet: NetworkGraph) -> None:
    # 32 → 28 → 14 → 10 → 5 → 1: nothing is left of the image for the third pool.
    graph = architectures["lenet5"].build()
    found = repeat(graph, ["conv1", "tanh1", "pool1"], 3)
    assert [problem.node for problem in validate(found).problems] == ["pool4"]
    assert validate(repeat(resnet, resnet.group_nodes("stage2.block1"), 2)).is_ok


@pytest.mark.parametrize(
    ("ids", "ways"),
    [
        # relu1 and bn2 feed them; bn1 and relu2 are fed.
        (["stage1.block1.conv1", "stage1.block1.add"], "2 ways in and 2 ways out"),
        (["input"], "0 ways in"),
        ([], "0 ways in"),
    ],
)
def test_layers_that_cannot_stand_in_a_row_are_refused(resnet: NetworkGraph, ids: list[str], ways: str) -> None:
    with pytest.raises(GraphError, match=ways):
        passage_of(resnet, ids)


@pytest.mark.parametrize("times", [-1, 0, 1, 101])
def test_illegal_counts_are_refused(resnet: NetworkGraph, times: int) -> None:
    with pytest.raises(GraphError, match=f"2 to 100 times, not {times}"):
        repeat(resnet, resnet.group_nodes("stage1.block1"), times)


def test_too_large_a_result_is_refused() -> None:
    graph = architectures["resnet110"].build()
    with pytest.raises(GraphError, match="at most 10,000"):
        repeat(graph, graph.group_nodes("stage1"), 100)


def test_a_layer_inside_a_block_is_repeated_inside_it(resnet: NetworkGraph) -> None:
    # Names of groups begin the names of their layers: they must not be taken for layers.
    found = repeat(resnet, ["stage1.block1.conv2"], 3)
    new = {node.id for node in found.nodes} - {node.id for node in resnet.nodes}
    assert new == {"stage1.block1.conv3", "stage1.block1.conv4"}
    assert new <= set(found.group("stage1.block1").members)
    assert validate(found).is_ok


def test_blocks_whose_names_do_not_begin_those_of_their_layers_are_repeated(resnet: NetworkGraph) -> None:
    nodes = [*resnet.group_nodes("stage1.block2"), *resnet.group_nodes("stage1.block3")]
    found = repeat(resnet, nodes, 2)
    assert validate(found).is_ok
    assert len(found.nodes) == len(resnet.nodes) + len(nodes)
    assert len(found.groups) == len(resnet.groups) + 2
