"""The tour: drives the real window through the main job with real clicks, and saves a picture of every page.

The README's pictures come from here, and so does the proof that the main job works on a machine without a display.
"""

import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PySide6.QtCore import QEvent, QEventLoop, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QComboBox, QWidget

from cnnstudio.core.errors import StudioError
from cnnstudio.core.files import write_bytes
from cnnstudio.gui.jobs import Jobs
from cnnstudio.gui.launch import make_app
from cnnstudio.gui.main_window import MainWindow
from cnnstudio.gui.session import Session
from cnnstudio.gui.theme import theme
from cnnstudio.runs.run import Run
from cnnstudio.training.events import EpochDone

Say = Callable[[str], None]
TIMEOUT_S = 180.0
SETTLE_S = 0.35
PICTURED_EPOCH = 6


class Tour:
    """One walk through the window.

    Args:
        out: Folder for the pictures.
        say: Told what happens, a line at a time.
    """

    def __init__(self, out: Path, say: Say) -> None:
        self._out, self._say = out, say
        self._app = make_app()
        self.window = MainWindow(Session(Jobs()))
        self.session = self.window.session
        self.pictures: list[Path] = []
        self._trouble = ""
        self.session.notice.connect(self._on_notice)
        self.session.training.events.connect(self._on_events)

    def walk(self) -> Run:
        """Welcome, train, then every page; returns the trained run.

        Raises:
            StudioError: A step didn't come to its end; the sentence names it.
        """
        self.window.show()
        self.settle()
        self.picture("welcome")
        self._train()
        self._data()
        self._visit("network")
        self._inspect()
        self._evaluate()
        self._classify()
        self._visit("runs")
        run = self.session.run
        assert run is not None
        return run

    def close(self) -> None:
        """Close the window; nothing is left running."""
        self.window.close_without_asking()
        # The window's deletion is an event of its own.
        self._app.sendPostedEvents(None, QEvent.Type.DeferredDelete)

    # Stations ---------------------------------------------------------------------------------------------------

    def _train(self) -> None:
        self.click(named(self.window, QAbstractButton, "Handwritten digits"))
        training = self.session.training
        self.wait("the training to start", lambda: training.is_active)
        self.wait("the first epochs", lambda: self._epochs >= PICTURED_EPOCH or not training.is_active)
        self.picture("train-running")
        self.wait("the end of the training", lambda: not training.is_active)
        self.settle()
        self.picture("train")

    def _visit(self, key: str) -> None:
        self.click(named(self.window.rail, QWidget, self._title(key)))
        self.settle()
        self.picture(key)

    def _data(self) -> None:
        self._visit("data")
        page = self.window.page("data")
        assert page is not None
        self.click(named(page, QAbstractButton, "Augment"))
        QTest.keyClicks(named(page, QComboBox, "Preset"), "dig")
        self.settle()
        self.picture("data-augment")

    def _inspect(self) -> None:
        self._visit("inspect")
        page = self.window.page("inspect")
        assert page is not None
        for tab in ("Activations", "Explain"):
            self.click(named(page, QAbstractButton, tab))
            self.settle()
            self.picture(f"inspect-{tab.lower()}")

    def _evaluate(self) -> None:
        self._visit("evaluate")
        page = self.window.page("evaluate")
        assert page is not None
        main = [button for button in page.findChildren(QAbstractButton) if button.property("role") == "main"]
        for button in main:
            if button.isVisible() and button.isEnabled():
                self.click(button)
                break
        self.settle()
        self.picture("evaluate-done")

    def _classify(self) -> None:
        files = self._test_images(6)
        self._visit("classify")
        self.session.page_requested.emit("classify")
        self.session.images_dropped.emit(files)
        self.settle()
        self.picture("classify-done")

    def _test_images(self, count: int) -> list[Path]:
        """A few test images as files, as a user would have them."""
        import io

        from PIL import Image

        dataset = self.session.dataset
        assert dataset is not None
        paths = []
        for place in dataset.indices("test")[:: max(1, len(dataset.indices("test")) // count)][:count]:
            buffer = io.BytesIO()
            Image.fromarray(np.squeeze(dataset.thumbnail(int(place)))).save(buffer, "PNG")
            paths.append(self._out / "digits" / f"{dataset.names[place].replace('/', '-')}.png")
            write_bytes(paths[-1], buffer.getvalue())
        return paths

    # Hands and eyes ---------------------------------------------------------------------------------------------

    def click(self, widget: QWidget) -> None:
        """Press the left button in the middle of a widget."""
        QTest.mouseClick(widget, Qt.MouseButton.LeftButton)

    def picture(self, name: str) -> None:
        """Save the window as it is, light and dark."""
        before = theme.choice
        for choice in ("light", "dark"):
            theme.set_choice(choice)
            self._pump(SETTLE_S)
            path = self._out / f"{name}-{choice}.png"
            self._out.mkdir(parents=True, exist_ok=True)
            if not self.window.grab().save(str(path)):
                raise StudioError(f"The picture {path} could not be written.", hint="Name another folder.")
            self.pictures.append(path)
        theme.set_choice(before)

    def settle(self) -> None:
        """Wait until nothing is computed any more and the screen is still."""
        self._pump(SETTLE_S)
        self.wait("the jobs to end", lambda: not self.session.jobs.active())
        self._pump(SETTLE_S)

    def wait(self, what: str, is_there: Callable[[], bool]) -> None:
        """Let the window live until something is so.

        Raises:
            StudioError: It didn't come, or the window showed an error.
        """
        deadline_s = time.monotonic() + TIMEOUT_S
        while not is_there():
            if self._trouble:
                raise StudioError(f"While waiting for {what}: {self._trouble}")
            if time.monotonic() > deadline_s:
                raise StudioError(f"The tour waited {TIMEOUT_S:.0f} s for {what} in vain.")
            self._pump(0.02)

    def _pump(self, seconds: float) -> None:
        deadline_s = time.monotonic() + seconds
        while time.monotonic() < deadline_s:
            QApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 10)
            time.sleep(0.001)  # the worker threads want the interpreter too

    def _title(self, key: str) -> str:
        from cnnstudio.gui.pages.registry import entry

        return entry(key).title

    def _on_notice(self, kind: str, text: str, hint: str) -> None:
        if kind == "bad":
            self._trouble = f"{text} {hint}".strip()

    _epochs = 0

    def _on_events(self, events: list[object]) -> None:
        for event in events:
            if isinstance(event, EpochDone):
                self._epochs = event.epoch
                accuracy = f"{100 * event.val_top1:.1f} % of the validation images"
                self._say(f"epoch {event.epoch:>2}: loss {event.train_loss:.3f}, {accuracy}")


def named(parent: QWidget, kind: type[QWidget], name: str) -> QWidget:
    """The visible widget below `parent` whose accessible name begins with `name`.

    Raises:
        StudioError: There is none.
    """
    for widget in parent.findChildren(kind):
        if widget.accessibleName().startswith(name) and widget.isVisible():
            return widget
    raise StudioError(f"The window shows nothing that is called '{name}'.")


def run_tour(out: Path, say: Say) -> tuple[Run, list[Path]]:
    """Walk through the window; returns the trained run and the pictures."""
    tour = Tour(out, say)
    try:
        run = tour.walk()
    finally:
        tour.close()
    return run, tour.pictures
