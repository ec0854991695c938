"""Decoded pictures on the disk, in the program's own cache folder: mapped files that the next opening finds ready.

One folder for each data set at one training size. What was used longest ago goes first when the budget is spent. The
user's own folders are never written to.
"""

import atexit
import contextlib
import hashlib
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from uuid import uuid4

import numpy as np
from filelock import FileLock, Timeout

from cnnstudio.core.errors import FileError
from cnnstudio.core.jobs import JobContext
from cnnstudio.core.paths import cache_dir
from cnnstudio.core.settings import load_settings
from cnnstudio.data.manifest import Manifest, load_manifest, save_manifest
from cnnstudio.data.worker import Target, Work

# Raise it when pictures come to be decoded otherwise: what lies there is then read anew.
RULES = 1
MANIFEST, LOCK = "manifest.safetensors", ".lock"
SPARE_BYTES = 1_000_000_000
ZERO_BYTES = 16_000_000


def images_dir() -> Path:
    """Folder of all decoded data sets; one that lasts as long as the program where the cache can't be written."""
    folder = cache_dir() / "images"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return _passing_dir()
    return folder if os.access(folder, os.W_OK) else _passing_dir()


@lru_cache(maxsize=1)
def _passing_dir() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="cnnstudio-images-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def budget_bytes() -> int:
    """What all decoded data sets together may take."""
    return round(load_settings().cache_gb * 1e9)


@dataclass(frozen=True)
class CacheEntry:
    """The place of one data set at one training size."""

    folder: Path

    @property
    def is_filled(self) -> bool:
        """Is anything known of the data set?"""
        return (self.folder / MANIFEST).is_file()

    @contextlib.contextmanager
    def held(self, ctx: JobContext) -> Iterator[None]:
        """Keep other windows from filling the same entry; waits for them, and can be cancelled."""
        self.folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(self.folder / LOCK)
        while True:
            try:
                lock.acquire(timeout=0.1)
                break
            except Timeout:
                ctx.check()
                ctx.progress(0, 0, "Another window is reading these images")
        try:
            yield
        finally:
            lock.release()

    def manifest(self) -> Manifest | None:
        """What was found the last time; None if there was none, or it is damaged."""
        try:
            return load_manifest(self.folder / MANIFEST)
        except FileError:
            return None

    def save(self, manifest: Manifest) -> None:
        """Make this the state of the entry, and delete the mapped files of older ones."""
        try:
            save_manifest(self.folder / MANIFEST, manifest)
        except FileError:
            # The disk is full: what was read can be used all the same, and is read again the next time.
            return
        kept = {MANIFEST, LOCK, *manifest.facts.get("files", ())}
        for path in self.folder.iterdir():
            if path.name not in kept:
                # Another process may still have it open, which Windows minds: the next one deletes it.
                with contextlib.suppress(OSError):
                    path.unlink()

    def touch(self) -> None:
        """Note that it was used now."""
        with contextlib.suppress(OSError):
            os.utime(self.folder / MANIFEST)

    def new_target(self, work: Work, n: int) -> Target:
        """Mapped files for n pictures: pixels and thumbnails, or thumbnails alone, or none, as the budget allows."""
        thumbnails = _count(work.thumbnail_shape(n))
        for pixels in (_count(work.pixel_shape(n)), 0):
            if make_room(pixels + thumbnails, self.folder):
                target = self._allocated({"pixels": pixels, "thumbnails": thumbnails})
                if target is not None:
                    return target
        return Target("", "")

    def could_hold(self, work: Work, n: int) -> bool:
        """Would the pixels of n pictures fit, if all else went?"""
        return _count(work.pixel_shape(n)) + _count(work.thumbnail_shape(n)) <= _room_bytes()

    def _allocated(self, sizes: dict[str, int]) -> Target | None:
        stem, paths = uuid4().hex[:12], {}
        for name, size in sizes.items():
            paths[name] = str(self.folder / f"{stem}.{name}") if size else ""
            if size and not _allocate(Path(paths[name]), size):
                for path in filter(None, paths.values()):
                    Path(path).unlink(missing_ok=True)
                return None
        return Target(**paths)


def entry_of(root: str, work: Work) -> CacheEntry:
    """The entry of a folder at a training size."""
    key = repr((RULES, os.path.normcase(root), work)).encode("utf-8", errors="surrogateescape")
    return CacheEntry(images_dir() / hashlib.blake2b(key, digest_size=12).hexdigest())


def open_mapped(path: str, shape: tuple[int, ...]) -> np.ndarray:
    """A mapped file, to read; an empty array has none."""
    if not path or not _count(shape):
        return np.empty(shape, np.uint8)
    return np.memmap(path, np.uint8, "r", 0, shape)


def make_room(needed: int, keep: Path) -> bool:
    """Delete what was used longest ago until `needed` more bytes fit into the budget; False if they never will."""
    budget = _room_bytes()
    if needed > budget:
        return False
    entries = sorted((path for path in images_dir().iterdir() if path.is_dir()), key=last_use)
    taken = {path: folder_bytes(path) for path in entries}
    total = sum(taken.values()) - taken.get(keep, 0)
    for path in entries:
        if total + needed <= budget:
            break
        if path != keep:
            total -= taken[path]
            shutil.rmtree(path, ignore_errors=True)
    return True


def _room_bytes() -> int:
    """What the budget and the disk allow all data sets together."""
    room = budget_bytes()
    with contextlib.suppress(OSError):
        room = min(room, used_bytes() + shutil.disk_usage(images_dir()).free - SPARE_BYTES)
    return room


def used_bytes() -> int:
    """What all decoded data sets take now."""
    return sum(folder_bytes(path) for path in images_dir().iterdir())


def clear() -> None:
    """Delete all decoded data sets; each is read anew when it is opened next."""
    shutil.rmtree(images_dir(), ignore_errors=True)


def _count(shape: tuple[int, ...]) -> int:
    return int(np.prod(shape, dtype=np.int64))


def _allocate(path: Path, size: int) -> bool:
    """Take the space now: a mapped file that finds the disk full later would end the process."""
    try:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o644)
        try:
            if hasattr(os, "posix_fallocate"):
                os.posix_fallocate(handle, 0, size)
            else:
                _fill(handle, size)
        finally:
            os.close(handle)
    except OSError:
        return False
    return True


def _fill(handle: int, size: int) -> None:
    block = bytes(ZERO_BYTES)
    while size > 0:
        size -= os.write(handle, block[: min(size, ZERO_BYTES)])


def last_use(folder: Path) -> float:
    """When a data set was used last, in seconds since 1970."""
    try:
        return (folder / MANIFEST).stat().st_mtime
    except OSError:
        # Being filled, or left by a crash long ago.
        return folder.stat().st_mtime if folder.is_dir() else time.time()


def folder_bytes(folder: Path) -> int:
    """What a data set takes; 0 if it is gone."""
    try:
        return sum(entry.stat().st_size for entry in os.scandir(folder) if entry.is_file())
    except OSError:
        return 0
