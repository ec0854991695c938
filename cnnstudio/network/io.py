"""Graphs from files: refused with the reason when they are damaged or hostile, and migrated when they are old."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from cnnstudio.core import files
from cnnstudio.core.errors import FileError, GraphError
from cnnstudio.network.graph import VERSION, NetworkGraph
from cnnstudio.network.spec import problem_sentence

Migration = Callable[[dict[str, Any]], dict[str, Any]]
# From the version in the key to the next one.
MIGRATIONS: Mapping[int, Migration] = {}


def load_graph(path: Path) -> NetworkGraph:
    """The graph in a JSON file.

    Raises:
        FileError: The file can't be read.
        GraphError: It holds no network, or a damaged one.
    """
    return parse_graph(files.read_json(path), where=str(path))


def parse_graph_text(text: str, where: str = "The text") -> NetworkGraph:
    """The graph in a JSON text, for instance from the clipboard.

    Raises:
        GraphError: It is no JSON, or holds no sound graph.
    """
    try:
        return parse_graph(files.parse_json(text, where), where)
    except FileError as error:
        raise GraphError(error.message, hint=error.hint) from None


def parse_graph(value: object, where: str = "The network") -> NetworkGraph:
    """The graph in parsed JSON; keys of newer versions that we don't know are kept.

    Raises:
        GraphError: It is no graph, or a damaged one, or one of a newer version.
    """
    if isinstance(value, NetworkGraph):
        return value
    if not isinstance(value, dict) or not isinstance(value.get("nodes"), list):
        raise GraphError(f"{where} holds no network: a list of 'nodes' is missing.")
    try:
        return NetworkGraph.model_validate(migrate(value, where))
    except ValidationError as failed:
        raise GraphError(f"{where} holds a damaged network. {problem_sentence(failed)}") from None


def migrate(
    value: dict[str, Any],
    where: str,
    migrations: Mapping[int, Migration] = MIGRATIONS,
    current: int = VERSION,
) -> dict[str, Any]:
    """The same graph in the form of the current version.

    Raises:
        GraphError: The version is unknown or newer.
    """
    version = value.get("version", 1)
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        raise GraphError(f"{where} has no legal version number.")
    if version > current:
        raise GraphError(
            f"{where} was written by a newer CNN Studio (network version {version}, this one knows {current}).",
            hint="Update CNN Studio to open it.",
        )
    while version < current:
        value = {**migrations[version](dict(value)), "version": version + 1}
        version += 1
    return value
