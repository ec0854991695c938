"""One cross-hair over several plots: where the mouse is in one, the others show their values too."""

from collections.abc import Sequence

from PySide6.QtCore import QObject

from cnnstudio.gui.widgets.plot import Plot


class CrossHair(QObject):
    """Ties plots together whose horizontal axes mean the same."""

    def __init__(self, plots: Sequence[Plot], parent: QObject) -> None:
        super().__init__(parent)
        self._plots = tuple(plots)
        for plot in plots:
            plot.looked_at.connect(self._on_looked_at)

    def _on_looked_at(self, x: object) -> None:
        place = x if isinstance(x, float) else None
        for plot in self._plots:
            if plot is not self.sender():
                plot.show_at(place)
