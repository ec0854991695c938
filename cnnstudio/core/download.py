"""The one way to fetch a file from the web: on the user's click only, resumed where it broke off, and verified.

The bytes go into a partial file beside the target, which stays when the connection breaks or the user stops; the next
call goes on from there. Only what has the expected hash gets the target's name.
"""

import contextlib
import hashlib
import os
import re
import shutil
import time
import urllib.error
from http import HTTPStatus
from http.client import HTTPException, HTTPResponse
from pathlib import Path
from typing import BinaryIO

from cnnstudio.core.errors import FileError
from cnnstudio.core.files import fsync_folder, write_error
from cnnstudio.core.jobs import JobContext
from cnnstudio.core.web import UnsafeRedirect, opened

CHUNK_BYTES = 1 << 16
TRIES = 4
PAUSE_S = 1.0
PART_SUFFIX = ".part"
SPARE_BYTES = 50_000_000
_DIGITS = {"md5": (32, 32), "sha256": (8, 64)}  # fewest and most
_RANGE = re.compile(r"bytes (\d+)-\d+/(\d+)")
_PROGRESS_S = 0.1


def download(url: str, target: Path, *, digest: str, size: int | None, ctx: JobContext) -> Path:
    """Fetch a file, unless it is there already.

    Args:
        url: http:// or https://; a server may send us on to https:// only.
        target: Where it is to lie; its folder is made.
        digest: "md5:…" or "sha256:…" in hexadecimal digits; of SHA-256 the first 8 or more, where no more is published.
        size: In bytes; None if unknown. A server that announces another size is refused before the first byte.
        ctx: Gets progress in bytes; cancelling keeps what has come so far.

    Returns:
        The target.

    Raises:
        FileError: The server can't be reached or sends something else, the disk is full, the hash differs.
        Cancelled: The user stopped it.
    """
    expected = _Expected(url, target.name, digest, size)
    part = target.with_name(f".{target.name}.{expected.hexdigest[:8]}{PART_SUFFIX}")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        if target.exists() and expected.fits(_hash_of(target, expected, ctx)):
            return target
        _fetch_with_patience(expected, part, ctx)
        os.replace(part, target)
        fsync_folder(target.parent)
    except OSError as error:
        raise write_error(target, error) from error
    return target


def partial_bytes(target: Path, digest: str) -> int:
    """How much of a file lies there from an earlier try; 0 if nothing."""
    part = target.with_name(f".{target.name}.{digest.partition(':')[2][:8]}{PART_SUFFIX}")
    with contextlib.suppress(OSError):
        return part.stat().st_size
    return 0


class _Expected:
    """What is asked for: address, size and hash."""

    def __init__(self, url: str, name: str, digest: str, size: int | None) -> None:
        self.algorithm, _, hexdigest = digest.partition(":")
        self.hexdigest = hexdigest.lower()
        fewest, most = _DIGITS.get(self.algorithm, (1, 0))
        if not fewest <= len(self.hexdigest) <= most:
            raise ValueError(f"'{digest}' is not a hash of the form md5:… or sha256:…")
        self.url, self.name, self.size = url, name, size

    def fits(self, hexdigest: str) -> bool:
        """Is this the hash that was published?"""
        return hexdigest.startswith(self.hexdigest)

    def new_hash(self) -> "hashlib._Hash":
        # MD5 guards against damage, as the publishers' tables do; usedforsecurity says so to strict systems.
        return hashlib.new(self.algorithm, usedforsecurity=False)


def _fetch_with_patience(expected: _Expected, part: Path, ctx: JobContext) -> None:
    """Fetch until the hash fits: broken connections are resumed, a wrong resumed file is begun anew once."""
    resumed, failures = part.exists(), 0
    while True:
        before = part.stat().st_size if part.exists() else 0
        try:
            _fetch(expected, part, ctx)
        except _Broken as error:
            got_further = part.exists() and part.stat().st_size > before
            failures = 0 if got_further else failures + 1
            if failures == TRIES:
                raise FileError(f"{error.message} What has come so far is kept.", hint=error.hint) from None
            resumed = True
            _rest(ctx)
            continue
        if expected.fits(_hash_of(part, expected, ctx)):
            return
        part.unlink()
        if not resumed:
            break
        # The first part may have come from another version of the file: once more, from the beginning.
        resumed = False
    raise FileError(
        f"{expected.name} from {expected.url} is not the file that was published: its hash differs. It was deleted.",
        hint="The server may have changed it, or something between you and it did. Try again from another network.",
    )


def _fetch(expected: _Expected, part: Path, ctx: JobContext) -> None:
    """Bring the partial file nearer to its end, in one connection."""
    have = part.stat().st_size if part.exists() else 0
    if expected.size is not None and have >= expected.size:
        if have == expected.size:
            return
        part.unlink()
        have = 0
    ctx.progress(have, expected.size or 0, f"Connecting for {expected.name}")
    with _answer(expected, have, ctx) as response:
        start, total = _announced(response, have)
        if expected.size is not None and total and total != expected.size:
            raise FileError(
                f"{expected.url} gives a file of {total:,} bytes; {expected.name} has {expected.size:,}.",
                hint="The publisher may have changed or moved it.",
            )
        _require_disk(part, (total or expected.size or 0) - start)
        with part.open("r+b" if start else "wb") as file:
            file.seek(start)
            file.truncate()
            done = _copy(response, file, start, total or expected.size or 0, expected, ctx)
            file.flush()
            os.fsync(file.fileno())
    if total and done < total:
        raise _Broken(f"The connection broke after {done:,} of {total:,} bytes of {expected.name}.")


def _answer(expected: _Expected, have: int, ctx: JobContext) -> HTTPResponse:
    headers = {"Range": f"bytes={have}-"} if have else {}
    try:
        return opened(expected.url, headers, ctx.check)
    except urllib.error.HTTPError as error:
        error.close()
        if error.code == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE and have:
            return opened(expected.url, {}, ctx.check)
        if error.code >= HTTPStatus.INTERNAL_SERVER_ERROR:
            raise _Broken(f"{expected.url} answers with error {error.code}.") from None
        raise FileError(
            f"{expected.url} answers with error {error.code} ({error.reason}).",
            hint="The file may have been moved; look at the publisher's page.",
        ) from None
    except UnsafeRedirect as error:
        raise FileError(f"{expected.name} was not downloaded: {error}.") from None
    except (OSError, HTTPException) as error:
        raise _Broken(f"{expected.url} can't be reached: {_reason(error)}.") from None


def _announced(response: HTTPResponse, have: int) -> tuple[int, int]:
    """At which byte the answer begins, and how long the whole file is; 0 if the server doesn't say."""
    length = int(response.headers.get("Content-Length") or 0)
    found = _RANGE.fullmatch(response.headers.get("Content-Range") or "")
    if response.status == HTTPStatus.PARTIAL_CONTENT and found and int(found[1]) == have:
        return have, int(found[2])
    return 0, length


def _copy(response: HTTPResponse, file: BinaryIO, done: int, total: int, expected: _Expected, ctx: JobContext) -> int:
    """Append what comes to the file; how long it is afterwards. Never more than was announced."""
    told_s = 0.0
    while True:
        try:
            chunk = response.read1(CHUNK_BYTES)
        except (OSError, HTTPException) as error:
            text = f"The connection broke after {done:,} bytes of {expected.name}: {_reason(error)}."
            raise _Broken(text) from None
        if not chunk:
            break
        if total and done + len(chunk) > total:
            raise FileError(f"{expected.url} sends more than the {total:,} bytes that it announced.")
        file.write(chunk)
        done += len(chunk)
        ctx.check()
        if time.monotonic() - told_s > _PROGRESS_S:
            told_s = time.monotonic()
            ctx.progress(done, total, f"Downloading {expected.name}")
    ctx.progress(done, total or done, f"Downloading {expected.name}")
    return done


def _hash_of(path: Path, expected: _Expected, ctx: JobContext) -> str:
    """The hash of a file; empty if its size is wrong already."""
    size = path.stat().st_size
    if expected.size not in (None, size):
        return ""
    state, done = expected.new_hash(), 0
    with path.open("rb") as file:
        while chunk := file.read(16 * CHUNK_BYTES):
            ctx.check()
            state.update(chunk)
            done += len(chunk)
            ctx.progress(done, size, f"Checking {expected.name}")
    return state.hexdigest()


def _require_disk(part: Path, needed: int) -> None:
    free = shutil.disk_usage(part.parent).free
    if needed + SPARE_BYTES > free:
        raise FileError(
            f"{needed / 1e6:,.0f} MB are still to be downloaded to {part.parent}, where {free / 1e6:,.0f} MB are free.",
            hint="Free some space, or choose another folder.",
        )


def _rest(ctx: JobContext) -> None:
    deadline_s = time.monotonic() + PAUSE_S
    while time.monotonic() < deadline_s:
        ctx.check()
        time.sleep(0.05)


def _reason(error: Exception) -> str:
    inner = getattr(error, "reason", None) or error
    return str(getattr(inner, "strerror", None) or inner or type(inner).__name__).rstrip(".")


class _Broken(FileError):
    """A connection that ended too soon: worth another try."""

    def __init__(self, message: str) -> None:
        super().__init__(message, hint="Check your connection to the internet.")
