"""What is on the screen when groups are collapsed or open."""

import pytest

from cnnstudio.network.graph import Group, NetworkGraph
from cnnstudio.network.validate import validate
from cnnstudio.network.view import all_groups, visible
from cnnstudio.network.zoo import architectures


@pytest.fixture
def resnet() -> NetworkGraph:
    return architectures["resnet20"].build()


def test_everything_collapsed_is_a_chain_of_stages(resnet: NetworkGraph) -> None:
    view = visible(resnet, all_groups(resnet), validate(resnet).shapes)
    titles = [node.title for node in view.nodes]
    assert titles[4:7] == ["Stage 1: 16 filters", "Stage 2: 32 filters", "Stage 3: 64 filters"]
    assert len(view.nodes) == 10
    assert len(view.edges) == 9
    assert not view.groups


def test_collapsed_group_shows_its_result_and_contents(resnet: NetworkGraph) -> None:
    view = visible(resnet, all_groups(resnet), validate(resnet).shapes)
    stage = next(node for node in view.nodes if node.id == "stage2")
    assert stage.is_group
    assert stage.shape == (32, 16, 16)
    assert stage.label == "3 blocks"
    assert stage.category == "conv"
    assert set(stage.members) == {node.id for node in resnet.nodes if node.id.startswith("stage2.")}


def test_everything_open_shows_every_layer_and_frame(resnet: NetworkGraph) -> None:
    view = visible(resnet, ())
    assert {node.id for node in view.nodes} == {node.id for node in resnet.nodes}
    assert len(view.edges) == len(resnet.edges)
    assert [group.id for group in view.groups][:3] == ["stage1", "stage2", "stage3"]
    assert len(view.groups) == 12


def test_opening_a_stage_leaves_its_blocks_collapsed(resnet: NetworkGraph) -> None:
    view = visible(resnet, all_groups(resnet) - {"stage2"})
    inside = [node for node in view.nodes if node.parent == "stage2"]
    assert [node.id for node in inside] == ["stage2.block1", "stage2.block2", "stage2.block3"]
    assert [group.id for group in view.groups] == ["stage2"]


def test_names_inside_a_frame_are_short(resnet: NetworkGraph) -> None:
    view = visible(resnet, ())
    node = next(node for node in view.nodes if node.id == "stage2.block1.conv1")
    assert (node.title, node.parent) == ("conv1", "stage2.block1")


def test_lines_between_collapsed_groups_are_drawn_once(resnet: NetworkGraph) -> None:
    # relu1 feeds the block's convolution and its shortcut: one line, two edges.
    view = visible(resnet, all_groups(resnet))
    line = next(edge for edge in view.edges if edge.source == "relu1")
    assert line.target == "stage1"
    assert {edge.target for edge in line.edges} == {"stage1.block1.conv1", "stage1.block1.add"}


def test_view_of_a_broken_graph_shows_all_of_it(resnet: NetworkGraph) -> None:
    broken = resnet.remove(["input", "output"])
    broken = broken.with_group(Group(id="odd", title="Odd", members=("conv1", "fc")))
    view = visible(broken, ["odd"], validate(broken).shapes)
    assert sum(len(node.members) for node in view.nodes) == len(broken.nodes)
