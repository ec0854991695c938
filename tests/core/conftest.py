"""A web server of this machine that can be told to misbehave."""

import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest


class WebServer(ThreadingHTTPServer):
    """Serves `content` at every path.

    Args:
        content: The whole file.
        break_after: Bytes after which a connection breaks off, one entry for each of the next connections.
        knows_ranges: False: answers every request with the whole file.
        status: An error code to answer the next requests with, one entry each.
        redirect: Where to send everybody instead.
        gate: If set, the second half of the body waits for it.
        requests: What was asked for: the Range header of each request.
    """

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.content = b""
        self.break_after: list[int] = []
        self.knows_ranges = True
        self.status: list[int] = []
        self.redirect = ""
        self.gate: threading.Event | None = None
        self.requests: list[str] = []

    def handle_error(self, request: object, client_address: object) -> None:
        """Clients that hang up are what is tested here; anything else is shown."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    server: WebServer
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None:
        pass

    def do_GET(self) -> None:
        server, wanted = self.server, self.headers.get("Range", "")
        server.requests.append(wanted)
        if server.redirect:
            self.send_response(302)
            self.send_header("Location", server.redirect)
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        if server.status:
            self.send_error(server.status.pop(0))
            return
        start = int(wanted.removeprefix("bytes=").rstrip("-")) if wanted and server.knows_ranges else 0
        if start >= len(server.content) > 0:
            self.send_error(416)
            return
        self.send_response(206 if start else 200)
        if start:
            self.send_header("Content-Range", f"bytes {start}-{len(server.content) - 1}/{len(server.content)}")
        self.send_header("Content-Length", str(len(server.content) - start))
        self.end_headers()
        self._send(server.content[start:])

    def _send(self, body: bytes) -> None:
        end = self.server.break_after.pop(0) if self.server.break_after else len(body)
        half = min(end, len(body) // 2)
        self.wfile.write(body[:half])
        if self.server.gate is not None:
            self.server.gate.wait(10)
        self.wfile.write(body[half:end])
        self.close_connection = True


@pytest.fixture
def web() -> Iterator[WebServer]:
    """A running server; tell it what to serve."""
    server = WebServer()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    if server.gate is not None:
        server.gate.set()
    server.shutdown()
    server.server_close()
    thread.join()
