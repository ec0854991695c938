"""Recipes that contradict themselves, the data or the network are named before the start, each with what mends it."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnnstudio.core.errors import RecipeError
from cnnstudio.network.fit import fit_architecture
from cnnstudio.network.graph import Edge, NetworkGraph, Node
from cnnstudio.network.spec import parse_layer
from cnnstudio.training.config import TrainConfig
from cnnstudio.training.contradictions import check_recipe, contradictions
from cnnstudio.training.presets import PRESETS

LAYERS = ("conv1", "stage.conv2", "fc")
CASES: list[tuple[dict[str, Any], str, bool]] = [
    ({"batch": 2000}, "2,000 images is more than the 1,000", True),
    ({"warmup": 30}, "warm-up takes 30 epochs, and the training ends after 20", False),
    ({"schedule": {"kind": "step", "every": 20}}, "steps every 20 epochs", False),
    ({"schedule": {"kind": "step", "every": 5, "by": 1}}, "never changes", False),
    ({"schedule": {"kind": "multi_step", "at": [10, 40]}}, "steps after epoch 40", False),
    ({"schedule": {"kind": "multi_step", "at": [5, 10], "by": 1}}, "never changes", False),
    ({"schedule": {"kind": "exponential", "by": 1}}, "never changes", False),
    ({"schedule": {"kind": "cosine", "floor": 1}}, "never changes", False),
    ({"schedule": {"kind": "plateau", "patience": 25}}, "waits 25 epochs", False),
    ({"schedule": {"kind": "one_cycle"}, "warmup": 2}, "warm-up of its own", False),
    ({"warmup": 2, "warmup_from": 1}, "begins with the whole rate", False),
    ({"schedule": {"kind": "one_cycle"}, "optimizer": {"kind": "sgd", "momentum": 0}}, "no momentum", False),
    ({"schedule": {"kind": "one_cycle"}, "optimizer": {"kind": "rmsprop"}}, "moves it between", False),
    ({"loss": {"kind": "cross_entropy", "weights": [1, 2, 3]}}, "3 class weights and the data 10 classes", True),
    ({"loss": {"kind": "cross_entropy", "weights": [0] * 9 + [2]}}, "Only one class has a weight", True),
    ({"loss": {"kind": "mean_squared", "right": 1, "wrong": 1}}, "are equal", True),
    ({"layers": [{"node": "conv9", "frozen": True}]}, "no such layer", True),
    ({"layers": [{"node": n, "frozen": True} for n in ("conv1", "stage", "fc")]}, "All 3 layers are frozen", True),
    ({"layers": [{"node": n, "rate": 0} for n in ("conv1", "stage", "fc")]}, "nothing learns", False),
    ({"regularisation": {"parts": 20}}, "20 parts", False),
    ({"regularisation": {"early_stop": 20}}, "can't happen in 20", False),
    ({"regularisation": {"early_stop": 4}, "schedule": {"kind": "plateau", "patience": 6}}, "never lowered", False),
    ({"regularisation": {"average": 0.9999}}, "longer than the 640", False),
    ({"saving": {"keep_every": 50}}, "kept every 50 epochs", False),
    ({"optimizer": {"kind": "sgd", "momentum": 0, "nesterov": True}}, "the momentum is 0", False),
    ({"optimizer": {"kind": "sgd", "rate": 5, "weight_decay": 0.4}}, "take 200 % of every weight", False),
    ({"optimizer": {"kind": "adamw", "rate": 2, "weight_decay": 0.5}}, "take 100 % of every weight", False),
]


@pytest.mark.parametrize(("recipe", "text", "is_fatal"), CASES, ids=[text for _, text, _ in CASES])
def test_contradiction_is_named_and_its_fix_mends_it(recipe: dict[str, Any], text: str, is_fatal: bool) -> None:
    config = TrainConfig(**recipe)
    (found,) = contradictions(config, 1000, 100, 10, LAYERS)
    assert text in found.text
    assert found.hint
    assert found.is_fatal is is_fatal
    assert found.fix is not None
    assert found.fix.title
    assert found.fix.config is not None
    assert contradictions(found.fix.config, 1000, 100, 10, LAYERS) == []
    if is_fatal:
        with pytest.raises(RecipeError):
            check_recipe(config, 1000, 100, 10, LAYERS)
    else:
        check_recipe(config, 1000, 100, 10, LAYERS)


def test_two_things_that_are_wrong_are_both_named() -> None:
    config = TrainConfig(warmup=80, schedule={"kind": "step", "every": 50}, batch=2000)
    found = contradictions(config, 1000, 100, 10)
    assert [one.setting for one in found] == ["batch", "warmup", "schedule"]


NUMBERS = st.integers(1, 60)
SCHEDULES = st.one_of(
    st.builds(lambda n: {"kind": "step", "every": n}, NUMBERS),
    st.builds(lambda a, b: {"kind": "multi_step", "at": [a, a + b]}, NUMBERS, NUMBERS),
    st.builds(lambda n: {"kind": "plateau", "patience": n}, NUMBERS),
    st.builds(lambda by: {"kind": "exponential", "by": by}, st.sampled_from([0.9, 1.0])),
    st.just({"kind": "one_cycle"}),
)


@settings(max_examples=150, deadline=None)
@given(
    schedule=SCHEDULES,
    epochs=st.integers(1, 40),
    warmup=st.integers(0, 50),
    batch=st.integers(1, 300),
    parts=st.integers(1, 40),
    stop=st.integers(0, 50),
    average=st.sampled_from([0.0, 0.9, 0.999]),
    count=st.integers(1, 200),
)
def test_clicking_every_fix_leaves_nothing_to_name(
    schedule: dict[str, Any],
    epochs: int,
    warmup: int,
    batch: int,
    parts: int,
    stop: int,
    average: float,
    count: int,
) -> None:
    regularisation = {"parts": parts, "early_stop": stop, "average": average}
    config = TrainConfig(schedule=schedule, epochs=epochs, warmup=warmup, batch=batch, regularisation=regularisation)
    for _ in range(12):
        found = contradictions(config, count, 5, 3)
        if not found:
            return
        assert found[0].fix is not None
        assert found[0].fix.config is not None
        config = found[0].fix.config
    raise AssertionError(f"After twelve fixes there is still {found}.")


@pytest.fixture(scope="module")
def lenet() -> NetworkGraph:
    return fit_architecture("lenet5", None, None)


def ending_in(graph: NetworkGraph, kind: str) -> NetworkGraph:
    """The network with one more layer before its output."""
    end = graph.of_kind("output")[0].id
    edge = Edge(source=graph.predecessors(end)[0], target=end)
    return graph.insert_on_edge(edge, Node(id="last", layer=parse_layer({"kind": kind})))


@pytest.mark.parametrize("kind", ["softmax", "sigmoid", "relu"])
def test_cross_entropy_after_an_activation_is_named_and_the_fix_removes_it(kind: str, lenet: NetworkGraph) -> None:
    graph = ending_in(lenet, kind)
    (found,) = contradictions(TrainConfig(), 1000, 100, 10, graph=graph)
    assert f"ends in a {kind}" in found.text
    assert found.fix is not None
    assert found.fix.graph == lenet or contradictions(TrainConfig(), 1000, 100, 10, graph=found.fix.graph) == []


@pytest.mark.parametrize(("kind", "wrong"), [("softmax", 0.0), ("sigmoid", 0.0), ("relu", 0.0), ("tanh", -1.0)])
def test_targets_that_the_last_layer_can_not_give_are_named(kind: str, wrong: float, lenet: NetworkGraph) -> None:
    graph = ending_in(lenet, kind)
    config = TrainConfig(loss={"kind": "mean_squared", "right": 1, "wrong": -2})
    (found,) = contradictions(config, 1000, 100, 10, graph=graph)
    assert "can't give the target -2" in found.text
    assert found.fix is not None
    assert found.fix.config is not None
    assert found.fix.config.loss.to_json() == {"kind": "mean_squared", "right": 1.0, "wrong": wrong}
    assert contradictions(found.fix.config, 1000, 100, 10, graph=graph) == []


def test_batch_of_one_before_a_norm_of_single_numbers_is_refused(lenet: NetworkGraph) -> None:
    edge = next(edge for edge in lenet.edges if edge.source == "fc1")
    graph = lenet.insert_on_edge(edge, Node(id="norm", layer=parse_layer({"kind": "batch_norm"})))
    with pytest.raises(RecipeError, match="'norm' measures the spread"):
        check_recipe(TrainConfig(batch=1), 1000, 100, 10, graph=graph)
    check_recipe(TrainConfig(batch=2), 1000, 100, 10, graph=graph)
    check_recipe(TrainConfig(batch=1), 1000, 100, 10, graph=fit_architecture("lenet5-modern", None, None))


def test_own_beginning_of_a_norm_is_named() -> None:
    graph = fit_architecture("lenet5-modern", None, None)
    config = TrainConfig(layers=[{"node": "bn1", "rate": 0.5, "initialisation": {"kind": "he"}}])
    (found,) = contradictions(config, 1000, 100, 10, ("conv1", "bn1"), graph)
    assert "'bn1' has an initialisation of its own" in found.text
    assert found.fix is not None
    assert found.fix.config is not None
    (rule,) = found.fix.config.layers
    assert rule.rate == 0.5
    assert rule.initialisation is None


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.name)
def test_recipes_of_papers_contradict_nothing(preset: Any, lenet: NetworkGraph) -> None:
    assert contradictions(preset.applied(TrainConfig()), 45_000, 5_000, 10, LAYERS, lenet) == []
