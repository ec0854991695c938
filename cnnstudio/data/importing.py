"""What a scan found as pictures at training size, with what could not be used and what was converted."""

from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from cnnstudio.core.errors import DataError
from cnnstudio.core.jobs import JobContext
from cnnstudio.data.cache import entry_of, open_mapped
from cnnstudio.data.decoder import Decoder
from cnnstudio.data.difference import Difference, difference
from cnnstudio.data.file_paths import FilePaths
from cnnstudio.data.header import look_at
from cnnstudio.data.manifest import Manifest
from cnnstudio.data.notes import note_problems, noted
from cnnstudio.data.raw import Problem, RawData
from cnnstudio.data.reading import Found, read_files
from cnnstudio.data.scan import Scan
from cnnstudio.data.spec import PreprocessSpec
from cnnstudio.data.streamed import StreamedPixels
from cnnstudio.data.words import counted
from cnnstudio.data.worker import DIGEST_BYTES, THUMBNAIL_SIDE, Work

MAX_UNREADABLE = 0.05
MIN_PER_CLASS = 2


def import_files(
    find: Callable[[JobContext], Scan], root: Path, preprocess: PreprocessSpec, accept_problems: bool, ctx: JobContext
) -> RawData:
    """All files that are found at training size; only those that changed since the last time are decoded.

    Args:
        find: Looks for the files; meanwhile the decoding children start.
        root: Where it looks.
        preprocess: Training size.
        accept_problems: Let nothing stand in the way of training.
        ctx: Told of the progress.

    Raises:
        DataError: Not one can be read.
        Cancelled: The user stopped it; no process is left.
    """
    with Decoder() as decoder:
        if not any(entry_of(str(root), work).is_filled for work in possible_works(preprocess)):
            decoder.warm_up()
        scan = find(ctx)
        work = _work(preprocess, look_at([file.path for file in scan.files]).side > preprocess.side)
        found = read_files(scan, work, entry_of(str(scan.root), work), decoder, ctx)
    if not len(found.manifest.readable):
        raise DataError(
            f"{_none_of(len(scan.files))} in {scan.root} can be read: {_failures(found.manifest)[0].text}",
            hint="Check that they are JPEG, PNG, BMP, GIF, WebP, TIFF or AVIF files.",
        )
    return _raw(scan, found, work, accept_problems)


def possible_works(preprocess: PreprocessSpec) -> tuple[Work, Work]:
    """With thumbnails and without: which one it is shows when the files are seen."""
    return _work(preprocess, True), _work(preprocess, False)


def _work(preprocess: PreprocessSpec, has_thumbnails: bool) -> Work:
    side = THUMBNAIL_SIDE if has_thumbnails else 0
    return Work(preprocess.side, preprocess.channels, preprocess.resize, side, preprocess.float_range)


def _raw(scan: Scan, found: Found, work: Work, accept_problems: bool) -> RawData:
    manifest, good = found.manifest, found.manifest.readable
    places = good.tolist()
    names = tuple(manifest.names[place] for place in places) if len(good) < len(manifest) else manifest.names
    paths = [scan.files[place].path for place in places]
    noted_at = noted(manifest.notes[good], manifest.sizes[good], work.side)
    gates = _blocking(scan, manifest, accept_problems)
    changed = None if found.before is None else difference(found.before, manifest) or None
    pixels = open_mapped(found.target.pixels, work.pixel_shape(len(good))) if found.target.pixels else None
    thumbnails = open_mapped(found.target.thumbnails, work.thumbnail_shape(len(good)))
    problems = (*gates, *_news(changed, names), *scan.problems, *_failures(manifest), *note_problems(noted_at, names))
    return RawData(
        classes=scan.classes,
        names=names,
        paths=FilePaths(paths),
        # It reads like an array; what goes through all of it goes in parts.
        pixels=StreamedPixels(paths, manifest.stamps[good, 0], work) if pixels is None else pixels,  # type: ignore[arg-type]
        labels=manifest.labels[good].astype(np.int64),
        given_splits=manifest.splits[good] if scan.has_splits else None,
        thumbnails=thumbnails if found.target.thumbnails else None,
        digests=manifest.digests[good].view(f"V{DIGEST_BYTES}").ravel().tolist(),
        problems=problems,
        groups=np.searchsorted(good, manifest.groups[good]),
        prints=manifest.prints[good],
        sums=manifest.sums[good],
        manifest=manifest,
        difference=changed,
    )


def _news(changed: Difference | None, names: tuple[str, ...]) -> Iterator[Problem]:
    """What changed since the last time, with the pictures that are new or other than they were."""
    if changed:
        new = {*changed.added, *changed.changed, *changed.relabelled, *(name for _, name in changed.moved)}
        places = tuple(place for place, name in enumerate(names) if name in new)
        yield Problem("", "changed", f"Since these files were opened last: {changed.text()}.", places=places)


def _failures(manifest: Manifest) -> list[Problem]:
    found = []
    for place, why in sorted(manifest.failures.items()):
        name = manifest.names[place]
        found.append(Problem(name, why.kind, f"'{name.rpartition('/')[2]}' {why.text}.", hint=why.hint))
    return found


def _none_of(n: int) -> str:
    return "Not the one image file" if n == 1 else f"None of the {n:,} image files"


def _blocking(scan: Scan, manifest: Manifest, accept_problems: bool) -> Iterator[Problem]:
    """What the user must decide about before training."""
    n_bad, n_all = len(manifest.failures), len(scan.files)
    if n_bad > MAX_UNREADABLE * n_all:
        yield Problem(
            "",
            "many_unreadable",
            f"{n_bad:,} of {counted(n_all, 'image file')} ({100 * n_bad / n_all:.0f} %) can't be read; "
            f"more than {100 * MAX_UNREADABLE:.0f} % is a reason to stop and look.",
            hint="Mend or remove them, or switch on “Train anyway” on the page Data.",
            is_blocking=not accept_problems,
        )
    wanted = Counter(manifest.labels.tolist())
    usable = Counter(manifest.labels[manifest.readable].tolist())
    for label in sorted(wanted):
        if usable[label] < MIN_PER_CLASS:
            yield Problem(
                scan.classes[label],
                "tiny_class",
                f"The class '{scan.classes[label]}' has {counted(usable[label], 'usable image')} of "
                f"{wanted[label]:,}; "
                f"at least {MIN_PER_CLASS} are needed to learn and to check.",
                hint="Add images of it, remove its folder, or switch on “Train anyway” on the page Data.",
                is_blocking=not accept_problems,
            )
