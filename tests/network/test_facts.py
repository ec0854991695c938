"""What is kept of layers and graphs between edits is what would be computed anew."""

import random

from cnnstudio.network import facts
from cnnstudio.network.facts import kept, layer_facts
from cnnstudio.network.layers.conv2d import Conv2d
from cnnstudio.network.summary import summarize
from cnnstudio.network.validate import validate
from cnnstudio.network.zoo import architectures


def test_answers_depend_on_layer_and_inputs() -> None:
    layer = Conv2d(filters=4, kernel=3)
    first = layer_facts(layer, ((3, 8, 8),))
    assert (first.output, first.parameters, first.macs) == ((4, 6, 6), 4 * 27 + 4, 4 * 27 * 36)
    assert layer_facts(layer, ((3, 8, 8),)) is first
    assert layer_facts(layer, ((1, 8, 8),)).parameters == 4 * 9 + 4
    assert layer_facts(Conv2d(filters=5, kernel=3), ((3, 8, 8),)).output == (5, 6, 6)


def test_no_layer_inherits_the_answer_of_one_that_is_gone() -> None:
    for filters in range(1, 300):  # identities are used again as soon as an object is gone
        assert layer_facts(Conv2d(filters=filters, kernel=1), ((3, 4, 4),)).output == (filters, 4, 4)


def test_it_holds_a_bounded_number(monkeypatch) -> None:
    monkeypatch.setattr(facts, "MOST", 50)
    layers = [Conv2d(filters=n) for n in range(1, 200)]
    for layer in layers:
        layer_facts(layer, ((3, 8, 8),))
    assert len(facts._known) <= 51


def test_counts_after_many_edits_are_those_of_a_fresh_graph() -> None:
    graph = architectures["resnet20"].build()
    rng = random.Random(3)
    convs = [node.id for node in graph.nodes if node.layer.kind == "conv2d"]
    for _ in range(40):
        node = rng.choice(convs)
        graph = graph.set_layer(node, graph.node(node).layer.replace(filters=rng.choice([8, 16, 24, 32])))
        fresh = type(graph).model_validate(graph.to_json())
        facts._known.clear()
        expected = (validate(fresh).shapes, summarize(fresh))
        assert (validate(graph).shapes, summarize(graph)) == expected


def test_what_is_kept_of_a_graph_stays_with_it_alone() -> None:
    graph = architectures["lenet5"].build()
    assert kept(graph, "_test", lambda: 1) == 1
    assert kept(graph, "_test", lambda: 2) == 1
    assert kept(graph.changed(name="other"), "_test", lambda: 3) == 3
