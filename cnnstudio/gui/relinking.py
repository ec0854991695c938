"""The folder of the data is gone: ask where it is now, and go on with its files, split and edits."""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QFileDialog, QWidget

from cnnstudio.data.spec import DataSpec

if TYPE_CHECKING:
    from cnnstudio.core.jobs import JobContext
    from cnnstudio.data.manifest import Manifest
    from cnnstudio.gui.session import Session

# What the button says that mends data which can't be opened, and its tooltip.
CHOOSE = ("Choose a folder…", "Ask for a folder.")
FIND = ("Find the folder…", "Ask where the folder lies now; its files are known by their content.")

GONE = "It was moved or renamed, or its drive is not connected. Your split and edits wait for it."


def is_lost(session: "Session") -> bool:
    """Did the data open before, and is their folder gone?"""
    source = None if session.data_spec is None else session.data_spec.source
    path = str(getattr(source, "path", ""))
    return session.data_error is not None and source is not None and source.kind == "folder" and not Path(path).exists()


def ask_for_folder(parent: QWidget, session: "Session") -> bool:
    """Ask where the folder lies now; False if none was chosen."""
    folder = QFileDialog.getExistingDirectory(parent, "Where are the images now?", str(Path.home()))
    if folder:
        relink(session, Path(folder))
    return bool(folder)


def relink(session: "Session", folder: Path) -> None:
    """Open the data at another place, with its split, size and edits; files are known by their content."""
    spec = session.data_spec
    assert spec is not None
    old = str(getattr(spec.source, "path", ""))
    moved = spec.replace(source=spec.source.replace(path=str(folder)))
    before: list[Manifest | None] = []

    def make_spec(ctx: "JobContext") -> DataSpec:
        from cnnstudio.data.relink import adopt

        before.append(adopt(old, str(folder), spec.preprocess))
        return moved

    session.on_next_data(partial(_tell, session, before))
    session.open_data(moved.source.title, make_spec)


def _tell(session: "Session", before: "list[Manifest | None]") -> None:
    from cnnstudio.data.edits import renamed
    from cnnstudio.data.relink import relink_text

    dataset = session.dataset
    if dataset is None or dataset.raw is None or dataset.raw.manifest is None or not before:
        return
    text, found = relink_text(before[0], dataset.raw.manifest)
    is_whole = before[0] is not None and not (found.removed or found.changed)
    session.notice.emit("ok" if is_whole else "warn", text, "Split and edits hold on.")
    session.keep_edits(renamed(dataset.spec.edits, found.moved))
