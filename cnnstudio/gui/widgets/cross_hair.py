"""One cross-hair and one zoom over several plots: where the mouse is in one, the others show their values too."""

from collections.abc import Sequence

from PySide6.QtCore import QObject

from cnnstudio.gui.widgets.plot import Plot
from cnnstudio.gui.widgets.shared_x import SharedX


class CrossHair(QObject):
    """Ties plots together whose horizontal axes mean the same."""

    def __init__(self, plots: Sequence[Plot], parent: QObject) -> None:
        super().__init__(parent)
        self._plots = tuple(plots)
        across = SharedX()
        for plot in plots:
            plot.share_x(across)
            plot.looked_at.connect(self._on_looked_at)

    def _on_looked_at(self, x: object) -> None:
        place = x if isinstance(x, float) else None
        for plot in self._plots:
            if plot is not self.sender():
                plot.show_at(place)
