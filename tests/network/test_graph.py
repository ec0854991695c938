"""Edits of the graph: each gives a new, consistent graph, or a reason."""

from contextlib import suppress
from copy import deepcopy
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cnnstudio.core.errors import GraphError
from cnnstudio.network.graph import Edge, Group, NetworkGraph, Node
from cnnstudio.network.layers.activations import ReLU
from cnnstudio.network.layers.conv2d import Conv2d
from cnnstudio.network.layers.ends import Input, Output
from cnnstudio.network.layers.flatten import Flatten
from cnnstudio.network.layers.linear import Linear
from cnnstudio.network.layers.merges import Add
from cnnstudio.network.spec import LayerSpec
from cnnstudio.network.zoo import architectures


def chain(**layers: LayerSpec) -> NetworkGraph:
    names = list(layers)
    return NetworkGraph(
        name="chain",
        nodes=tuple(Node(id=name, layer=layer) for name, layer in layers.items()),
        edges=tuple(Edge(source=a, target=b) for a, b in pairwise(names)),
    )


@pytest.fixture
def small() -> NetworkGraph:
    return chain(
        input=Input(height=8, width=8),
        conv=Conv2d(),
        relu=ReLU(),
        flatten=Flatten(),
        fc=Linear(),
        output=Output(),
    )


def test_an_edit_leaves_the_old_graph_as_it_was(small: NetworkGraph) -> None:
    before = small.to_json()
    small.remove(["relu"]).rename("conv", "first").set_layer("first", Conv2d(filters=3))
    assert small.to_json() == before


def test_removing_a_layer_heals_the_chain(small: NetworkGraph) -> None:
    shorter = small.remove(["conv", "relu"])
    assert shorter.predecessors("flatten") == ("input",)
    assert shorter.order() == ("input", "flatten", "fc", "output")


def test_inserting_on_an_edge_keeps_the_port(small: NetworkGraph) -> None:
    graph = small.add_node(Node(id="add", layer=Add()), after="relu").connect("input", "add")
    edge = graph.incoming("add")[1]
    longer = graph.insert_on_edge(edge, Node(id="side", layer=Conv2d()))
    assert longer.predecessors("add") == ("relu", "side")
    assert longer.predecessors("side") == ("input",)


def test_connecting_to_a_taken_port_replaces_the_connection(small: NetworkGraph) -> None:
    assert small.connect("input", "flatten").predecessors("flatten") == ("input",)


def test_connecting_backwards_is_refused_with_the_reason(small: NetworkGraph) -> None:
    with pytest.raises(GraphError, match="data would run in a circle"):
        small.connect("fc", "conv")


def test_nothing_comes_behind_the_output_or_before_the_input(small: NetworkGraph) -> None:
    with pytest.raises(GraphError, match="nothing can come behind it"):
        small.connect("output", "fc")
    with pytest.raises(GraphError, match="nothing can come before it"):
        small.connect("conv", "input")


def test_renaming_reaches_edges_and_groups(small: NetworkGraph) -> None:
    graph = small.with_group(Group(id="block", title="Block", members=("conv", "relu"))).rename("conv", "c")
    assert graph.predecessors("relu") == ("c",)
    assert graph.group("block").members == ("c", "relu")


def test_renaming_to_a_taken_or_illegal_name_is_refused(small: NetworkGraph) -> None:
    with pytest.raises(GraphError, match="already"):
        small.rename("conv", "relu")
    for name in ("1st", "a-b", "import", "forward", "conv..x", "", "_x", "a b", "ü", "conv.x" * 60):
        with pytest.raises(GraphError):
            small.rename("conv", name)


def test_a_name_cannot_lie_inside_another_layer(small: NetworkGraph) -> None:
    with pytest.raises(GraphError, match="can't lie inside 'fc'"):
        small.rename("conv", "fc.conv")


def test_new_classes_go_to_the_layer_that_can_choose(small: NetworkGraph) -> None:
    graph = small.with_classes(7)
    layer = graph.node("fc").layer
    assert isinstance(layer, Linear)
    assert layer.units == 7


def test_new_classes_find_the_head_behind_a_fork() -> None:
    graph = architectures["resnet20"].build().with_classes(3)
    layer = graph.node("fc").layer
    assert isinstance(layer, Linear)
    assert layer.units == 3


def test_classes_without_a_head_are_refused() -> None:
    graph = chain(input=Input(), flatten=Flatten(), output=Output())
    with pytest.raises(GraphError, match="can set the number of classes"):
        graph.with_classes(3)


def test_input_takes_another_shape(small: NetworkGraph) -> None:
    assert small.with_input((3, 16, 12)).input_shape == (3, 16, 12)
    with pytest.raises(GraphError, match="0 × 8 × 8"):
        small.with_input((0, 8, 8))


def test_order_is_topological_and_stable() -> None:
    graph = architectures["resnet20"].build()
    order = graph.order()
    place = {node_id: i for i, node_id in enumerate(order)}
    assert all(place[edge.source] < place[edge.target] for edge in graph.edges)
    assert graph.replace(edges=tuple(reversed(graph.edges))).order() == order


def test_cycle_has_no_order() -> None:
    edges = (Edge(source="a", target="b"), Edge(source="b", target="a"))
    graph = NetworkGraph(nodes=(Node(id="a", layer=ReLU()), Node(id="b", layer=ReLU())), edges=edges)
    with pytest.raises(GraphError, match="cycle"):
        graph.order()
    assert graph.waiting() == ("a", "b")


def test_groups_nest_and_dissolve(small: NetworkGraph) -> None:
    graph = small.with_group(Group(id="stage", title="Stage", members=("conv", "relu")))
    graph = graph.with_group(Group(id="block", title="Block", members=("conv", "relu"), parent="stage"))
    assert set(graph.group_nodes("stage")) == {"conv", "relu"}
    assert graph.without_group("block").group("stage").members == ("conv", "relu")
    flat = graph.without_group("stage")
    assert flat.group("block").parent is None


def test_a_group_disappears_with_its_last_layer(small: NetworkGraph) -> None:
    graph = small.with_group(Group(id="block", title="Block", members=("conv", "relu")))
    assert graph.remove(["conv"]).groups
    assert not graph.remove(["conv", "relu"]).groups


def test_inconsistent_parts_are_refused(small: NetworkGraph) -> None:
    with pytest.raises(GraphError, match="doesn't exist"):
        small.changed(edges=(Edge(source="conv", target="nowhere"),))
    with pytest.raises(GraphError, match="Two connections end at port 0"):
        small.changed(edges=(*small.edges, Edge(source="input", target="fc")))
    with pytest.raises(GraphError, match="Two layers are called 'conv'"):
        small.changed(nodes=(*small.nodes, small.node("conv")))
    with pytest.raises(GraphError, match="lies in itself"):
        small.changed(groups=(Group(id="g", title="", parent="g"),))


def test_graphs_are_values(small: NetworkGraph) -> None:
    small.order()
    assert deepcopy(small) == small
    assert small.remove(["relu"]) != small


EDITS = ("add", "insert", "remove", "rename", "connect", "disconnect", "layer", "group", "ungroup", "classes", "input")


def random_edit(graph: NetworkGraph, edit: str, draw: st.DataObject, number: int) -> NetworkGraph:
    ids = [node.id for node in graph.nodes] or ["none"]
    one, other = draw.draw(st.sampled_from(ids)), draw.draw(st.sampled_from(ids))
    layer = draw.draw(st.sampled_from([Conv2d(), ReLU(), Add(), Linear(), Input(), Output(), Flatten()]))
    new = Node(id=f"n{number}", layer=layer)
    if edit in ("insert", "disconnect"):
        if not graph.edges:
            return graph
        edge = draw.draw(st.sampled_from(graph.edges))
        return graph.insert_on_edge(edge, new) if edit == "insert" else graph.disconnect(edge)
    if edit == "ungroup":
        return graph.without_group(draw.draw(st.sampled_from([g.id for g in graph.groups] or ["none"])))
    members = tuple(dict.fromkeys((one, other)))
    calls = {
        "add": lambda: graph.add_node(new, after=one),
        "remove": lambda: graph.remove({one, other}),
        "rename": lambda: graph.rename(one, f"r{number}"),
        "connect": lambda: graph.connect(one, other),
        "layer": lambda: graph.set_layer(one, layer),
        "group": lambda: graph.with_group(Group(id=f"g{number}", title="", members=members)),
        "classes": lambda: graph.with_classes(3),
        "input": lambda: graph.with_input((3, 20, 20)),
    }
    return calls[edit]()


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_any_edits_keep_the_graph_consistent_and_saveable(data: st.DataObject) -> None:
    graph = architectures["lenet5"].build()
    for number in range(data.draw(st.integers(1, 12))):
        with suppress(GraphError):  # refused, and the graph is as it was
            graph = random_edit(graph, data.draw(st.sampled_from(EDITS)), data, number)
    assert NetworkGraph.model_validate(graph.to_json()) == graph
    assert set(graph.order()) == {node.id for node in graph.nodes}
