"""What an archive may hold: names that stay inside, plain files only, and no more than the disk and reason allow."""

import os
import re
import shutil
import unicodedata
from dataclasses import dataclass, field
from pathlib import Path

from cnnstudio.core.errors import DataError
from cnnstudio.data.portable import portable_name

MAX_ENTRIES = 1_000_000
MAX_RATIO = 200
# Below this an archive may shrink as much as it likes: it harms nobody.
FREE_OF_RATIO_BYTES = 50_000_000
SPARE_BYTES = 200_000_000
MAX_NAME = 4_096
# No usual file system has longer names of files; Windows counts signs, and so may pack longer ones.
MAX_PART_BYTES = 240


class UnsafeArchive(DataError):
    """The archive is refused as a whole; nothing of it is left on the disk."""

    def __init__(self, archive: str, reason: str, hint: str = "") -> None:
        super().__init__(
            f"The archive '{archive}' was refused: {reason}. Nothing of it was kept.",
            hint=hint or "Get it from elsewhere, or unpack it yourself and look at what is in it.",
        )


@dataclass(eq=False)
class Rules:
    """Checks the entries of one archive as they come by, and says under which name each is to be written.

    Args:
        archive: Its name, for messages.
        packed_bytes: Its size.
        target: Folder that the entries go to.
        is_windows: Also avoid names that Windows can't have.
    """

    archive: str
    packed_bytes: int
    target: Path
    is_windows: bool = os.name == "nt"
    entries: int = 0
    total_bytes: int = 0
    renamed: list[tuple[str, str]] = field(default_factory=list)
    _taken: set[str] = field(default_factory=set)
    _folders: set[Path] = field(default_factory=set)

    def add(self, size: int) -> None:
        """Count an entry of this many bytes.

        Raises:
            UnsafeArchive: There are too many, or they grow too large.
        """
        if size < 0:
            raise self.unsafe(f"it holds an entry of {size:,} bytes")
        self.entries += 1
        self.total_bytes += size
        if self.entries > MAX_ENTRIES:
            raise self.unsafe(f"it holds more than {MAX_ENTRIES:,} entries")
        ratio = self.total_bytes / max(1, self.packed_bytes)
        if self.total_bytes > FREE_OF_RATIO_BYTES and ratio > MAX_RATIO:
            raise self.unsafe(
                f"{self.packed_bytes:,} bytes unpack to {self.total_bytes:,} and more, "
                f"over {MAX_RATIO} times as much; it looks like a bomb"
            )

    def require_disk(self, needed: int) -> None:
        """Check that so many bytes more fit on the disk.

        Raises:
            UnsafeArchive: They don't; the numbers are told.
        """
        free = shutil.disk_usage(self.target).free
        if needed + SPARE_BYTES > free:
            raise self.unsafe(
                f"it unpacks to {needed / 1e6:,.0f} MB, and {free / 1e6:,.0f} MB are free in {self.target.parent}",
                hint="Free some space on the disk.",
            )

    def unsafe(self, reason: str, hint: str = "") -> UnsafeArchive:
        """The error that refuses the archive."""
        return UnsafeArchive(self.archive, reason, hint)

    def place(self, name: str) -> Path:
        """Where an entry is to be written; another name than its own if that is taken or can't be.

        Raises:
            UnsafeArchive: The name leads out of the folder.
        """
        parts = self._parts(name)
        fit = [self._fit(part) for part in parts]
        stem, suffix = os.path.splitext(fit[-1])
        number, path = 1, "/".join(fit)
        while _key(path) in self._taken:
            number += 1
            path = "/".join([*fit[:-1], f"{stem} ({number}){suffix}"])
        self._taken.add(_key(path))
        if path != "/".join(parts):
            self.renamed.append((name, path))
        return self.target.joinpath(*path.split("/"))

    def make_folder(self, path: Path) -> bool:
        """Make the folder of a file; True the first time: most archives have thousands of files in a few folders."""
        if path.parent in self._folders:
            return False
        path.parent.mkdir(parents=True, exist_ok=True)
        self._folders.add(path.parent)
        return True

    def _fit(self, part: str) -> str:
        return portable_name(part) if self.is_windows or len(os.fsencode(part)) > MAX_PART_BYTES else part

    def _parts(self, name: str) -> list[str]:
        clean = name.replace("\\", "/")
        parts = [part for part in clean.split("/") if part not in ("", ".")]
        is_absolute = clean.startswith("/") or re.match(r"[A-Za-z]:", clean) is not None
        if is_absolute or ".." in parts or not parts or "\0" in clean or len(clean) > MAX_NAME:
            raise self.unsafe(f"it contains the unsafe path '{name[:200]}'")
        return parts


def _key(path: str) -> str:
    """Equal for names that some systems can't tell apart."""
    return unicodedata.normalize("NFC", path).casefold()
