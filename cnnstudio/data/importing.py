"""Decode what a scan found, into arrays, and say what could not be used and what was converted."""

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from cnnstudio.core.errors import DataError
from cnnstudio.core.jobs import JobContext
from cnnstudio.data.decoder import Decoder
from cnnstudio.data.header import look_at
from cnnstudio.data.memory import require_memory
from cnnstudio.data.raw import Problem, RawData
from cnnstudio.data.scan import FoundFile, Scan
from cnnstudio.data.spec import PreprocessSpec
from cnnstudio.data.words import counted
from cnnstudio.data.worker import THUMBNAIL_SIDE, Failure, Sample, Work

MAX_UNREADABLE = 0.05
MIN_PER_CLASS = 2
PROGRESS_STEP = 32
NARROW = 8
THUMBNAIL_BYTES = THUMBNAIL_SIDE**2 * 3
# What was done to images that are used, said of one and of several: one line each, with how many.
NOTES = {
    "animated": ("holds several pictures; the first one is used", "hold several pictures; the first one is used"),
    "16_bit": ("has 16 bits a channel; it is scaled to 8", "have 16 bits a channel; they are scaled to 8"),
    "float": (
        "holds floating-point values from 0 to 1; they are scaled to 0 to 255",
        "hold floating-point values from 0 to 1; they are scaled to 0 to 255",
    ),
    "alpha": ("is partly transparent; it is laid on white", "are partly transparent; they are laid on white"),
    "cmyk": (
        "is in print colours (CMYK); it is converted to RGB",
        "are in print colours (CMYK); they are converted to RGB",
    ),
    "turned": ("is turned as its EXIF orientation says", "are turned as their EXIF orientation says"),
    "bad_exif": ("has damaged EXIF data, which are ignored", "have damaged EXIF data, which are ignored"),
    "blank": ("shows nothing but one colour", "show nothing but one colour"),
    "small": (
        "is less than half as large as the training size and gets blurred",
        "are less than half as large as the training size and get blurred",
    ),
    "narrow": (f"is more than {NARROW} times as long as wide", f"are more than {NARROW} times as long as wide"),
    "grey": ("is grey among coloured ones", "are grey among coloured ones"),
}


def import_files(scan: Scan, preprocess: PreprocessSpec, accept_problems: bool, ctx: JobContext) -> RawData:
    """Decode all files of a scan.

    Raises:
        DataError: Not one can be read, or they don't fit into memory.
        Cancelled: The user stopped it; no process is left.
    """
    files = scan.files
    has_thumbnails = look_at([file.path for file in files]).side > preprocess.side
    require_memory(len(files), preprocess, extra_bytes=len(files) * THUMBNAIL_BYTES * has_thumbnails)
    results = _Results(len(files), preprocess, has_thumbnails)
    work = Work(preprocess.side, preprocess.channels, preprocess.resize, has_thumbnails)
    with Decoder() as decoder:
        decoded = decoder.decode_batch([f.path for f in files], [f.size for f in files], work, ctx)
        for done, (file, result) in enumerate(zip(files, decoded, strict=True), start=1):
            ctx.check()
            results.add(file, result)
            if done % PROGRESS_STEP == 0 or done == len(files):
                ctx.progress(done, len(files), "Reading images")
    if not results.files:
        raise DataError(
            f"{_none_of(len(files))} in {scan.root} can be read: {results.failures[0].text}",
            hint="Check that they are JPEG, PNG, BMP, GIF, WebP, TIFF or AVIF files.",
        )
    gates = _blocking(scan, results, accept_problems)
    return results.raw(scan, (*gates, *scan.problems, *results.failures, *results.note_problems()))


class _Results:
    """Arrays that fill up as files come back; failures leave no gap."""

    def __init__(self, n: int, preprocess: PreprocessSpec, has_thumbnails: bool) -> None:
        side = preprocess.side
        self.files: list[FoundFile] = []
        self.failures: list[Problem] = []
        self._side = side
        self._pixels = np.empty((n, preprocess.channels, side, side), np.uint8)
        self._thumbnails = np.empty((n * has_thumbnails, THUMBNAIL_SIDE, THUMBNAIL_SIDE, 3), np.uint8)
        self._digests: list[bytes] = []
        self._notes: Counter[str] = Counter()
        self._first: dict[str, str] = {}

    def add(self, file: FoundFile, result: Sample | Failure) -> None:
        """Keep what came back for one file."""
        if isinstance(result, Failure):
            name = Path(file.path).name
            problem = Problem(file.name, result.kind, f"'{name}' {result.text}.", hint=result.hint)
            self.failures.append(problem)
            return
        position = len(self.files)
        self._pixels[position] = result.pixels
        if result.thumbnail is not None:
            self._thumbnails[position] = result.thumbnail
        self.files.append(file)
        self._digests.append(result.digest)
        for note in (*result.notes, *_size_notes(result, self._side)):
            self._notes[note] += 1
            self._first.setdefault(note, file.name)

    def note_problems(self) -> Iterator[Problem]:
        """One line for each kind of conversion."""
        n = len(self.files)
        for note, (one, several) in NOTES.items():
            count = self._notes[note]
            if count and not (note == "grey" and count == n):
                text = f"{count:,} of {counted(n, 'image')} {one if count == 1 else several}"
                yield Problem("", note, f"{text} (first: '{self._first[note]}').")

    def raw(self, scan: Scan, problems: Sequence[Problem]) -> RawData:
        """The finished arrays."""
        n = len(self.files)
        return RawData(
            classes=scan.classes,
            names=tuple(file.name for file in self.files),
            paths=tuple(Path(file.path) for file in self.files),
            pixels=self._pixels[:n],
            labels=np.array([file.label for file in self.files], np.int64),
            given_splits=np.array([file.split for file in self.files], np.int8) if scan.has_splits else None,
            thumbnails=self._thumbnails[:n] if len(self._thumbnails) else None,
            digests=self._digests,
            problems=tuple(problems),
        )


def _none_of(n: int) -> str:
    return "Not the one image file" if n == 1 else f"None of the {n:,} image files"


def _size_notes(sample: Sample, side: int) -> Iterator[str]:
    short, long = sorted((sample.width, sample.height))
    if short * 2 < side:
        yield "small"
    if long > NARROW * short:
        yield "narrow"


def _blocking(scan: Scan, results: _Results, accept_problems: bool) -> Iterator[Problem]:
    """What the user must decide about before training."""
    n_bad, n_all = len(results.failures), len(scan.files)
    if n_bad > MAX_UNREADABLE * n_all:
        yield Problem(
            "",
            "many_unreadable",
            f"{n_bad:,} of {counted(n_all, 'image file')} ({n_bad / n_all:.0%}) can't be read; "
            f"more than {MAX_UNREADABLE:.0%} is a reason to stop and look.",
            hint="Mend or remove them, or allow training in spite of problems.",
            is_blocking=not accept_problems,
        )
    wanted = Counter(file.label for file in scan.files)
    usable = Counter(file.label for file in results.files)
    for label in sorted(wanted):
        if usable[label] < MIN_PER_CLASS:
            yield Problem(
                scan.classes[label],
                "tiny_class",
                f"The class '{scan.classes[label]}' has {counted(usable[label], 'usable image')} of "
                f"{wanted[label]:,}; "
                f"at least {MIN_PER_CLASS} are needed to learn and to check.",
                hint="Add images of it, remove its folder, or allow training in spite of problems.",
                is_blocking=not accept_problems,
            )
