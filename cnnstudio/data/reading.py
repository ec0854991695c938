"""From a scan to a manifest and mapped pixels: what is known already is kept, the rest is decoded."""

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from cnnstudio.core.jobs import JobContext
from cnnstudio.data.cache import CacheEntry, open_mapped
from cnnstudio.data.decoder import Decoder
from cnnstudio.data.duplicates import TABLES, clusters, near_pairs
from cnnstudio.data.manifest import Manifest, manifest_of
from cnnstudio.data.scan import Scan
from cnnstudio.data.worker import DIGEST_BYTES, Rows, Target, Work, joined_rows, rows_at

COPY_ROWS = 4_096
# Fewer take no time, more would take a child longer than it may.
MANY, TOO_MANY = 5_000, 300_000


@dataclass(frozen=True, eq=False)
class Found:
    """The files of a data set and where their pixels lie.

    Args:
        manifest: All files.
        target: Mapped files with a row for each readable file; an empty path where there is none.
        before: What was known the last time; None if nothing was.
    """

    manifest: Manifest
    target: Target
    before: Manifest | None


def read_files(scan: Scan, work: Work, entry: CacheEntry, decoder: Decoder, ctx: JobContext) -> Found:
    """The files of a scan, from the cache where size and time of change are as they were, or else decoded.

    Raises:
        Cancelled: The user stopped it; no process is left, and the cache is as it was.
    """
    names = tuple(file.name for file in scan.files)
    stamps = np.array([(file.size, file.mtime_ns) for file in scan.files], np.int64).reshape(-1, 2)
    labels = np.array([file.label for file in scan.files], np.int32)
    splits = np.array([file.split for file in scan.files], np.int8)
    with entry.held(ctx):
        before = entry.manifest()
        target = _ready_target(entry, work, before)
        if target is None:
            before, kept = None, np.full(len(names), -1)
        else:
            kept = _kept(before, names, stamps)
        is_same = before is not None and len(before) == len(names) and np.array_equal(kept, np.arange(len(names)))
        # What had no room before may have it now: then the pixels are read after all.
        if is_same and target is not None and (target.pixels or not entry.could_hold(work, len(names))):
            assert before is not None
            entry.touch()
            now = replace(before, root=str(scan.root), classes=scan.classes, labels=labels, splits=splits)
            if _is_filed_otherwise(before, now):
                entry.save(now)
            return Found(now, target, before)
        reading = _Reading([file.path for file in scan.files], stamps, work, entry, before, target, kept)
        rows, made = reading.run(decoder, ctx)
        manifest = manifest_of(str(scan.root), scan.classes, names, labels, splits, stamps, rows)
        manifest = _grouped(manifest, made, decoder, ctx)
        entry.save(manifest)
    return Found(manifest, made, before)


def _ready_target(entry: CacheEntry, work: Work, manifest: Manifest | None) -> Target | None:
    """The mapped files of a manifest, if they are complete."""
    if manifest is None or "pixels" not in manifest.facts:
        return None
    n = len(manifest.readable)
    paths = {}
    for name, shape in (("pixels", work.pixel_shape(n)), ("thumbnails", work.thumbnail_shape(n))):
        file = str(manifest.facts[name])
        paths[name] = str(entry.folder / file) if file else ""
        if file and _size(paths[name]) != int(np.prod(shape, dtype=np.int64)):
            return None
    return Target(**paths)


def _size(path: str) -> int:
    try:
        return os.stat(path).st_size
    except OSError:
        return -1


def _kept(before: Manifest | None, names: Sequence[str], stamps: np.ndarray) -> np.ndarray:
    """For each file its position in the old manifest, or −1 if it must be read."""
    if before is None:
        return np.full(len(names), -1)
    if before.names == names:
        places = np.arange(len(names))
    else:
        known = {name: place for place, name in enumerate(before.names)}
        places = np.array([known.get(name, -1) for name in names], np.int64)
    is_same = (before.stamps[places] == stamps).all(axis=1) & (places >= 0)
    return np.where(is_same, places, -1)


def _is_filed_otherwise(before: Manifest, now: Manifest) -> bool:
    """True if a class or part is another, while the files are the same."""
    same = before.classes == now.classes and np.array_equal(before.labels, now.labels)
    return not (same and np.array_equal(before.splits, now.splits))


def _grouped(manifest: Manifest, target: Target, decoder: Decoder, ctx: JobContext) -> Manifest:
    """With copies found, and the names of the mapped files."""
    good = manifest.readable
    ctx.progress(len(manifest), len(manifest), "Looking for copies")
    near = _near_pairs(manifest.prints[good], decoder, ctx) if MANY <= len(good) <= TOO_MANY else None
    digests = manifest.digests[good].view(f"V{DIGEST_BYTES}").ravel().tolist()
    groups = np.full(len(manifest), -1, np.int64)
    groups[good] = good[clusters(digests, manifest.prints[good], near)] if len(good) else good
    facts = {"pixels": os.path.basename(target.pixels), "thumbnails": os.path.basename(target.thumbnails)}
    return replace(manifest, groups=groups, facts={**facts, "files": [name for name in facts.values() if name]})


def _near_pairs(prints: np.ndarray, decoder: Decoder, ctx: JobContext) -> np.ndarray:
    """Look-alikes, by two children side by side: they have nothing else to do now, and the window keeps its thread."""
    halves = (range(0, TABLES, 2), range(1, TABLES, 2))
    return np.unique(np.concatenate(decoder.each(near_pairs, [(prints, half) for half in halves], ctx)), axis=0)


@dataclass(frozen=True, eq=False)
class _Reading:
    """One filling of a cache entry: old rows are copied, new ones decoded, gaps closed."""

    paths: list[str]
    stamps: np.ndarray
    work: Work
    entry: CacheEntry
    before: Manifest | None
    old: Target | None
    kept: np.ndarray

    def run(self, decoder: Decoder, ctx: JobContext) -> tuple[Rows, Target]:
        target = self.entry.new_target(self.work, len(self.paths))
        try:
            rows = self._rows(target, decoder, ctx)
            good = np.ones(len(rows), bool)
            good[[place for place, _ in rows.failures]] = False
            for path, shape in self._files(target, len(self.paths)):
                _close_gaps(path, shape, np.flatnonzero(good))
        except BaseException:
            for path, _ in self._files(target, 0):
                Path(path).unlink(missing_ok=True)
            raise
        return rows, target

    def _files(self, target: Target, n: int) -> list[tuple[str, tuple[int, ...]]]:
        files = ((target.pixels, self.work.pixel_shape(n)), (target.thumbnails, self.work.thumbnail_shape(n)))
        return [(path, shape) for path, shape in files if path]

    def _rows(self, target: Target, decoder: Decoder, ctx: JobContext) -> Rows:
        """All files' rows in the order of the files."""
        wanted = self._to_read(target)
        parts = self._decoded(wanted, target, decoder, ctx)
        if len(wanted) == len(self.paths):
            return joined_rows(parts)
        kept = np.setdiff1d(np.arange(len(self.paths)), wanted)
        assert self.before is not None
        self._copy(kept, target, ctx)
        parts.append(rows_at(self.before, self.kept[kept]))
        return rows_at(joined_rows(parts), np.argsort(np.concatenate([wanted, kept]), kind="stable"))

    def _to_read(self, target: Target) -> np.ndarray:
        """Positions of the files to decode; all of them if pixels are wanted that weren't kept the last time."""
        lacks = self.old is not None and len(self._files(target, 0)) > len(self._files(self.old, 0))
        return np.arange(len(self.paths)) if lacks else np.flatnonzero(self.kept < 0)

    def _decoded(self, wanted: np.ndarray, target: Target, decoder: Decoder, ctx: JobContext) -> list[Rows]:
        if not len(wanted):
            return []
        paths = [self.paths[place] for place in wanted.tolist()]
        sizes, parts, done = self.stamps[wanted, 0].tolist(), [], 0
        for rows in decoder.decode_batch(paths, sizes, self.work, ctx, target, wanted):
            parts.append(rows)
            done += len(rows)
            ctx.check()
            ctx.progress(done, len(paths), "Reading images")
        return parts

    def _copy(self, kept: np.ndarray, target: Target, ctx: JobContext) -> None:
        """Rows of files that are as they were, from the old mapped files."""
        assert self.before is not None
        assert self.old is not None
        old_good = self.before.readable
        old_rows = np.full(len(self.before), -1)
        old_rows[old_good] = np.arange(len(old_good))
        rows = old_rows[self.kept[kept]]
        places, rows = kept[rows >= 0], rows[rows >= 0]
        old_files = {os.path.splitext(path)[1]: (path, shape) for path, shape in self._files(self.old, len(old_good))}
        for path, shape in self._files(target, len(self.paths)):
            # Both kinds of mapped files have their own suffix.
            source = open_mapped(*old_files[os.path.splitext(path)[1]])
            made = np.memmap(path, np.uint8, "r+", 0, shape)
            for start in range(0, len(rows), COPY_ROWS):
                ctx.check()
                part = slice(start, start + COPY_ROWS)
                made[places[part]] = source[rows[part]]


def _close_gaps(path: str, shape: tuple[int, ...], good: np.ndarray) -> None:
    """Move the rows of readable files together, and cut off what is left over."""
    if len(good) == shape[0]:
        return
    if len(good):
        mapped = np.memmap(path, np.uint8, "r+", 0, shape)
        for start in range(0, len(good), COPY_ROWS):
            mapped[start : start + COPY_ROWS][: len(good) - start] = mapped[good[start : start + COPY_ROWS]]
        del mapped
    os.truncate(path, len(good) * int(np.prod(shape[1:], dtype=np.int64)))
