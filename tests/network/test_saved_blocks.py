"""The user's own blocks: kept whole, and refused with the reason when their files are damaged or hostile."""

import json
from pathlib import Path
from typing import Any

import pytest

from cnnstudio.core.errors import FileError, GraphError
from cnnstudio.core.files import write_json, write_text
from cnnstudio.network.graph import NetworkGraph
from cnnstudio.network.saved_blocks import (
    SavedBlock,
    block_of,
    blocks_dir,
    broken_blocks,
    list_blocks,
    load_block,
    save_block,
)
from cnnstudio.network.zoo import architectures


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CNNSTUDIO_HOME", str(tmp_path))
    return tmp_path


@pytest.fixture
def resnet() -> NetworkGraph:
    return architectures["resnet20"].build()


def residual(graph: NetworkGraph, title: str = "Residual block") -> SavedBlock:
    return block_of(graph, graph.group_nodes("stage1.block1"), title)


def test_a_saved_block_comes_back_with_its_inner_connections_and_groups(resnet: NetworkGraph) -> None:
    path = save_block(residual(resnet))
    block = load_block(path)
    assert path.parent == blocks_dir()
    assert block == residual(resnet)
    assert {node.id.removeprefix("stage1.block1.") for node in block.piece.nodes} == {
        *("conv1", "bn1", "relu1", "conv2", "bn2", "add", "relu2")
    }
    # conv1 → bn1 → relu1 → conv2 → bn2 → add → relu2; the shortcut comes from outside.
    assert len(block.piece.edges) == 6
    assert [(group.id, group.parent) for group in block.piece.groups] == [("stage1.block1", None)]


def test_inputs_and_outputs_stay_out(resnet: NetworkGraph) -> None:
    block = block_of(resnet, [node.id for node in resnet.nodes], "All")
    assert {"input", "output"}.isdisjoint(node.id for node in block.piece.nodes)
    assert len(block.piece.nodes) == len(resnet.nodes) - 2
    with pytest.raises(GraphError, match="at least one layer"):
        block_of(resnet, ["input", "output"], "Nothing")


def test_blocks_are_listed_by_title_and_one_of_the_same_title_is_replaced(resnet: NetworkGraph) -> None:
    assert list_blocks() == []
    save_block(residual(resnet, "zebra"))
    first = save_block(residual(resnet, "Ape"))
    second = save_block(block_of(resnet, ["conv1"], "Ape"))
    assert first == second
    assert [block.title for block in list_blocks()] == ["Ape", "zebra"]
    assert [node.id for node in list_blocks()[0].piece.nodes] == ["conv1"]


def test_titles_that_make_the_same_file_name_keep_both_blocks(resnet: NetworkGraph) -> None:
    paths = {save_block(residual(resnet, title)) for title in ("A b", "a-b", "a/b", "…")}
    assert len(paths) == 4
    assert {block.title for block in list_blocks()} == {"A b", "a-b", "a/b", "…"}


@pytest.mark.parametrize("title", ["../../outside", "/etc/passwd", "..", "con\u202e", "NUL", "a" * 80])
def test_no_title_leads_out_of_the_folder(resnet: NetworkGraph, home: Path, title: str) -> None:
    if title.isprintable():
        assert save_block(residual(resnet, title)).parent == home / "blocks"
    else:
        with pytest.raises(GraphError, match="one line"):
            residual(resnet, title)


@pytest.mark.parametrize("title", ["", "   ", "two\nlines", "a" * 81, "\x00"])
def test_titles_that_are_no_line_are_refused(resnet: NetworkGraph, title: str) -> None:
    with pytest.raises(GraphError, match="one line of 1 to 80 characters"):
        residual(resnet, title)


def damaged(resnet: NetworkGraph, **parts: Any) -> dict[str, Any]:
    return {**json.loads(json.dumps(residual(resnet).to_json())), **parts}


@pytest.mark.parametrize(
    ("parts", "reason"),
    [
        ({"version": 2}, "newer CNN Studio"),
        ({"version": True}, "no legal version"),
        ({"version": "1"}, "no legal version"),
        ({"title": "a\nb"}, "one line"),
        ({"title": 5}, "title"),
        ({"piece": []}, "a list of 'nodes' is missing"),
        ({"piece": {"nodes": []}}, "at least one layer"),
        ({"piece": {"nodes": [{"id": "__class__", "layer": {"kind": "relu"}}]}}, "can't be a layer's name"),
        ({"piece": {"nodes": [{"id": "a", "layer": {"kind": "os.system"}}]}}, "no layer of the kind"),
        ({"piece": {"nodes": [{"id": "a", "layer": {"kind": "output"}}]}}, "no input or output"),
        (
            {"piece": {"nodes": [{"id": "a", "layer": {"kind": "relu"}}], "edges": [{"source": "a", "target": "b"}]}},
            "doesn't exist",
        ),
    ],
)
def test_hostile_and_damaged_blocks_are_refused_with_the_reason(
    resnet: NetworkGraph, parts: dict[str, Any], reason: str
) -> None:
    save_block(residual(resnet, "Good"))
    path = blocks_dir() / "bad.json"
    write_json(path, damaged(resnet, **parts))
    with pytest.raises(GraphError, match=reason):
        load_block(path)
    assert [block.title for block in list_blocks()] == ["Good"]
    assert [place for place, _ in broken_blocks()] == [path]


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"piece": NaN}', "[" * 5000, "\x00\xff"])
def test_files_that_are_no_blocks_are_listed_as_broken(text: str) -> None:
    path = blocks_dir() / "bad.json"
    write_text(path, text)
    with pytest.raises((FileError, GraphError)):
        load_block(path)
    assert list_blocks() == []
    assert len(broken_blocks()) == 1


def test_unknown_keys_of_newer_files_survive(resnet: NetworkGraph) -> None:
    path = blocks_dir() / "block.json"
    write_json(path, damaged(resnet, colour="blue"))
    assert load_block(path).to_json()["colour"] == "blue"
