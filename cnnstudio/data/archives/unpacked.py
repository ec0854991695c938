"""An archive's content as a folder: unpacked once into the cache, found again by the archive's hash."""

import contextlib
import errno
import hashlib
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from cnnstudio.core import files
from cnnstudio.core.errors import DataError, FileError
from cnnstudio.core.paths import cache_dir
from cnnstudio.data.archives.rules import Rules
from cnnstudio.data.archives.tar_archive import unpack_tar
from cnnstudio.data.archives.zip_archive import unpack_zip
from cnnstudio.data.place import unpacked as behind_gzip

if TYPE_CHECKING:
    from cnnstudio.core.jobs import JobContext

CHUNK_BYTES = 1 << 20
# Too long, not for this disk, or one name for a file and a folder.
UNFIT_NAMES = frozenset(
    (errno.ENAMETOOLONG, errno.EILSEQ, errno.EINVAL, errno.EEXIST, errno.ENOTDIR, errno.EISDIR, errno.ENOENT)
)
UNUSED_S, LEFT_OVER_S = 30 * 86_400, 86_400
NOTE, CONTENT = "archive.json", "content"
ArchiveKind = Literal["zip", "tar"]
_TAR_AT, _TAR = 257, b"ustar"
_MULTI = (b"PK\7\x08", b"PK00PK")


@dataclass(frozen=True)
class Unpacked:
    """Where an archive's files lie, and which got another name.

    Args:
        folder: Holds them, as they lay in the archive.
        renamed: Name in the archive and name in the folder, where they differ.
    """

    folder: Path
    renamed: tuple[tuple[str, str], ...]


def archive_kind(head: bytes) -> ArchiveKind | None:
    """What kind of archive begins with these bytes; None if none that is unpacked here."""
    if head.startswith((b"PK\3\4", b"PK\5\6", *_MULTI)):
        return "zip"
    if head.startswith((b"\xfd7zXZ\0", b"BZh")):
        return "tar"
    plain = behind_gzip(head)
    return "tar" if plain[_TAR_AT : _TAR_AT + 5] == _TAR else None


def unpack(path: Path, kind: ArchiveKind, ctx: "JobContext") -> Unpacked:
    """The content of an archive; unpacked now, or earlier.

    Raises:
        UnsafeArchive: It breaks a rule or is damaged; nothing of it is left.
        DataError: It can't be read.
        FileError: The disk is full; nothing of it is left.
        Cancelled: The user stopped it; nothing of it is left.
    """
    place = cache_dir() / "archives"
    final = place / _hash(path, ctx)
    found = _found(final)
    if found is not None:
        with contextlib.suppress(OSError):  # a cache that can't be written to can still be read
            os.utime(final / NOTE)
        return found
    _forget_old(place)
    with _temporary(place) as temp:
        content = temp / CONTENT
        content.mkdir()
        rules = Rules(path.name, path.stat().st_size, content)
        unpack_zip_or_tar(path, kind, rules, ctx)
        if not rules.entries:
            raise DataError(f"The archive '{path.name}' is empty.")
        note = {"version": 1, "archive": path.name, "entries": rules.entries, "renamed": rules.renamed}
        files.write_json(temp / NOTE, note)
        with contextlib.suppress(FileError):
            # Another window may have unpacked the same archive meanwhile: theirs is as good.
            files.publish_folder(temp, final)
    done = _found(final)
    if done is None:
        raise FileError(f"The archive could not be unpacked to {final}.")
    return done


def unpack_zip_or_tar(path: Path, kind: ArchiveKind, rules: Rules, ctx: "JobContext") -> None:
    """Write all files of an archive below `rules.target`."""
    try:
        (unpack_zip if kind == "zip" else unpack_tar)(path, rules, ctx)
    except OSError as error:
        if error.errno is None:
            # bz2 says so of damaged bytes; what comes from the system has a number.
            raise rules.unsafe(f"it is damaged ({error})", "Download or pack it again.") from None
        if error.errno in UNFIT_NAMES:
            raise rules.unsafe(f"it holds names that can't be written ({error.strerror})") from error
        raise files.write_error(rules.target, error) from error


def _found(folder: Path) -> Unpacked | None:
    """What was unpacked earlier; None if nothing was, or not wholly."""
    try:
        note = files.read_json(folder / NOTE)
        renamed = tuple((str(before), str(after)) for before, after in note["renamed"])
    except (FileError, KeyError, TypeError, ValueError):
        return None
    return Unpacked(folder / CONTENT, renamed) if (folder / CONTENT).is_dir() else None


def _forget_old(place: Path) -> None:
    """Delete what was not used for 30 days, and what a crash left behind a day ago."""
    for folder in place.glob("*"):
        is_left_over = folder.name.endswith(files.TEMP_SUFFIX)
        mark = folder if is_left_over else folder / NOTE
        with contextlib.suppress(OSError):
            if time.time() - mark.stat().st_mtime > (LEFT_OVER_S if is_left_over else UNUSED_S):
                shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def _temporary(place: Path) -> Iterator[Path]:
    """A folder beside the final one, which is gone afterwards unless it was renamed."""
    try:
        place.mkdir(parents=True, exist_ok=True)
        temp = Path(tempfile.mkdtemp(suffix=files.TEMP_SUFFIX, dir=place))
    except OSError as error:
        raise files.write_error(place, error) from error
    try:
        yield temp
    finally:
        shutil.rmtree(temp, ignore_errors=True)


def _hash(path: Path, ctx: "JobContext") -> str:
    state, done = hashlib.blake2b(digest_size=16), 0
    try:
        with path.open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            while chunk := file.read(CHUNK_BYTES):
                ctx.check()
                state.update(chunk)
                done += len(chunk)
                ctx.progress(done, size, f"Looking at {path.name}")
    except OSError as error:
        raise DataError(f"'{path.name}' can't be read ({error.strerror or error}).") from None
    return state.hexdigest()
