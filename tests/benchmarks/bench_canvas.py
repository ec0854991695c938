"""ResNet-152 in the editor: how long do opening, unfolding, laying out, editing, panning and zooming take?"""

import os
import time
from collections.abc import Callable
from itertools import pairwise

from tests.benchmarks.measure import spread, temporary_folder

ROUNDS = 15
SIZE = (1356, 818)


def run() -> None:
    """Print medians in milliseconds, each with the redraw that the user waits for."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    with temporary_folder() as home:
        os.environ["CNNSTUDIO_HOME"] = str(home)
        _measure()


def _measure() -> None:
    from PySide6.QtWidgets import QApplication

    from cnnstudio.gui.theme import theme

    app = QApplication.instance() or QApplication([])
    assert isinstance(app, QApplication)
    theme.install(app, "light")
    bench = _Bench()
    bench.measure_first_visit()
    for name, times in bench.measured().items():
        print(f"  {name}: {spread(times, ' ms', 1)}", flush=True)
    bench.close()


class _Bench:
    """The page Network in a session of its own."""

    def __init__(self) -> None:
        from cnnstudio.data.sources.shapes import ShapesSource
        from cnnstudio.gui.jobs import Jobs
        from cnnstudio.gui.session import Session
        from cnnstudio.network.zoo import fit_architecture

        self.session = Session(Jobs())
        self.session.new_project(ShapesSource(per_class=2, side=32), "lenet5-modern")
        _wait(lambda: self.session.dataset is not None)
        self.small = fit_architecture("lenet5-modern", (3, 32, 32), 8)
        self.large = fit_architecture("resnet152", (3, 224, 224), 1000)

    def measure_first_visit(self) -> None:
        """Make the page, and say the longest time for which the window stood still meanwhile."""
        from cnnstudio.gui.pages.network import NetworkPage

        started = time.perf_counter()
        self.page = NetworkPage(self.session)
        self.page.resize(*SIZE)
        self.page.show()
        first_ms = 1000 * (time.perf_counter() - started)
        stalls = _stalls(1.5)
        print(f"  first visit: {first_ms:.0f} ms to make, then stalls of {max(stalls):.0f} ms at most", flush=True)

    def close(self) -> None:
        self.page.close()
        self.session.close()

    def measured(self) -> dict[str, list[float]]:
        """Milliseconds of each round by what was done."""
        editor = self.page.canvas.editor
        found = {"open": [], "all blocks opened": []}
        for _ in range(ROUNDS):
            self.session.set_graph(self.small, "small")
            self._draw()
            found["open"].append(self._ms(lambda: self.session.set_graph(self.large, "large")))
            found["all blocks opened"].append(self._ms(editor.open_all))
        found["layout, all open"] = [self._ms(self._lay_out, draws=False) for _ in range(ROUNDS)]
        found["edit, shapes and totals"] = [self._ms(self._count, draws=False) for _ in range(ROUNDS)]
        found["edit in the window, blocks closed"] = self._edits(is_open=False)
        found["edit in the window, all open"] = self._edits(is_open=True)
        found["pan, a frame"] = [self._ms(self._pan) for _ in range(60)]
        found["zoom, a frame"] = [self._ms(self._zoom) for _ in range(60)]
        return found

    def _edits(self, *, is_open: bool) -> list[float]:
        self.page.canvas.editor.open_all(is_open)
        self.page.canvas.editor.choose([])
        self._draw()
        times = []
        for number in range(ROUNDS):
            times.append(self._ms(lambda number=number: self._edit(65 + number)))
        return times

    def _edit(self, filters: int) -> None:
        graph = self.session.graph
        assert graph is not None
        node = "stage1.block1.conv2"
        new = graph.set_layer(node, graph.node(node).layer.resized(filters) or graph.node(node).layer)
        self.session.set_graph(new, "Change filters")

    def _count(self) -> None:
        from cnnstudio.network.summary import summarize
        from cnnstudio.network.validate import validate

        self._filters = getattr(self, "_filters", 64) + 1
        node = "stage1.block1.conv2"
        graph = self.large.set_layer(node, self.large.node(node).layer.resized(self._filters))
        validate(graph)
        summarize(graph)

    def _lay_out(self) -> None:
        from cnnstudio.gui.canvas.scenery import box_size
        from cnnstudio.network.layout import layout
        from cnnstudio.network.validate import validate
        from cnnstudio.network.view import visible

        view = visible(self.large, frozenset(), validate(self.large).shapes)
        layout(view, {node.id: box_size(node, "", self.page.canvas.editor.view.canvas.look) for node in view.nodes})

    def _pan(self) -> None:
        from PySide6.QtCore import QPoint

        self.page.canvas.editor.view.move_by_hand(QPoint(0, -7))

    def _zoom(self) -> None:
        self._is_in = not getattr(self, "_is_in", False)
        self.page.canvas.editor.view.zoom_by(1.1 if self._is_in else 1 / 1.1)

    def _ms(self, do: Callable[[], object], *, draws: bool = True) -> float:
        started = time.perf_counter()
        do()
        if draws:
            self._draw()
        return 1000 * (time.perf_counter() - started)

    def _draw(self) -> None:
        from PySide6.QtWidgets import QApplication

        # Twice: the scene gathers what changed in an event of its own, and only then asks for the paint.
        QApplication.processEvents()
        QApplication.processEvents()


def _wait(what: Callable[[], bool]) -> None:
    from PySide6.QtTest import QTest

    for _ in range(1000):
        if what():
            return
        QTest.qWait(20)
    raise TimeoutError


def _stalls(seconds: float) -> list[float]:
    """Milliseconds between ticks of a timer of 5 ms."""
    from PySide6.QtCore import QTimer
    from PySide6.QtTest import QTest

    ticks = [time.perf_counter()]
    timer = QTimer(interval=5)
    timer.timeout.connect(lambda: ticks.append(time.perf_counter()))
    timer.start()
    QTest.qWait(round(1000 * seconds))
    timer.stop()
    return [1000 * (b - a) for a, b in pairwise(ticks)]
