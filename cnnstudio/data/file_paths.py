"""The paths of a data set's files, made when they are asked for: 60,000 Path objects take a second."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import overload


class FilePaths(Sequence[Path]):
    """Reads like a tuple of paths."""

    def __init__(self, paths: Sequence[str]) -> None:
        self._paths = paths

    def __len__(self) -> int:
        return len(self._paths)

    @overload
    def __getitem__(self, index: int) -> Path: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Path, ...]: ...
    def __getitem__(self, index: int | slice) -> Path | tuple[Path, ...]:
        found = self._paths[index]
        return Path(found) if isinstance(found, str) else tuple(map(Path, found))

    def __iter__(self) -> Iterator[Path]:
        return map(Path, self._paths)
