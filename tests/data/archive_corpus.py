"""Hostile and damaged archives, made by hand: each by its name, with the fault of the catalogue that it stands for."""

import bz2
import gzip
import io
import lzma
import struct
import tarfile
import warnings
import zipfile
from collections.abc import Callable

PNG = (
    b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\1\0\0\0\1\x08\0\0\0\0:~\x9bU\0\0\0\nIDATx\x9cc\xf8\x0f\0\1\1\1\0\x1b\xb6\xeeV"
    b"\0\0\0\0IEND\xaeB`\x82"
)


def zip_of(*entries: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip archive of these names and contents."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of names that are there twice
        for name, content in entries:
            # Through ZipInfo, so that the name goes in as it is.
            info = zipfile.ZipInfo("x")
            info.filename, info.compress_type = name, method
            archive.writestr(info, content)
    return buffer.getvalue()


def tar_of(*entries: tuple[str, bytes] | tarfile.TarInfo) -> bytes:
    """A tar archive of these files, or of entries of other kinds."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.GNU_FORMAT) as archive:
        for entry in entries:
            if isinstance(entry, tarfile.TarInfo):
                archive.addfile(entry)
            else:
                info = tarfile.TarInfo(entry[0])
                info.size = len(entry[1])
                archive.addfile(info, io.BytesIO(entry[1]))
    return buffer.getvalue()


def special(name: str, kind: bytes, target: str = "") -> tarfile.TarInfo:
    """An entry that is no file."""
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, target
    return info


def good_files(n: int = 3) -> list[tuple[str, bytes]]:
    """Two classes of small pictures."""
    return [(f"{kind}/{i}.png", PNG + bytes((i,)) + kind.encode()) for kind in ("cat", "dog") for i in range(n)]


def zip_with_mode(mode: int) -> bytes:
    """A zip archive with an entry of this Unix mode."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        info = zipfile.ZipInfo("cat/link.png")
        info.create_system, info.external_attr = 3, mode << 16
        archive.writestr(info, b"/etc/passwd")
    return buffer.getvalue()


def patched(content: bytes, before: bytes, after: bytes) -> bytes:
    """The bytes with something replaced wherever it stands."""
    assert before in content
    return content.replace(before, after)


def with_flag(content: bytes) -> bytes:
    """A zip archive whose entries say that they are encrypted."""
    made = bytearray(content)
    for magic, offset in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        at = made.find(magic)
        while at >= 0:
            made[at + offset] |= 1
            at = made.find(magic, at + 4)
    return bytes(made)


def lying_zip() -> bytes:
    """A zip archive whose directory says that a file is larger than it is."""
    content = bytearray(zip_of(("cat/1.png", PNG)))
    at = content.find(b"PK\1\2")
    content[at + 24 : at + 28] = struct.pack("<I", len(PNG) + 7)
    return bytes(content)


def zip_with_bad_crc() -> bytes:
    """A zip archive with one byte of a stored file changed."""
    content = bytearray(zip_of(("cat/1.png", PNG), method=zipfile.ZIP_STORED))
    content[content.find(PNG) + 30] ^= 0xFF
    return bytes(content)


def tar_with_size(size: int) -> bytes:
    """A tar archive whose header says another size than follows."""
    info = tarfile.TarInfo("cat/1.png")
    info.size = size
    return info.tobuf(tarfile.GNU_FORMAT) + PNG.ljust(512, b"\0") + b"\0" * 1024


def bomb_of_names() -> bytes:
    """A tar archive with a long-name header of 30 MB, which a reader would take into memory."""
    info = tarfile.TarInfo("././@LongLink")
    info.type, info.size = tarfile.GNUTYPE_LONGNAME, 30_000_000
    return gzip.compress(info.tobuf(tarfile.GNU_FORMAT) + b"a" * info.size)


def half(content: bytes) -> bytes:
    """The first half."""
    return content[: len(content) // 2]


ZEROS = b"\0" * 60_000_000
_GOOD = good_files()
# fault of the catalogue, file name, bytes, words of the message
Bad = tuple[int, str, Callable[[], bytes], str]
ARCHIVES: tuple[Bad, ...] = (
    *(
        (53, f"{kind}_{number}.{kind}", lambda make=make, name=name: make((name, PNG)), "unsafe path")
        for kind, make in (("zip", zip_of), ("tar", tar_of))
        for number, name in enumerate(
            (
                "../evil.png",
                "cat/../../evil.png",
                "/tmp/evil.png",
                "C:\\evil.png",
                "c:/evil.png",
                "\\\\server\\share\\evil.png",
                "//server/evil.png",
                "..\\evil.png",
                "cat\\..\\..\\evil.png",
                "cat/" + "x/" * 2_100 + "evil.png",
            )
        )
    ),
    (54, "symlink.zip", lambda: zip_with_mode(0o120777), "is a link"),
    (54, "pipe.zip", lambda: zip_with_mode(0o010644), "is a device or pipe"),
    (54, "device.zip", lambda: zip_with_mode(0o020644), "is a device or pipe"),
    (54, "symlink.tar", lambda: tar_of(special("cat/x", tarfile.SYMTYPE, "/etc/passwd")), "is a link"),
    (54, "inner_link.tar", lambda: tar_of(_GOOD[0], special("cat/x", tarfile.SYMTYPE, "0.png")), "is a link"),
    (54, "hardlink.tar", lambda: tar_of(_GOOD[0], special("cat/x", tarfile.LNKTYPE, "cat/0.png")), "is a link"),
    (54, "device.tar", lambda: tar_of(special("cat/x", tarfile.CHRTYPE)), "is a device or pipe"),
    (54, "fifo.tar.gz", lambda: gzip.compress(tar_of(special("cat/x", tarfile.FIFOTYPE))), "is a device or pipe"),
    (55, "bomb.zip", lambda: zip_of(("cat/1.png", ZEROS)), "looks like a bomb"),
    (55, "bomb.tar.gz", lambda: gzip.compress(tar_of(("cat/1.png", ZEROS))), "looks like a bomb"),
    (55, "bomb.tar.bz2", lambda: bz2.compress(tar_of(("cat/1.png", ZEROS))), "looks like a bomb"),
    (55, "bomb.tar.xz", lambda: lzma.compress(tar_of(("cat/1.png", ZEROS)), preset=0), "looks like a bomb"),
    (55, "names.tar.gz", bomb_of_names, "a header of 30,000,000 bytes"),
    (55, "tail.tar.gz", lambda: gzip.compress(tar_of(*_GOOD) + ZEROS + b"\0" * 5_000_000), "follow behind its end"),
    (55, "nested.zip", lambda: zip_of(("inner.zip", zip_of(*_GOOD))), "zip archive|No images"),
    (56, "lying.zip", lying_zip, "damaged"),
    (56, "damaged.tar.bz2", lambda: bz2.compress(tar_of(*_GOOD))[:60] + b"\xff" * 40, "is damaged"),
    (56, "nameless.zip", lambda: patched(zip_of(("x", PNG)), b"x", b"\0"), "damaged"),
    (56, "crc.zip", zip_with_bad_crc, "damaged"),
    (56, "truncated.zip", lambda: half(zip_of(*_GOOD)), "damaged"),
    (56, "encrypted.zip", lambda: with_flag(zip_of(*_GOOD)), "protected by a password"),
    (56, "first_volume.zip", lambda: b"PK\7\x08" + half(zip_of(*_GOOD)), "damaged"),
    (56, "renamed_7z.zip", lambda: b"7z\xbc\xaf\x27\x1c" + b"\0" * 99, "a 7z archive"),
    (56, "renamed_rar.tar", lambda: b"Rar!\x1a\x07\x01\0" + b"\0" * 99, "a RAR archive"),
    (56, "method.zip", lambda: patched(zip_of(*_GOOD), b"\x08\0\0\0!\0", b"\x62\0\0\0!\0"), "can't be read|damaged"),
    (56, "empty.zip", zip_of, "is empty"),
    (59, "truncated.tar", lambda: half(tar_of(*_GOOD)), "damaged|ends early"),
    (59, "truncated.tar.gz", lambda: half(gzip.compress(tar_of(*_GOOD))), "damaged"),
    (59, "truncated.tar.xz", lambda: half(lzma.compress(tar_of(*_GOOD))), "damaged"),
    (59, "cut_between_entries.tar", lambda: tar_of(*_GOOD)[:3072], "ends early"),
    (59, "too_long.tar", lambda: tar_with_size(10_000), "damaged"),
    (59, "petabyte.tar", lambda: tar_with_size(8**11 - 1), "looks like a bomb|MB are free"),
    (59, "gz_checksum.tar.gz", lambda: gzip.compress(tar_of(*_GOOD))[:-8] + b"\0" * 8, "damaged"),
    (59, "garbage.tar", lambda: tar_of(*_GOOD)[:512] + b"?" * 4096, "damaged|ends early"),
)
