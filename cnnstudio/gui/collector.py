"""Garbage is collected in the GUI thread alone, in small portions.

Python collects in whichever thread happens to allocate. A worker that meets a dead widget there destroys it in the
wrong thread, and the process dies of a segmentation fault. It also takes 0.1 to 0.3 s to look through all objects of
torch at once, in which the window stands still.
"""

import atexit
import gc
import sys
import time

from PySide6.QtCore import QObject, QTimer

# A full collection takes 20 ms and more, in which whatever trains in another thread waits: it may take this share.
INTERVAL_MS, SHARE = 500, 0.002
# So many new modules are a library, such as torch's compiler: half a million objects that stay.
LIBRARY_MODULES = 50


class Collector(QObject):
    """Takes Python's automatic collection over for as long as it lives."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        gc.disable()
        self._modules = len(sys.modules)
        self._timer = QTimer(self, interval=INTERVAL_MS)
        self._timer.timeout.connect(self.collect)
        self._timer.start()

    def collect(self) -> None:
        """Collect the generations that Python's own thresholds would."""
        if len(sys.modules) - self._modules >= LIBRARY_MODULES:
            self.settle()
        counts, limits = gc.get_count(), gc.get_threshold()
        due = [number for number in range(3) if counts[number] > limits[number]]
        if due:
            started_s = time.perf_counter()
            gc.collect(due[-1])
            cost_ms = (time.perf_counter() - started_s) * 1000
            self._timer.setInterval(max(INTERVAL_MS, int(cost_ms / SHARE)))

    def settle(self) -> None:
        """What is there now stays for good, such as a library just imported: never look at it again."""
        gc.freeze()
        # Libraries that are never looked at can't clean up at the end either, and complain of it on stderr.
        atexit.unregister(gc.unfreeze)
        atexit.register(gc.unfreeze)
        self._modules = len(sys.modules)

    def close(self) -> None:
        """Give the collection back to Python."""
        self._timer.stop()
        gc.enable()
