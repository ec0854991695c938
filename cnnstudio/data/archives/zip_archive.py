"""Unpack a zip archive by our rules."""

import stat
import struct
import zipfile
import zlib
from lzma import LZMAError
from pathlib import Path
from typing import TYPE_CHECKING

from cnnstudio.data.archives.rules import MAX_ENTRIES, Rules

if TYPE_CHECKING:
    from cnnstudio.core.jobs import JobContext

CHUNK_BYTES = 1 << 20
ENCRYPTED = 0x1
END, END_BYTES, MAX_COMMENT = b"PK\5\6", 22, 65_535
# The library says IndexError of an entry without a name, struct.error of some headers that are cut off.
DAMAGE = (zipfile.BadZipFile, zlib.error, LZMAError, struct.error, EOFError, ValueError, OverflowError, LookupError)


def unpack_zip(path: Path, rules: Rules, ctx: "JobContext") -> None:
    """Write all files of a zip archive below `rules.target`.

    Raises:
        UnsafeArchive: It breaks a rule, is damaged, protected by a password or of an unknown kind.
        OSError: The disk is full.
    """
    _check_count(path, rules)
    try:
        with zipfile.ZipFile(path) as archive:
            entries = [info for info in archive.infolist() if not info.is_dir()]
            for info in entries:
                _check(info, rules)
            rules.require_disk(rules.total_bytes)
            done = 0
            for info in entries:
                done += _write(archive, info, rules, done, ctx)
    except NotImplementedError as error:
        raise rules.unsafe(
            f"it is packed in a way that can't be read ({error})", "Pack it anew, as plain zip."
        ) from None
    except DAMAGE as error:
        raise rules.unsafe(f"it is damaged ({str(error).rstrip('.')})", "Download or pack it again.") from None


def _check_count(path: Path, rules: Rules) -> None:
    """Refuse a directory of too many entries before it is read into memory."""
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - END_BYTES - MAX_COMMENT))
        tail = file.read()
    at = tail.rfind(END)
    directory_bytes = int.from_bytes(tail[at + 12 : at + 16], "little") if at >= 0 else 0
    # An entry of the directory has at least 46 bytes; 2³² − 1 stands for "more than fits here".
    if directory_bytes > 1_000 * MAX_ENTRIES and directory_bytes != 0xFFFF_FFFF:
        raise rules.unsafe(f"its directory alone has {directory_bytes / 1e6:,.0f} MB")


def _check(info: zipfile.ZipInfo, rules: Rules) -> None:
    mode = info.external_attr >> 16
    if stat.S_IFMT(mode) not in (0, stat.S_IFREG):
        what = "a link" if stat.S_ISLNK(mode) else "a device or pipe"
        raise rules.unsafe(f"'{info.filename[:200]}' is {what}")
    if info.flag_bits & ENCRYPTED:
        raise rules.unsafe("it is protected by a password", "Unpack it yourself, then choose the folder.")
    rules.add(info.file_size)


def _write(archive: zipfile.ZipFile, info: zipfile.ZipInfo, rules: Rules, before: int, ctx: "JobContext") -> int:
    """Write one file; how many bytes it has. The library stops at the declared size and checks the checksum."""
    target = rules.place(info.filename)
    rules.make_folder(target)
    done = 0
    with archive.open(info) as source, target.open("xb") as file:
        while chunk := source.read(CHUNK_BYTES):
            ctx.check()
            file.write(chunk)
            done += len(chunk)
            ctx.progress(before + done, rules.total_bytes, "Unpacking")
    if done != info.file_size:
        raise zipfile.BadZipFile(f"'{info.filename[:200]}' has {done:,} bytes instead of {info.file_size:,}")
    return done
