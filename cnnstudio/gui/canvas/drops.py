"""Layers and pieces of networks as they travel: dragged from the palette, or on the clipboard, always as JSON."""

import json
from typing import Any

from PySide6.QtCore import QMimeData

from cnnstudio.core.errors import FileError, GraphError
from cnnstudio.core.files import parse_json

LAYER_MIME = "application/x-cnnstudio-layer+json"
PIECE_MIME = "application/x-cnnstudio-network+json"
MAX_TEXT = 5_000_000


def layer_mime(layer: dict[str, Any]) -> QMimeData:
    """A layer to drag: its JSON, with a "kind"."""
    data = QMimeData()
    data.setData(LAYER_MIME, json.dumps(layer).encode())
    return data


def layer_of(data: QMimeData) -> dict[str, Any] | None:
    """The layer that is being dragged, or None."""
    if not data.hasFormat(LAYER_MIME):
        return None
    value = parse_json(bytes(data.data(LAYER_MIME).data()).decode("utf-8", errors="replace"), "What was dropped")
    return value if isinstance(value, dict) else None


def piece_mime(piece: dict[str, Any]) -> QMimeData:
    """Layers to copy: as our own format, and as text that can be pasted into a mail."""
    text = json.dumps(piece, indent=1)
    data = QMimeData()
    data.setData(PIECE_MIME, text.encode())
    data.setText(text)
    return data


def piece_of(data: QMimeData | None) -> dict[str, Any]:
    """The layers on the clipboard as JSON.

    Raises:
        GraphError: There is something else there.
    """
    refusal = GraphError(
        "There are no layers on the clipboard.", hint="Choose some in the graph and copy them with Ctrl+C."
    )
    if data is None:
        raise refusal
    text = bytes(data.data(PIECE_MIME).data()).decode("utf-8", errors="replace") or data.text()
    if not text.lstrip().startswith("{") or len(text) > MAX_TEXT:
        raise refusal
    try:
        value = parse_json(text, "The clipboard")
    except FileError:
        raise refusal from None
    if not isinstance(value, dict) or "nodes" not in value:
        raise refusal
    return value
