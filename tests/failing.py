"""A disk that fails at its N-th call, as SQLite's tests have it: what was saved before must survive every N."""

import builtins
import io
import os
from pathlib import Path
from typing import Any

import pytest

WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT


class FailingDisk:
    """Counts the calls that write below a folder (open, write, fsync, rename, mkdir), and lets some of them fail.

    Args:
        patch: Takes it all back.
        root: Calls elsewhere go through and aren't counted.
        code: What the failing call says: errno.ENOSPC, …
        first: The first call that fails, from 1.
        last: The last one; the same if left out.
    """

    def __init__(
        self, patch: pytest.MonkeyPatch, root: Path, code: int, first: int = 1, last: int | None = None
    ) -> None:
        self.calls = 0
        self._root, self._code, self._first, self._last = f"{root.resolve()}", code, first, last or first
        for name in ("fsync", "replace", "rename", "mkdir", "fdopen"):
            patch.setattr(os, name, self._counting(getattr(os, name)))
        patch.setattr(os, "open", self._opening_handle(os.open))
        for owner in (io, builtins):
            patch.setattr(owner, "open", self._opening(owner.open))

    def count(self, place: Any) -> None:
        """Count a call on a path or an open file; fail if it is its turn."""
        if not self._is_ours(place):
            return
        self.calls += 1
        if self._first <= self.calls <= self._last:
            raise OSError(self._code, os.strerror(self._code))

    def _is_ours(self, place: Any) -> bool:
        path = os.readlink(f"/proc/self/fd/{place}") if isinstance(place, int) else os.path.abspath(os.fsdecode(place))
        return path.startswith(self._root)

    def _counting(self, real: Any) -> Any:
        def call(place: Any, *args: Any, **kwargs: Any) -> Any:
            if real.__name__ != "fdopen":
                self.count(place)
                return real(place, *args, **kwargs)
            is_ours = self._is_ours(place)
            file = real(place, *args, **kwargs)
            return _CountedFile(file, self) if is_ours else file

        return call

    def _opening_handle(self, real: Any) -> Any:
        def call(place: Any, flags: int, *args: Any, **kwargs: Any) -> int:
            if flags & WRITING:
                self.count(place)
            return int(real(place, flags, *args, **kwargs))

        return call

    def _opening(self, real: Any) -> Any:
        def call(place: Any, mode: str = "r", *args: Any, **kwargs: Any) -> Any:
            if isinstance(place, int) or not set(mode) & set("wax+") or not self._is_ours(place):
                return real(place, mode, *args, **kwargs)
            self.count(place)
            return _CountedFile(real(place, mode, *args, **kwargs), self)

        return call


class _CountedFile:
    """A file whose writes are counted too."""

    def __init__(self, file: Any, disk: FailingDisk) -> None:
        self._file, self._disk = file, disk

    def write(self, content: Any) -> Any:
        self._disk.count(self._file.fileno())
        return self._file.write(content)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)

    def __enter__(self) -> "_CountedFile":
        return self

    def __exit__(self, *_: Any) -> None:
        self._file.close()
