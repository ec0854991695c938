"""Asking for data: a folder, a file, or a well-known set; whatever it is, it is opened or said why not."""

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QFileDialog, QWidget

from cnnstudio.core.errors import StudioError
from cnnstudio.data.spec import parse_source

if TYPE_CHECKING:
    from cnnstudio.gui.session import Session

FILE_FILTER = (
    "Data (*.zip *.tar *.tgz *.tar.gz *.tar.bz2 *.tar.xz *.npz *.csv *.tsv *.bin *.idx *.gz *-ubyte);;All files (*)"
)


def choose_folder(parent: QWidget, session: "Session") -> bool:
    """Ask for a folder of images and make it the data; False if none was chosen."""
    folder = QFileDialog.getExistingDirectory(parent, "A folder of images", _beginning(session))
    if folder:
        open_data(session, Path(folder))
    return bool(folder)


def choose_file(parent: QWidget, session: "Session") -> bool:
    """Ask for an archive or another file of images and make it the data; False if none was chosen."""
    title = "An archive, or a file of arrays or labels"
    file, _ = QFileDialog.getOpenFileName(parent, title, _beginning(session), FILE_FILTER)
    if file:
        open_data(session, Path(file))
    return bool(file)


def show_known_sets(parent: QWidget, session: "Session") -> None:
    """Show the well-known sets, to download and open one."""
    from cnnstudio.gui.known_sets import KnownSets

    KnownSets(parent.window(), session)


def show_image_cache(parent: QWidget, session: "Session") -> None:
    """Show what the cache of decoded pictures holds and may take."""
    from cnnstudio.gui.image_cache import ImageCache

    ImageCache(parent.window(), session)


def open_data(session: "Session", path: Path) -> None:
    """Make a folder or file the data, or say why it can't be."""
    try:
        session.open_source(parse_source(str(path)))
    except StudioError as error:
        session.report(error)


def _beginning(session: "Session") -> str:
    """Where the dialog begins: beside the data that are open, or at home."""
    source = None if session.data_spec is None else session.data_spec.source
    place = Path(str(getattr(source, "path", ""))).parent
    return str(place if place.is_absolute() and place.is_dir() else Path.home())
