"""Runs the program on an X display and uses it with a real pointer: xdotool moves and clicks, nothing is called.

Prints one JSON object: clicks made, seconds from the click to the first point on the curve.
"""

import json
import subprocess
import sys
import time

from PySide6.QtCore import QPoint, QTimer
from PySide6.QtWidgets import QAbstractButton, QWidget

from cnnstudio.gui import app
from cnnstudio.gui.main_window import MainWindow

POLL_MS = 20


class Hand:
    """Clicks the first tile, waits for the curve to move, and closes the window with the keyboard."""

    def __init__(self, window: MainWindow) -> None:
        self._window = window
        self._clicks = 0
        self._clicked_s = 0.0
        self._timer = QTimer(window, interval=POLL_MS)
        self._timer.timeout.connect(self._watch)
        window.first_painted.connect(self._begin)

    def _begin(self) -> None:
        QTimer.singleShot(1500, self._click_tile)  # a person looks first

    def _click_tile(self) -> None:
        tile = next(b for b in self._window.findChildren(QAbstractButton) if "Handwritten" in b.accessibleName())
        self._click(tile)
        self._timer.start()

    def _click(self, widget: QWidget) -> None:
        place = widget.mapToGlobal(QPoint(widget.width() // 2, widget.height() // 2))
        self._clicks += 1
        self._clicked_s = time.monotonic()
        subprocess.Popen(["xdotool", "mousemove", str(place.x()), str(place.y()), "click", "1"])

    def _watch(self) -> None:
        page = self._window.page("train")
        if page is None or page.view.curves.loss.points("training") == 0:
            return
        self._timer.stop()
        seconds = time.monotonic() - self._clicked_s
        picture = self._window.screen().grabWindow(0)
        colours = len({picture.toImage().pixel(x, y) for x in range(0, 1200, 7) for y in range(0, 800, 7)})
        print(json.dumps({"clicks": self._clicks, "seconds": seconds, "colours": colours}), flush=True)
        QTimer.singleShot(800, self._window.close_without_asking)


def main() -> int:
    """Start the program as `cnnstudio` does, with a hand beside it."""
    made = MainWindow.__init__
    hands: list[Hand] = []

    def init(window: MainWindow, *args: object) -> None:
        made(window, *args)
        hands.append(Hand(window))

    MainWindow.__init__ = init  # type: ignore[method-assign,assignment]
    return app.run_app()


if __name__ == "__main__":
    sys.exit(main())
