"""One request to a web server that can be stopped at any moment and ends when the server falls silent.

Plain `urllib` waits in one long call; here each read wakes up a few times a second to ask whether to go on.
"""

import http.client
import io
import socket
import time
import urllib.request
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from cnnstudio import __version__

CONNECT_S = 15.0
SILENCE_S = 30.0
POLL_S = 0.2
Check = Callable[[], None]


class UnsafeRedirect(OSError):
    """A server sent us on to an address without encryption."""


def opened(url: str, headers: Mapping[str, str], check: Check) -> http.client.HTTPResponse:
    """Ask for an address and return the answer once its head is there.

    Args:
        url: Begins with http:// or https://; servers may send us on to https:// only.
        headers: Beside our own name.
        check: Called five times a second while waiting; what it raises ends the request.

    Raises:
        OSError: No connection, an answer of 400 and above, or silence for 30 s.
    """
    if not url.startswith(("http://", "https://")):
        raise OSError(f"'{url}' is not an address on the web")
    opener = urllib.request.build_opener(_Http(check), _Https(check), _SafeRedirects())
    # Our own scheme check stands above; handlers for file: and ftp: must not be reachable by a redirect either.
    request = urllib.request.Request(url, headers={"User-Agent": f"CNN-Studio/{__version__}", **headers})
    response: http.client.HTTPResponse = opener.open(request, timeout=CONNECT_S)
    return response


class _SafeRedirects(urllib.request.HTTPRedirectHandler):
    """Follows to encrypted addresses only."""

    def redirect_request(
        self, req: urllib.request.Request, fp: Any, code: int, msg: str, headers: Any, newurl: str
    ) -> urllib.request.Request | None:
        if not newurl.startswith("https://"):
            raise UnsafeRedirect(f"the server sends on to {newurl[:200]}, which is not encrypted")
        return super().redirect_request(req, fp, code, msg, headers, newurl)


class _Http(urllib.request.HTTPHandler):
    def __init__(self, check: Check) -> None:
        super().__init__()
        self._check = check

    def http_open(self, req: urllib.request.Request) -> http.client.HTTPResponse:
        return self.do_open(partial(_connection, http.client.HTTPConnection, self._check), req)


class _Https(urllib.request.HTTPSHandler):
    def __init__(self, check: Check) -> None:
        super().__init__()
        self._check = check

    def https_open(self, req: urllib.request.Request) -> http.client.HTTPResponse:
        return self.do_open(partial(_connection, http.client.HTTPSConnection, self._check), req)


def _connection(
    kind: type[http.client.HTTPConnection], check: Check, host: str, **options: Any
) -> http.client.HTTPConnection:
    connection = kind(host, **options)
    connection.response_class = partial(_Response, check)  # type: ignore[assignment]  # a factory serves as well
    return connection


class _Response(http.client.HTTPResponse):
    """An answer that is read in short waits."""

    def __init__(self, check: Check, sock: socket.socket, *args: Any, **options: Any) -> None:
        super().__init__(sock, *args, **options)
        sock.settimeout(POLL_S)
        self.fp = io.BufferedReader(_PatientReader(sock, self.fp, check))


class _PatientReader(io.RawIOBase):
    """Reads a socket; asks `check` while nothing comes, and gives up after 30 s of silence."""

    def __init__(self, sock: socket.socket, file: io.BufferedIOBase, check: Check) -> None:
        super().__init__()
        # The socket lives as long as the file that was made of it: urllib closes its own end at once.
        self._sock, self._file, self._check = sock, file, check

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        deadline_s = time.monotonic() + SILENCE_S
        while True:
            self._check()
            try:
                return self._sock.recv_into(buffer)
            except TimeoutError:
                if time.monotonic() > deadline_s:
                    raise OSError(f"the server has been silent for {SILENCE_S:g} s") from None

    def close(self) -> None:
        self._file.close()
        super().close()
