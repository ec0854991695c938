"""Edits by hand on graphs: what they do to layers, connections and groups."""

import pytest

from cnnstudio.core.errors import GraphError
from cnnstudio.gui.canvas import commands, grouping
from cnnstudio.gui.canvas.connecting import connect_boxes, inlet_of, judge, outlet_of
from cnnstudio.network.architectures import architectures
from cnnstudio.network.graph import NetworkGraph
from cnnstudio.network.io import parse_graph
from cnnstudio.network.layers.activations import ReLU
from cnnstudio.network.layers.conv2d import Conv2d
from cnnstudio.network.layers.merges import Add
from cnnstudio.network.parts import Edge
from cnnstudio.network.pieces import piece_of
from cnnstudio.network.validate import validate


@pytest.fixture
def lenet() -> NetworkGraph:
    return architectures["lenet5"].build()


@pytest.fixture
def resnet() -> NetworkGraph:
    return architectures["resnet20"].build()


def test_deleting_a_layer_heals_the_chain_and_goes_back_to_the_layer_before(lenet: NetworkGraph) -> None:
    edit = commands.delete(lenet, ["tanh1"], ())

    assert edit.text == "Delete tanh1"
    assert edit.chosen == ("conv1",)
    assert edit.graph.predecessors("pool1") == ("conv1",)


def test_deleting_several_layers_names_their_number(lenet: NetworkGraph) -> None:
    edit = commands.delete(lenet, ["conv1", "tanh1", "pool1"], ())

    assert edit.text == "Delete 3 layers"
    assert edit.graph.predecessors("conv2") == ("input",)


def test_deleting_a_connection_leaves_the_layers(lenet: NetworkGraph) -> None:
    edit = commands.delete(lenet, [], [Edge(source="conv1", target="tanh1")])

    assert edit.text == "Delete the connection from conv1 to tanh1"
    assert edit.graph.predecessors("tanh1") == ()
    assert len(edit.graph.nodes) == len(lenet.nodes)


def test_a_new_layer_stands_between_the_chosen_one_and_what_it_fed(lenet: NetworkGraph) -> None:
    edit = commands.add_layer(lenet, ReLU(), after="conv1")

    assert edit.chosen == ("relu1",)
    assert edit.graph.predecessors("relu1") == ("conv1",)
    assert edit.graph.predecessors("tanh1") == ("relu1",)


def test_a_new_layer_on_a_connection_goes_into_that_one_only(resnet: NetworkGraph) -> None:
    edge = Edge(source="stage2.block1.conv1", target="stage2.block1.bn1")

    edit = commands.add_layer(resnet, ReLU(), edges=[edge])

    new = edit.chosen[0]
    assert new.startswith("stage2.block1.relu")
    assert edit.graph.predecessors("stage2.block1.bn1") == (new,)
    assert new in edit.graph.group_nodes("stage2.block1")


def test_a_layer_between_two_blocks_joins_the_stage_around_them(resnet: NetworkGraph) -> None:
    edge = next(edge for edge in resnet.edges if edge.target == "stage2.block2.conv1")

    edit = commands.add_layer(resnet, ReLU(), edges=[edge])

    assert commands.group_chain(edit.graph, edit.chosen[0]) == ["stage2"]


def test_a_new_convolution_keeps_the_channels_that_arrive(resnet: NetworkGraph) -> None:
    edit = commands.add_layer(resnet, Conv2d(filters=16, padding=1), after="stage3.block1.bn2")

    layer = edit.graph.node(edit.chosen[0]).layer
    assert isinstance(layer, Conv2d)
    assert layer.filters == 64
    assert validate(edit.graph).is_ok


def test_a_new_convolution_behind_the_image_keeps_its_own_filters(lenet: NetworkGraph) -> None:
    edit = commands.add_layer(lenet, Conv2d(filters=16, padding=1), after="input")

    layer = edit.graph.node(edit.chosen[0]).layer
    assert isinstance(layer, Conv2d)
    assert layer.filters == 16


def test_a_layer_without_a_place_stays_unconnected(lenet: NetworkGraph) -> None:
    edit = commands.add_layer(lenet, Add())

    assert edit.graph.predecessors("add1") == ()
    assert edit.graph.successors("add1") == ()


def test_a_pasted_block_is_spliced_in_with_its_skip_connection(resnet: NetworkGraph) -> None:
    inside = resnet.group_nodes("stage1.block2")
    piece = piece_of(resnet, inside)

    edit = commands.paste(resnet, piece, after="stage1.block3.relu2")

    assert len(edit.chosen) == len(inside)
    assert validate(edit.graph).is_ok
    conv = next(key for key in edit.chosen if "conv1" in key or edit.graph.node(key).layer.kind == "conv2d")
    assert edit.graph.predecessors(conv) == ("stage1.block3.relu2",)
    adds = [key for key in edit.chosen if edit.graph.node(key).layer.kind == "add"]
    assert len(adds) == 1
    assert "stage1.block3.relu2" in edit.graph.predecessors(adds[0])
    home = commands.group_chain(edit.graph, adds[0])
    assert home[1:] == ["stage1"]


def test_a_duplicated_block_repeats_and_still_fits(resnet: NetworkGraph) -> None:
    graph = resnet
    for _ in range(3):
        inside = graph.group_nodes("stage2.block2")
        piece = piece_of(graph, inside)
        graph = commands.paste(graph, piece, after="stage2.block2.relu2", verb="Duplicate").graph

    assert validate(graph).is_ok
    blocks = [group for group in graph.groups if group.parent == "stage2"]
    assert len(blocks) == 6


def test_a_pasted_whole_network_leaves_out_the_second_input_and_output(lenet: NetworkGraph) -> None:
    piece = piece_of(lenet, [node.id for node in lenet.nodes])

    edit = commands.paste(lenet, piece)

    assert len(edit.graph.of_kind("input")) == 1
    assert len(edit.graph.of_kind("output")) == 1
    assert len(edit.graph.nodes) == 2 * len(lenet.nodes) - 2


def test_a_whole_network_pasted_into_nothing_is_the_same_network(lenet: NetworkGraph) -> None:
    piece = parse_graph(piece_of(lenet, [node.id for node in lenet.nodes]).to_json())

    edit = commands.paste(NetworkGraph(name=lenet.name), piece)

    assert (edit.graph.nodes, edit.graph.edges) == (lenet.nodes, lenet.edges)


def test_pasting_only_an_input_that_is_there_already_is_refused(lenet: NetworkGraph) -> None:
    piece = piece_of(lenet, ["input"])

    with pytest.raises(GraphError, match="nothing to paste"):
        commands.paste(lenet, piece)


def test_a_connection_in_a_circle_is_refused_in_words(lenet: NetworkGraph) -> None:
    judgement = judge(lenet, "pool2", "conv1")

    assert not judgement.is_allowed
    assert "circle" in judgement.words


def test_a_connection_that_does_not_fit_is_refused_with_the_numbers(lenet: NetworkGraph) -> None:
    judgement = judge(lenet, "conv1", "fc1")

    assert not judgement.is_allowed
    assert "6 × 28 × 28" in judgement.words


def test_a_connection_instead_of_another_says_which(lenet: NetworkGraph) -> None:
    judgement = judge(lenet, "conv1", "pool1")

    assert judgement.is_allowed
    assert judgement.words == "conv1 → pool1, instead of tanh1"
    assert connect_boxes(lenet, "conv1", "pool1").graph.predecessors("pool1") == ("conv1",)


def test_a_connection_that_is_there_already_is_refused(lenet: NetworkGraph) -> None:
    with pytest.raises(GraphError, match="feeds 'tanh1' already"):
        connect_boxes(lenet, "conv1", "tanh1")


def test_a_block_is_left_at_its_last_layer_and_entered_where_it_has_one_beginning(resnet: NetworkGraph) -> None:
    assert outlet_of(resnet, "stage1.block1") == "stage1.block1.relu2"
    with pytest.raises(GraphError, match="at 2 layers"):
        inlet_of(resnet, "stage2.block1")


def test_layers_in_a_row_become_a_block_and_come_free_again(lenet: NetworkGraph) -> None:
    made = grouping.group(lenet, ["conv1", "tanh1", "pool1"])

    assert made.graph.group_nodes(made.chosen[0]) == ("conv1", "tanh1", "pool1")
    assert grouping.ungroup(made.graph, made.chosen).graph == lenet


def test_blocks_go_whole_into_a_larger_block(resnet: NetworkGraph) -> None:
    nodes = [*resnet.group_nodes("stage1.block1"), *resnet.group_nodes("stage1.block2")]

    made = grouping.group(resnet, nodes)

    name = made.chosen[0]
    parents = {group.id: group.parent for group in made.graph.groups}
    assert parents["stage1.block1"] == parents["stage1.block2"] == name
    assert parents[name] == "stage1"
    assert set(made.graph.group_nodes(name)) == set(nodes)


def test_layers_with_another_one_in_between_can_not_be_one_block(lenet: NetworkGraph) -> None:
    with pytest.raises(GraphError, match="comes back at 'pool1'"):
        grouping.group(lenet, ["conv1", "pool1"])
