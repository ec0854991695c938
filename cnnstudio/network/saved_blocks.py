"""Blocks that the user keeps for other networks: one JSON file each, in the settings' folder."""

import re
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

from pydantic import ValidationError, field_validator

from cnnstudio.core import files
from cnnstudio.core.errors import FileError, GraphError
from cnnstudio.core.paths import config_dir
from cnnstudio.core.specs import Spec
from cnnstudio.network.graph import NetworkGraph
from cnnstudio.network.io import parse_graph
from cnnstudio.network.pieces import piece_of
from cnnstudio.network.spec import problem_sentence

VERSION = 1
MAX_TITLE = 80
ENDS = ("input", "output", "aux_output")


class SavedBlock(Spec):
    """A piece of a network with the name that the user gave it; it has no input and no output."""

    version: int = VERSION
    title: str
    piece: NetworkGraph

    @field_validator("title")
    @classmethod
    def _is_a_line(cls, value: str) -> str:
        if not value.strip() or len(value) > MAX_TITLE or not value.isprintable():
            raise ValueError(f"A block's name is one line of 1 to {MAX_TITLE} characters")
        return value

    @field_validator("piece")
    @classmethod
    def _has_layers(cls, value: NetworkGraph) -> NetworkGraph:
        if not value.nodes or any(node.layer.kind in ENDS for node in value.nodes):
            raise ValueError("A block holds at least one layer, and no input or output")
        return value


def blocks_dir() -> Path:
    """Where the user's blocks lie."""
    return config_dir() / "blocks"


def block_of(graph: NetworkGraph, ids: Collection[str], title: str) -> SavedBlock:
    """These layers with the connections and groups among them, ready to be saved; inputs and outputs stay out.

    Raises:
        GraphError: No layer is left, or the title can't be one.
    """
    layers = [node.id for node in graph.nodes if node.id in ids and node.layer.kind not in ENDS]
    piece = piece_of(graph, layers, title)
    try:
        return SavedBlock(title=title, piece=piece)
    except ValidationError as failed:
        raise GraphError(problem_sentence(failed)) from None


def save_block(block: SavedBlock) -> Path:
    """Write the block; one of the same title is replaced.

    Raises:
        FileError: The place can't be written.
    """
    path = next((path for path, known in _readable() if known.title == block.title), None) or _free_path(block.title)
    files.write_json(path, block.to_json())
    return path


def forget_block(block: SavedBlock) -> None:
    """Delete the file of a block; nothing happens if it is gone already.

    Raises:
        FileError: It can't be deleted.
    """
    for path, known in _readable():
        if known.title == block.title:
            try:
                path.unlink(missing_ok=True)
            except OSError as error:
                raise files.write_error(path, error) from error


def load_block(path: Path) -> SavedBlock:
    """The block in a file.

    Raises:
        FileError: The file can't be read.
        GraphError: It holds no block, a damaged one, or one of a newer version.
    """
    value = files.read_json(path)
    if not isinstance(value, dict) or "piece" not in value:
        raise GraphError(f"{path} holds no block.")
    _check_version(value, path)
    piece = parse_graph(value["piece"], where=str(path))
    try:
        return SavedBlock.model_validate({**value, "piece": piece})
    except ValidationError as failed:
        raise GraphError(f"{path} holds a damaged block. {problem_sentence(failed)}") from None


def list_blocks() -> list[SavedBlock]:
    """All readable blocks by title; unreadable ones are left to `broken_blocks`."""
    return sorted((block for _, block in _readable()), key=lambda block: block.title.casefold())


def broken_blocks() -> list[tuple[Path, str]]:
    """Files that look like blocks but can't be read, each with the reason."""
    return [(path, result) for path, result in _opened() if isinstance(result, str)]


def _opened() -> Iterator[tuple[Path, SavedBlock | str]]:
    for path in sorted(blocks_dir().glob("*.json")):
        if path.is_file():
            try:
                yield path, load_block(path)
            except (FileError, GraphError) as error:
                yield path, error.message


def _readable() -> Iterator[tuple[Path, SavedBlock]]:
    for path, result in _opened():
        if isinstance(result, SavedBlock):
            yield path, result


def _check_version(value: dict[str, Any], path: Path) -> None:
    version = value.get("version", 1)
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        raise GraphError(f"{path} has no legal version number.")
    if version > VERSION:
        raise GraphError(
            f"{path} was written by a newer CNN Studio (block version {version}, this one knows {VERSION}).",
            hint="Update CNN Studio to open it.",
        )


def _free_path(title: str) -> Path:
    """A file name made of the title's harmless letters only: titles can't lead out of the folder."""
    base = re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")[:60] or "block"
    candidate, number = blocks_dir() / f"{base}.json", 2
    while candidate.exists():
        candidate, number = blocks_dir() / f"{base}-{number}.json", number + 1
    return candidate
