"""Published weights in the window: nothing before a click, then a download that can be stopped, then the table."""

import hashlib
import io
import socket
import threading
from collections.abc import Callable
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import torch
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from cnnstudio.gui import pretrained
from cnnstudio.gui.main_window import MainWindow
from cnnstudio.gui.pretrained import place_of
from cnnstudio.gui.pretrained_dialog import PretrainedDialog
from cnnstudio.gui.session import Session
from cnnstudio.gui.weights_dialog import WeightsDialog
from cnnstudio.network.compile import compile_network
from cnnstudio.network.weights.published import Published
from cnnstudio.network.zoo import architectures

LEFT = Qt.MouseButton.LeftButton
TIMEOUT_MS = 60_000


class Server(ThreadingHTTPServer):
    """Serves one file; `gate` holds its second half back."""

    daemon_threads = True
    content = b""
    asked = 0
    gate: threading.Event | None = None


class Handler(BaseHTTPRequestHandler):
    server: Server

    def log_message(self, *_: object) -> None:
        pass

    def do_GET(self) -> None:
        self.server.asked += 1
        content = self.server.content
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        half = len(content) // 2
        self.wfile.write(content[:half])
        if self.server.gate is not None:
            self.server.gate.wait(20)
        self.wfile.write(content[half:])


@pytest.fixture
def server() -> "Server":
    buffer = io.BytesIO()
    torch.save(compile_network(architectures["lenet5"].build(), seed=4).state_dict(), buffer)
    made = Server(("127.0.0.1", 0), Handler)
    made.content = buffer.getvalue()
    thread = threading.Thread(target=made.serve_forever, args=(0.05,))
    thread.start()
    yield made
    if made.gate is not None:
        made.gate.set()
    made.shutdown()
    made.server_close()
    thread.join()


@pytest.fixture
def opened(
    main_window: MainWindow, shapes_session: Session, server: "Server", monkeypatch: pytest.MonkeyPatch
) -> Callable[..., PretrainedDialog]:
    """Opens the dialog with one published LeNet-5 that lies on the local server."""
    hexdigest = hashlib.sha256(server.content).hexdigest()

    class Local(Published):
        @property
        def url(self) -> str:
            return f"http://127.0.0.1:{server.server_port}/{self.file}"

    def show(digits: str = hexdigest[:8]) -> PretrainedDialog:
        item = Local("lenet5", "test pictures", f"lenet5-{digits}.pth", len(server.content) / 2**20, 99.0)
        monkeypatch.setattr(pretrained, "PUBLISHED", (item, replace(item, file="other-00000000.pth")))
        main_window.dialogs.get_pretrained(main_window.session)
        dialog = main_window.findChild(PretrainedDialog)
        assert dialog is not None
        return dialog

    return show


def test_opening_the_dialog_asks_no_server(
    opened: Callable[..., PretrainedDialog], server: Server, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    def refuse(*args: object) -> None:
        raise AssertionError("a connection was made")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    dialog = opened()
    qtbot.wait(100)
    assert server.asked == 0
    assert dialog.get_button.text() == f"Download {len(server.content) / 1000:.0f} kB"
    dialog.reject()


def test_a_click_fetches_checks_and_shows_the_table(
    opened: Callable[..., PretrainedDialog], main_window: MainWindow, qtbot: QtBot
) -> None:
    dialog = opened()
    item = dialog.chosen()
    assert item is not None
    qtbot.mouseClick(dialog.get_button, LEFT)
    qtbot.waitUntil(lambda: main_window.findChild(WeightsDialog) is not None, timeout=TIMEOUT_MS)
    table = main_window.findChild(WeightsDialog)
    assert table is not None
    qtbot.waitUntil(table.shows_plan, timeout=TIMEOUT_MS)

    assert place_of(item).is_file()
    assert {row.state for row in table.rows.shown()} == {"taken"}
    table.reject()


def test_a_file_with_another_hash_is_refused_and_leaves_nothing(
    opened: Callable[..., PretrainedDialog], main_window: MainWindow, qtbot: QtBot
) -> None:
    dialog = opened("deadbeef")
    item = dialog.chosen()
    assert item is not None
    qtbot.mouseClick(dialog.get_button, LEFT)
    qtbot.waitUntil(dialog.problem.isVisible, timeout=TIMEOUT_MS)

    assert "its hash differs" in dialog.problem.text()
    assert not place_of(item).exists()
    assert dialog.get_button.isEnabled()
    dialog.reject()


def test_cancel_stops_within_a_second_and_keeps_what_came(
    opened: Callable[..., PretrainedDialog], server: Server, qtbot: QtBot
) -> None:
    server.gate = threading.Event()
    dialog = opened()
    item = dialog.chosen()
    assert item is not None
    qtbot.mouseClick(dialog.get_button, LEFT)
    qtbot.waitUntil(lambda: server.asked == 1, timeout=TIMEOUT_MS)
    folder = place_of(item).parent
    qtbot.waitUntil(lambda: any(path.stat().st_size for path in folder.glob(".*.part")), timeout=TIMEOUT_MS)
    qtbot.mouseClick(dialog.progress.button, LEFT)
    qtbot.waitUntil(dialog.get_button.isEnabled, timeout=1_500)

    assert not place_of(item).exists()
    assert next(path.stat().st_size for path in folder.glob(".*.part")) > 0
    dialog.reject()


def test_the_page_network_offers_them_where_there_are_some(main_window: MainWindow, shapes_session: Session) -> None:
    session = main_window.session
    session.use_architecture("resnet20")
    session.page_requested.emit("network")
    page = main_window.page("network")
    assert page is not None
    button = page.side.network.pretrained_button  # type: ignore[attr-defined]
    assert not button.isVisible()
    session.set_graph(architectures["resnet18"].build(), "Use ResNet-18")
    assert button.isVisible()
    button.click()
    dialog = main_window.findChild(PretrainedDialog)
    assert dialog is not None
    chosen = dialog.chosen()
    assert chosen is not None
    assert chosen.architecture == "resnet18"
    dialog.reject()
