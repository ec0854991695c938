"""A network from a JSON file, dropped or chosen: read beside the window, fitted to the data, undone like any edit."""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from cnnstudio.data.words import printable
from cnnstudio.network.io import load_graph

if TYPE_CHECKING:
    from cnnstudio.core.jobs import JobContext
    from cnnstudio.gui.session import Session
    from cnnstudio.network.graph import NetworkGraph


def open_network(session: "Session", path: Path) -> None:
    """Use the network of a JSON file in the open project; what can't be read leaves everything as it is."""
    if session.project is None:
        hint = "Begin with a sample, a folder or a project first."
        session.notice.emit("warn", "A network belongs to a project, and none is open.", hint)
        return

    def work(ctx: "JobContext") -> "NetworkGraph":
        return load_graph(path)

    done = partial(_take, session, path)
    session.jobs.start(f"Reading {path.name}", "io", work, on_done=done, on_error=session.report)


def _take(session: "Session", path: Path, graph: "NetworkGraph") -> None:
    session.use_graph(graph, f"Import {path.name}")
    session.page_requested.emit("network")
    text = f"{printable(graph.name)} is the network now; undo brings the old one back."
    if session.validation is not None and session.validation.problems:
        session.notice.emit("warn", text, "It has problems; they stand below the graph.")
    else:
        session.notice.emit("ok", text, "")
