"""The one way to write user data: all of it or nothing, and on the disk before we say "saved".

A temporary file in the same folder, flush, fsync, replace, fsync of the folder (as git does).
"""

import contextlib
import errno
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from io import RawIOBase
from pathlib import Path
from typing import Any, BinaryIO

from cnnstudio.core.errors import FileError

MAX_JSON_BYTES = 50_000_000
MAX_JSON_DEPTH = 64
TEMP_SUFFIX = ".cnnstudio-tmp"
BEFORE = ".before"


@contextlib.contextmanager
def replacing(path: Path) -> Iterator[BinaryIO]:
    """Open a temporary file that becomes `path` when the block ends without an error.

    Raises:
        FileError: The place can't be written; whatever was at `path` before is intact.
    """
    temp: Path | None = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=TEMP_SUFFIX, dir=path.parent)
        temp = Path(name)
        with os.fdopen(handle, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        temp.chmod(0o644)
        os.replace(temp, path)
        fsync_folder(path.parent)
    except OSError as error:
        raise write_error(path, error) from error
    finally:
        if temp is not None:
            temp.unlink(missing_ok=True)


def write_bytes(path: Path, content: bytes) -> None:
    """Write a whole file, atomically."""
    with replacing(path) as file:
        file.write(content)


def write_text(path: Path, text: str) -> None:
    """Write a whole UTF-8 text file, atomically; file names that aren't Unicode survive."""
    write_bytes(path, text.encode("utf-8", errors="surrogateescape"))


def write_json(path: Path, value: Any) -> None:
    """Write JSON (no NaN, no Infinity), atomically."""
    write_text(path, json.dumps(value, indent=1, allow_nan=False, ensure_ascii=False) + "\n")


def read_json(path: Path) -> Any:
    """Read a JSON file of ours, within limits on size and depth.

    Raises:
        FileError: Missing, unreadable, too large, too deep, or not JSON.
    """
    return parse_json(read_json_text(path), str(path))


def read_json_text(path: Path) -> str:
    """The text of a JSON file of ours, not yet parsed.

    Raises:
        FileError: Missing, unreadable or too large.
    """
    try:
        if path.stat().st_size > MAX_JSON_BYTES:
            raise FileError(f"{path} is larger than {MAX_JSON_BYTES // 1_000_000} MB and was not read.")
        return path.read_bytes().decode("utf-8", errors="surrogateescape")
    except OSError as error:
        raise read_error(path, error) from error


def parse_json(text: str, where: str) -> Any:
    """JSON from a text, refusing NaN, Infinity, keys that stand there twice, and what is nested too deeply.

    Raises:
        FileError: It isn't such JSON; `where` is named.
    """
    try:
        value = json.loads(text, parse_constant=_refuse_constant, object_pairs_hook=_without_doubles)
    except (ValueError, RecursionError) as error:
        reason = "it is nested too deeply" if isinstance(error, RecursionError) else str(error)
        raise FileError(f"{where} is damaged: it is not valid JSON ({reason}).") from None
    if _depth_exceeds(value, MAX_JSON_DEPTH):
        raise FileError(f"{where} is nested more than {MAX_JSON_DEPTH} levels deep and was not read.")
    return value


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not a number that JSON knows")


def _without_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    # Of two equal keys Python keeps the last and others the first: a file that has them means two things.
    found = dict(pairs)
    if len(found) < len(pairs):
        twice = next(key for key, _ in pairs if sum(key == other for other, _ in pairs) > 1)
        raise ValueError(f"the key {twice[:40]!r} stands there twice")
    return found


def _depth_exceeds(value: Any, limit: int) -> bool:
    level: list[Any] = [value]
    for _ in range(limit):
        level = [child for item in level for child in _children(item)]
        if not level:
            return False
    return True


def _children(item: Any) -> list[Any]:
    if isinstance(item, dict):
        return list(item.values())
    return item if isinstance(item, list) else []


def to_line(value: Any) -> str:
    """JSON on one line, for a journal."""
    return json.dumps(value, allow_nan=False, ensure_ascii=False)


def append_line(path: Path, line: str, *, sync: bool = True) -> None:
    """Add one line to a journal, whole or not at all; with `sync` it is on the disk when this returns.

    Behind a last line that a crash has torn it begins a line of its own.
    """
    content = line.encode("utf-8", errors="surrogateescape") + b"\n"
    try:
        # Unbuffered: what a full disk refuses must not be tried again when the file is closed.
        with path.open("a+b", buffering=0) as file:
            before = file.seek(0, os.SEEK_END)
            try:
                _write_all(file, content if _ends_whole(file, before) else b"\n" + content)
                if sync:
                    os.fsync(file.fileno())
            except OSError:
                file.truncate(before)
                raise
    except OSError as error:
        raise write_error(path, error) from error


def _ends_whole(file: RawIOBase, size: int) -> bool:
    if not size:
        return True
    file.seek(size - 1)
    return file.read(1) == b"\n"


def _write_all(file: RawIOBase, content: bytes) -> None:
    """A full disk may take a part without a word."""
    written = 0
    while written < len(content):
        written += file.write(content[written:]) or 0


def sync_file(path: Path) -> None:
    """Make what was appended to a file durable."""
    try:
        with path.open("ab") as file:
            os.fsync(file.fileno())
    except OSError as error:
        raise write_error(path, error) from error


def read_lines(path: Path) -> list[Any]:
    """The JSON values of a journal, one a line.

    A line that a crash has torn, or a power cut has filled with zeros, is left out: the last whole one counts.
    """
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        return []
    except OSError as error:
        raise read_error(path, error) from error
    values = []
    for line in raw.split(b"\n"):
        if line.strip():
            with contextlib.suppress(ValueError, RecursionError):
                values.append(json.loads(line.decode("utf-8", errors="surrogateescape")))
    return values


def fsync_folder(folder: Path) -> None:
    """Make a rename durable. Windows has no such call and needs none."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def publish_folder(temp: Path, final: Path) -> None:
    """Rename a finished folder into place, durably; an older one of that name is there until the new one is."""
    before = final.with_name(f"{final.name}{BEFORE}{TEMP_SUFFIX}")
    try:
        if final.exists():
            shutil.rmtree(before, ignore_errors=True)
            os.replace(final, before)
        os.replace(temp, final)
        fsync_folder(final.parent)
    except OSError as error:
        _bring_back(before)
        raise write_error(final, error) from error
    finally:
        if final.exists():
            shutil.rmtree(before, ignore_errors=True)


def remove_leftovers(folder: Path) -> None:
    """Delete our own temporary files and folders that a crash left behind in `folder`."""
    for path in folder.glob(f"*{TEMP_SUFFIX}"):
        _bring_back(path)
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
    for path in folder.glob(f".*{TEMP_SUFFIX}"):
        path.unlink(missing_ok=True)


def _bring_back(before: Path) -> None:
    """Put a folder back that was moved aside for a newer one which never came."""
    name = before.name.removesuffix(TEMP_SUFFIX)
    final = before.with_name(name.removesuffix(BEFORE))
    if name.endswith(BEFORE) and before.is_dir() and not final.exists():
        with contextlib.suppress(OSError):  # the place is gone: it is found there when the place comes back
            os.replace(before, final)


def write_error(path: Path, error: OSError) -> FileError:
    """The sentence for a failed write: why, what is safe, what to do."""
    safe = "What was saved there before is unchanged." if path.exists() else "Nothing was written."
    if error.errno == errno.ENOSPC:
        return FileError(
            f"The disk is full{_free_text(path)}: {path} could not be saved. {safe}",
            hint="Free some space, then try again.",
        )
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return FileError(
            f"{path} could not be saved: the place is read-only. {safe}",
            hint="Choose a folder that you may write to.",
        )
    return FileError(
        f"{path} could not be saved: {error.strerror or error}. {safe}", hint="Choose another folder, or try again."
    )


def read_error(path: Path, error: OSError) -> FileError:
    """The sentence for a failed read."""
    if isinstance(error, FileNotFoundError):
        return FileError(f"{path} does not exist.")
    if isinstance(error, PermissionError):
        return FileError(f"{path} cannot be read: permission denied.")
    return FileError(f"{path} cannot be read: {error.strerror or error}.")


def _free_text(path: Path) -> str:
    with contextlib.suppress(OSError):
        return f" ({shutil.disk_usage(path.parent).free / 1e6:.0f} MB free)"
    return ""
