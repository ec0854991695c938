"""A slim bar that fills; where nobody knows how much there is to do, it moves."""

from PySide6.QtWidgets import QProgressBar

STEPS, FIRST = 1000, 10


class ProgressBar(QProgressBar):
    """Without a text of its own: what is done stands beside it."""

    def __init__(self, name: str = "Progress", tooltip: str = "How far the work has come.") -> None:
        super().__init__()
        self.setTextVisible(False)
        self.setAccessibleName(name)
        self.setToolTip(tooltip)

    def set_done(self, done: float, total: float) -> None:
        """Show a share; a total of 0 means that nobody knows yet."""
        if total <= 0:
            self.setRange(0, 0)
            return
        self.setRange(0, STEPS)
        # Qt goes on moving a bar whose filled part is narrower than a pixel, and paints the window 30 times a second.
        self.setValue(max(FIRST, round(STEPS * min(1.0, done / total))))
