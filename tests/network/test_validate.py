"""Problems are found where they are, said with numbers, and cured by a click."""

from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cnnstudio.core.errors import GraphError
from cnnstudio.network.graph import Edge, NetworkGraph, Node
from cnnstudio.network.layers.activations import ReLU
from cnnstudio.network.layers.conv2d import Conv2d
from cnnstudio.network.layers.ends import Input, Output
from cnnstudio.network.layers.flatten import Flatten
from cnnstudio.network.layers.linear import Linear
from cnnstudio.network.layers.merges import Add
from cnnstudio.network.layers.pools import MaxPool
from cnnstudio.network.spec import LayerSpec
from cnnstudio.network.validate import GraphProblem, require_valid, validate
from cnnstudio.network.zoo import architectures


def chain(*layers: LayerSpec) -> NetworkGraph:
    names = [f"{layer.kind}_{i}" for i, layer in enumerate(layers)]
    return NetworkGraph(
        name="chain",
        nodes=tuple(Node(id=name, layer=layer) for name, layer in zip(names, layers, strict=True)),
        edges=tuple(Edge(source=a, target=b) for a, b in pairwise(names)),
    )


def only_problem(graph: NetworkGraph) -> GraphProblem:
    problems = validate(graph).problems
    assert len(problems) == 1
    return problems[0]


def cured(graph: NetworkGraph, problem: GraphProblem) -> NetworkGraph:
    assert problem.fix is not None
    return problem.fix.edit(graph)


@pytest.mark.parametrize("name", list(architectures))
def test_every_architecture_is_sound(name: str) -> None:
    assert validate(architectures[name].build()).is_ok


def test_kernel_too_large_by_little_gets_padding() -> None:
    graph = chain(Input(height=4, width=4), Conv2d(kernel=5), Flatten(), Linear(), Output())
    problem = only_problem(graph)
    assert problem.node == "conv2d_1"
    assert problem.text == "A 5×5 kernel does not fit the 4×4 feature map."
    assert problem.fix is not None
    assert problem.fix.title == "Add padding 1"
    assert validate(cured(graph, problem)).is_ok


def test_kernel_far_too_large_becomes_3x3() -> None:
    graph = chain(Input(height=4, width=4), Conv2d(kernel=11), Flatten(), Linear(), Output())
    problem = only_problem(graph)
    assert problem.fix is not None
    assert problem.fix.title == "Use a 3×3 kernel"
    assert validate(cured(graph, problem)).is_ok


def test_linear_on_a_feature_map_gets_a_flatten() -> None:
    graph = chain(Input(), Conv2d(), Linear(), Output())
    problem = only_problem(graph)
    assert "16 × 30 × 30" in problem.text
    assert problem.fix is not None
    assert problem.fix.title == "Put a Flatten before it"
    mended = cured(graph, problem)
    assert validate(mended).is_ok
    assert mended.node("flatten1").layer.kind == "flatten"


def test_pool_larger_than_the_map_gets_a_smaller_window() -> None:
    graph = chain(Input(height=2, width=2), MaxPool(kernel=3), Flatten(), Linear(), Output())
    assert validate(cured(graph, only_problem(graph))).is_ok


def test_branches_that_do_not_add_get_a_1x1_convolution() -> None:
    graph = chain(Input(), Conv2d(filters=8, stride=2, padding=1), Add(), Flatten(), Linear(), Output())
    graph = graph.connect("input_0", "add_2")
    problem = only_problem(graph)
    assert "8 × 16 × 16 and 1 × 32 × 32" in problem.text
    assert validate(cured(graph, problem)).is_ok


def test_problems_behind_a_problem_are_not_counted_twice() -> None:
    graph = chain(Input(height=4, width=4), Conv2d(kernel=11), Conv2d(kernel=99), Linear(), Output())
    assert only_problem(graph).node == "conv2d_1"


def test_missing_output_is_added_behind_the_last_layer() -> None:
    graph = chain(Input(), Flatten(), Linear())
    problem = only_problem(graph)
    assert problem.text == "The network has no output."
    assert validate(cured(graph, problem)).is_ok


def test_two_outputs_are_one_too_many() -> None:
    graph = chain(Input(), Flatten(), Linear(), Output())
    graph = graph.add_node(Node(id="extra", layer=Output()), after="linear_2")
    problem = only_problem(graph)
    assert problem.node in ("extra", "output_3")
    assert "2 outputs" in problem.text
    assert validate(cured(graph, problem)).is_ok


def test_dangling_layers_are_found_and_removed() -> None:
    graph = chain(Input(), Flatten(), Linear(), Output())
    graph = graph.add_node(Node(id="side", layer=ReLU()), after="flatten_1")
    problem = only_problem(graph)
    assert problem.node == "side"
    assert "leads nowhere" in problem.text
    assert validate(cured(graph, problem)).is_ok


def test_unconnected_layer_needs_an_input() -> None:
    graph = chain(Input(), Flatten(), Linear(), Output())
    graph = graph.disconnect(graph.incoming("linear_2")[0])
    texts = [problem.text for problem in validate(graph).at("linear_2")]
    assert texts == ["Linear needs 1 input and has none."]


def test_cycle_is_located() -> None:
    edges = (Edge(source="a", target="b"), Edge(source="b", target="a"))
    graph = NetworkGraph(nodes=(Node(id="a", layer=ReLU()), Node(id="b", layer=ReLU())), edges=edges)
    assert any("cycle" in problem.text and problem.node == "a" for problem in validate(graph).problems)


def test_a_million_million_parameters_are_refused_before_anything_is_built() -> None:
    graph = chain(Input(), Flatten(), Linear(units=1_000_000), Linear(units=1_000_000), Output())
    problem = only_problem(graph)
    assert problem.node == "linear_3"
    # 1024·10⁶ + 10⁶ of the first layer, 10¹² + 10⁶ of the second.
    assert "would have 1,001,026,000,000 parameters" in problem.text
    with pytest.raises(GraphError):
        require_valid(graph)


def test_empty_graph_has_problems_and_no_exception() -> None:
    texts = [problem.text for problem in validate(NetworkGraph()).problems]
    assert texts == ["The network has no input.", "The network has no output."]


def test_require_valid_names_place_and_number_of_problems() -> None:
    graph = chain(Input(), Conv2d(kernel=99), Linear(), Output())
    graph = graph.add_node(Node(id="side", layer=ReLU()), after="linear_2")
    with pytest.raises(GraphError, match=r"at 'conv2d_1': A 99×99 kernel .* \(1 more problem\)"):
        require_valid(graph)


KIND_POOL = (Input(), Output(), Conv2d(kernel=9), ReLU(), Add(), Linear(), Flatten(), MaxPool(kernel=7))


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_validate_never_raises_and_every_cure_gives_a_graph(data: st.DataObject) -> None:
    kinds = data.draw(st.lists(st.sampled_from(KIND_POOL), max_size=7))
    ids = [f"n{i}" for i in range(len(kinds))]
    ends = data.draw(
        st.lists(
            st.tuples(st.sampled_from(ids), st.sampled_from(ids), st.integers(0, 2)),
            max_size=10,
            unique_by=lambda end: end[1:],
        )
        if ids
        else st.just([])
    )
    graph = NetworkGraph(
        nodes=tuple(Node(id=i, layer=layer) for i, layer in zip(ids, kinds, strict=True)),
        edges=tuple(Edge(source=a, target=b, port=port) for a, b, port in ends),
    )
    for problem in validate(graph).problems:
        assert problem.text.endswith(".")
        assert problem.node == "" or graph.has_node(problem.node)
        if problem.fix is not None:
            assert problem.fix.edit(graph) != graph
