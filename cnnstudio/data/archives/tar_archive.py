"""Unpack a tar archive, plain or compressed, by our rules: read once from front to back, nothing trusted."""

import bz2
import gzip
import lzma
import struct
import tarfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, BinaryIO, Self

from cnnstudio.data.archives.rules import Rules

if TYPE_CHECKING:
    from cnnstudio.core.jobs import JobContext

CHUNK_BYTES = 1 << 20
MAX_EXTRA_HEADER = 1_000_000
MAX_REST_BYTES = 64_000_000
DISK_STEP_BYTES = 100_000_000
EXTRA = frozenset((b"x", b"X", b"g", b"L", b"K"))
DAMAGE = (
    *(tarfile.TarError, zlib.error, lzma.LZMAError, gzip.BadGzipFile, struct.error),
    *(EOFError, ValueError, OverflowError, LookupError),
)


def unpack_tar(path: Path, rules: Rules, ctx: "JobContext") -> None:
    """Write all files of a tar archive below `rules.target`.

    Raises:
        UnsafeArchive: It breaks a rule or is damaged.
        OSError: The disk is full.
    """
    try:
        with path.open("rb") as packed, _unpacker(packed) as stream:
            header = _header_class()
            with tarfile.open(fileobj=stream, mode="r|", tarinfo=header, errorlevel=2) as archive:
                checked_bytes = 0
                for entry in archive:
                    ctx.check()
                    if rules.total_bytes + entry.size > checked_bytes:
                        # The size of the whole is not known beforehand: look at the disk every 100 MB.
                        rules.require_disk(entry.size + DISK_STEP_BYTES)
                        checked_bytes = rules.total_bytes + entry.size + DISK_STEP_BYTES
                    _take(archive, entry, rules, ctx)
                    ctx.progress(packed.tell(), rules.packed_bytes, "Unpacking")
            _read_to_the_end(stream, rules)
            if not header.saw_end:
                raise rules.unsafe("it ends early or is damaged", "Download or pack it again.")
    except DAMAGE as error:
        raise rules.unsafe(f"it is damaged ({str(error).rstrip('.')})", "Download or pack it again.") from None


def _unpacker(packed: BinaryIO) -> Any:
    """The stream behind the compression; a compression's checksum is tested at its end."""
    head = packed.read(6)
    packed.seek(0)
    openers: dict[bytes, Callable[[BinaryIO], Any]] = {
        b"\x1f\x8b": gzip.open,
        b"BZh": bz2.open,
        b"\xfd7zXZ\0": lzma.open,
    }
    opener = next((opener for magic, opener in openers.items() if head.startswith(magic)), None)
    return packed if opener is None else opener(packed)


def _header_class() -> "type[_Header]":
    """A class of headers for one archive, which remembers whether the mark of the end was seen."""

    class Header(_Header):
        saw_end = False

    return Header


class _Header(tarfile.TarInfo):
    """A header that is looked at before the library acts on it: long names and comments are read into memory."""

    saw_end = False

    @classmethod
    def frombuf(cls, buf: bytes | bytearray, encoding: str, errors: str) -> Self:
        if len(buf) == tarfile.BLOCKSIZE and not any(buf):
            cls.saw_end = True
        header = super().frombuf(buf, encoding, errors)
        if header.size < 0 or (header.type in EXTRA and header.size > MAX_EXTRA_HEADER):
            raise tarfile.ReadError(f"a header of {header.size:,} bytes")
        return header


def _take(archive: tarfile.TarFile, entry: tarfile.TarInfo, rules: Rules, ctx: "JobContext") -> None:
    if entry.isdir():
        rules.add(0)
        return
    if not entry.isreg() or entry.issparse():
        kinds = {"1": "a link", "2": "a link", "S": "a sparse file"}
        kind = "a sparse file" if entry.issparse() else kinds.get(entry.type.decode("latin-1"), "a device or pipe")
        raise rules.unsafe(f"'{entry.name[:200]}' is {kind}")
    rules.add(entry.size)
    target = rules.place(entry.name)
    if rules.make_folder(target):
        # The library's own filter for foreign data stands behind ours; it resolves the whole path, which for each
        # file would take a quarter of the time.
        tarfile.data_filter(entry, str(rules.target))
    source = archive.extractfile(entry)
    assert source is not None
    _copy(source, target, entry.size, ctx)


def _copy(source: IO[bytes], target: Path, size: int, ctx: "JobContext") -> None:
    done = 0
    with target.open("xb") as file:
        while chunk := source.read(CHUNK_BYTES):
            ctx.check()
            file.write(chunk)
            done += len(chunk)
    if done != size:
        raise EOFError(f"{done:,} of {size:,} bytes of '{target.name}' are there")


def _read_to_the_end(stream: Any, rules: Rules) -> None:
    """Read what is left, so that the compression's checksum is tested; a tail without end is refused."""
    left = MAX_REST_BYTES
    while left > 0 and (chunk := stream.read(min(left, CHUNK_BYTES))):
        left -= len(chunk)
    if left <= 0:
        raise rules.unsafe(f"more than {MAX_REST_BYTES // 1_000_000} MB follow behind its end")
