"""What asks before it acts: choosers of projects, data, networks and weights, and the sheets of import and export."""

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QFileDialog, QWidget

from cnnstudio.core.paths import projects_dir
from cnnstudio.gui.network_import import open_network
from cnnstudio.gui.session import Session

if TYPE_CHECKING:
    from cnnstudio.runs.run import Run


class Dialogs(QObject):
    """The window's dialogs; what they need is imported when they are first asked for."""

    def __init__(self, window: QWidget, session: Session) -> None:
        super().__init__(window)
        self._window, self._session = window, session
        session.weights_offered.connect(self._on_weights)
        session.export_wanted.connect(self._on_export)
        session.pretrained_wanted.connect(self._on_pretrained)

    def choose_project(self, session: Session) -> None:
        """Ask for a project's folder and open it."""
        folder = QFileDialog.getExistingDirectory(self._window, "Open a project", str(projects_dir()))
        if folder:
            session.open_project(Path(folder))

    def choose_folder(self, session: Session) -> None:
        """Ask for a folder of images and use it as data."""
        from cnnstudio.gui.data_choice import choose_folder

        choose_folder(self._window, session)

    def choose_file(self, session: Session) -> None:
        """Ask for an archive or a file of images and use it as data."""
        from cnnstudio.gui.data_choice import choose_file

        choose_file(self._window, session)

    def choose_known(self, session: Session) -> None:
        """Show the well-known sets."""
        from cnnstudio.gui.data_choice import show_known_sets

        show_known_sets(self._window, session)

    def show_image_cache(self, session: Session) -> None:
        """Show the cache of decoded pictures."""
        from cnnstudio.gui.data_choice import show_image_cache

        show_image_cache(self._window, session)

    def choose_network(self, session: Session) -> None:
        """Ask for a JSON file and use the network in it."""
        path, _ = QFileDialog.getOpenFileName(self._window, "Import a network", str(Path.home()), "Networks (*.json)")
        if path:
            open_network(session, Path(path))

    def choose_weights(self, session: Session) -> None:
        """Ask for a file of weights and show what an import would do."""
        from cnnstudio.gui.weights_import import choose_weights

        choose_weights(self._window, session)

    def get_pretrained(self, session: Session) -> None:
        """Show the published weights."""
        from cnnstudio.gui.pretrained import Pretrained

        Pretrained(self._window, session)

    def _on_weights(self, path: Path) -> None:
        from cnnstudio.gui.weights_import import WeightsImport

        WeightsImport(self._window, self._session, path)

    def _on_pretrained(self) -> None:
        self.get_pretrained(self._session)

    def _on_export(self, run: "Run") -> None:
        from cnnstudio.gui.run_export import RunExport

        RunExport(self._window, self._session, run)
