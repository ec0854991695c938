"""Which network the page Network shows: the project's, to edit, or a run's, to look at."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from cnnstudio.data.words import printable
from cnnstudio.network.validate import validate

if TYPE_CHECKING:
    from cnnstudio.gui.session import Session
    from cnnstudio.network.graph import NetworkGraph
    from cnnstudio.network.validate import Validation
    from cnnstudio.runs.run import Run


class ShownNetwork(QObject):
    """The graph in sight; `changed` follows every other one."""

    changed = Signal()

    def __init__(self, session: "Session", parent: QObject) -> None:
        super().__init__(parent)
        self._session = session
        self.run: Run | None = None
        self._run_validation: Validation | None = None
        session.graph_changed.connect(self.show_own)
        session.project_changed.connect(self.show_own)
        session.run_network_wanted.connect(self.show_run)

    @property
    def graph(self) -> "NetworkGraph | None":
        """What is shown; None if there is nothing yet."""
        return self.run.graph if self.run is not None else self._session.graph

    @property
    def validation(self) -> "Validation | None":
        """Its shapes and problems."""
        return self._run_validation if self.run is not None else self._session.validation

    @property
    def title(self) -> str:
        """Whose network it is; empty for the project's own."""
        return f"The network of {printable(self.run.name)}, to look at" if self.run is not None else ""

    @property
    def read_only_reason(self) -> str:
        """Why it can't be edited; empty if it can."""
        if self.run is None:
            return ""
        return f"This is the network of {printable(self.run.name)}: what was trained doesn't change."

    def show_run(self, run: "Run") -> None:
        """Show what a run trained."""
        self.run, self._run_validation = run, validate(run.graph)
        self.changed.emit()

    def show_own(self) -> None:
        """Show the project's network."""
        self.run = self._run_validation = None
        self.changed.emit()

    def use(self) -> None:
        """Make the run's network the project's; can be undone."""
        run = self.run
        if run is not None:
            self._session.use_graph(run.graph, f"Use the network of {printable(run.name)}")
