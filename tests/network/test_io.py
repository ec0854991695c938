"""Graphs from files: everything survives, and what is damaged or hostile is refused with the reason."""

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cnnstudio.core.errors import FileError, GraphError
from cnnstudio.core.files import write_json
from cnnstudio.network.io import load_graph, migrate, parse_graph, parse_graph_text
from cnnstudio.network.zoo import architectures

LENET = architectures["lenet5"].build().to_json()


def changed(**parts: Any) -> dict[str, Any]:
    return {**json.loads(json.dumps(LENET)), **parts}


@pytest.mark.parametrize("name", list(architectures))
def test_every_architecture_survives_a_file(name: str, tmp_path: Path) -> None:
    graph = architectures[name].build()
    write_json(tmp_path / "network.json", graph.to_json())
    assert load_graph(tmp_path / "network.json") == graph


def test_unknown_keys_survive_reading_editing_and_writing() -> None:
    value = changed(colour="blue")
    value["nodes"][1]["note"] = "mine"
    value["nodes"][1]["layer"]["spectral"] = 3
    graph = parse_graph(value).remove(["tanh1"])
    graph = graph.set_layer("conv1", graph.node("conv1").layer.replace(filters=8))
    written = graph.to_json()
    assert written["colour"] == "blue"
    assert written["nodes"][1]["note"] == "mine"
    assert written["nodes"][1]["layer"]["spectral"] == 3
    assert written["nodes"][1]["layer"]["filters"] == 8


def test_newer_version_is_refused_with_what_to_do() -> None:
    with pytest.raises(GraphError, match="newer CNN Studio") as caught:
        parse_graph(changed(version=2))
    assert caught.value.hint == "Update CNN Studio to open it."


def test_old_versions_are_migrated_step_by_step() -> None:
    steps = {1: lambda v: {**v, "a": [1]}, 2: lambda v: {**v, "a": [*v["a"], 2]}}
    assert migrate({"version": 1}, "x", steps, current=3) == {"version": 3, "a": [1, 2]}


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (None, "'nodes' is missing"),
        ([], "'nodes' is missing"),
        ({"nodes": 3}, "'nodes' is missing"),
        (changed(version="1"), "no legal version"),
        (changed(version=True), "no legal version"),
        (changed(nodes=[{"id": "a"}]), "layer"),
        (changed(nodes=[{"id": "a", "layer": {"kind": "exec"}}], edges=[]), "no layer of the kind 'exec'"),
        (changed(nodes=[{"id": "a", "layer": {"kind": ["relu"]}}], edges=[]), "needs a 'kind'"),
        (changed(nodes=[{"id": "__class__", "layer": {"kind": "relu"}}], edges=[]), "can't be a layer's name"),
        (changed(nodes=[{"id": "a;b", "layer": {"kind": "relu"}}], edges=[]), "can't be a layer's name"),
        (changed(nodes=[{"id": "a", "layer": {"kind": "conv2d", "kernel": 0}}], edges=[]), "'kernel' = 0"),
        (changed(nodes=[{"id": "a", "layer": {"kind": "conv2d", "kernel": 10**9}}], edges=[]), "'kernel' ="),
        (changed(nodes=[{"id": "a", "layer": {"kind": "relu"}}] * 10_001, edges=[]), "10,001 layers are too many"),
        (changed(edges=[{"source": "conv1", "target": "ghost"}]), "'ghost', which doesn't exist"),
        (changed(groups=[{"id": "g", "title": "", "members": ["ghost"]}]), "one that doesn't exist"),
    ],
)
def test_damaged_graphs_are_refused_with_the_reason(value: object, reason: str) -> None:
    with pytest.raises(GraphError) as caught:
        parse_graph(value)
    assert reason in caught.value.message


def test_damaged_files_name_themselves(tmp_path: Path) -> None:
    path = tmp_path / "broken.json"
    path.write_text('{"nodes": [')
    with pytest.raises(FileError, match=r"broken\.json"):
        load_graph(path)
    path.write_text('{"nodes": [{"id": 7}]}')
    with pytest.raises(GraphError, match=r"broken\.json"):
        load_graph(path)


@pytest.mark.parametrize("text", ["", "[" * 100_000, '{"nodes": NaN}', "9" * 5_000, "import os", "\ud800"])
def test_clipboard_texts_that_are_no_graph_are_refused(text: str) -> None:
    with pytest.raises(GraphError):
        parse_graph_text(text)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=50, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_any_mutation_is_read_or_refused_but_never_crashes(data: st.DataObject) -> None:
    value: Any = json.loads(json.dumps(LENET))
    place = value
    while isinstance(place, dict | list) and place and data.draw(st.booleans()):
        key = data.draw(st.sampled_from(sorted(place) if isinstance(place, dict) else range(len(place))))
        if not isinstance(place[key], dict | list) or data.draw(st.booleans()):
            place[key] = data.draw(JSON)
            break
        place = place[key]
    with suppress(GraphError):  # any other exception fails the test
        graph = parse_graph(value)
        assert parse_graph(graph.to_json()) == graph
