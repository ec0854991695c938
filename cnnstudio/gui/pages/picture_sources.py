"""Where the user's own pictures come from: a file dialog, the clipboard, a drop."""

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QApplication, QFileDialog, QWidget

from cnnstudio.data.sniff import IMAGE_SUFFIXES
from cnnstudio.gui.widgets.drop_zone import dropped_paths
from cnnstudio.gui.widgets.pixels import Pixels, from_qimage

if TYPE_CHECKING:
    from cnnstudio.gui.session import Session

Sources = list[Path | Pixels]


def chosen_files(parent: QWidget, title: str) -> Sources:
    """Ask for picture files; none if the user cancels."""
    patterns = " ".join(f"*{suffix}" for suffix in sorted(IMAGE_SUFFIXES))
    names, _ = QFileDialog.getOpenFileNames(parent, title, "", f"Pictures ({patterns});;All files (*)")
    return [Path(name) for name in names]


def pasted(session: "Session") -> Sources:
    """The picture or the files on the clipboard; says so if there are none."""
    clipboard = QApplication.clipboard()
    mime = clipboard.mimeData()
    # An empty clipboard has no data at all on some systems.
    paths = dropped_paths(mime) if mime is not None else []
    if paths:
        return list(paths)
    if not clipboard.image().isNull():
        return [from_qimage(clipboard.image())]
    session.notice.emit("info", "There is no picture on the clipboard.", "Copy one, then paste again.")
    return []
