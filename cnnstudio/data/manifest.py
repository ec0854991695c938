"""What is known of every file of a data set: verified by its content, kept beside the decoded pixels.

Columns, not records: 100,000 files are read, compared and written in a few hundredths of a second.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from cnnstudio.core import files
from cnnstudio.core.errors import FileError
from cnnstudio.data.worker import Failure, Rows

VERSION = 1
COLUMNS = ("labels", "splits", "stamps", "digests", "sizes", "notes", "sums", "prints", "groups")


@dataclass(frozen=True, eq=False)
class Manifest:
    """The files of a data set, in their order, those that can't be read included.

    Args:
        root: Folder that the names are below.
        classes: Names, in the order of their numbers.
        names: Path of each file below the root, with "/".
        labels: int32, index into `classes`.
        splits: int8, index into SPLITS, -1 where the folder leaves it open.
        stamps: int64, shape (N, 2): size in bytes and time of change in ns.
        digests: uint8, shape (N, 16): hash of the content.
        sizes: int32, shape (N, 2): width and height.
        notes: uint32, bits as in `Rows`.
        sums: int64, shape (N, 2, C).
        prints: uint8, shape (N, 64).
        groups: int64: readable files that are copies of each other, exact or near, share a number; -1: unreadable.
        failures: Position to what is wrong with the file.
        facts: Further facts, as JSON.
    """

    root: str
    classes: tuple[str, ...]
    names: tuple[str, ...]
    labels: np.ndarray
    splits: np.ndarray
    stamps: np.ndarray
    digests: np.ndarray
    sizes: np.ndarray
    notes: np.ndarray
    sums: np.ndarray
    prints: np.ndarray
    groups: np.ndarray
    failures: dict[int, Failure] = field(default_factory=dict)
    facts: dict[str, Any] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.names)

    @property
    def readable(self) -> np.ndarray:
        """Positions of the files that could be read, ascending."""
        is_bad = np.zeros(len(self), bool)
        is_bad[list(self.failures)] = True
        return np.flatnonzero(~is_bad)

    def relocated(self, root: str) -> "Manifest":
        """The same files below another folder."""
        return replace(self, root=root)


def manifest_of(
    root: str,
    classes: Sequence[str],
    names: Sequence[str],
    labels: np.ndarray,
    splits: np.ndarray,
    stamps: np.ndarray,
    rows: Rows,
) -> Manifest:
    """A manifest of files that were just read; the groups are still unknown."""
    return Manifest(
        root=root,
        classes=tuple(classes),
        names=tuple(names),
        labels=labels.astype(np.int32),
        splits=splits.astype(np.int8),
        stamps=stamps,
        digests=rows.digests,
        sizes=rows.sizes,
        notes=rows.notes,
        sums=rows.sums,
        prints=rows.prints,
        groups=np.full(len(names), -1, np.int64),
        failures=dict(rows.failures),
    )


def save_manifest(path: Path, manifest: Manifest) -> None:
    """Write a manifest, atomically.

    Raises:
        FileError: The place can't be written.
    """
    from safetensors.numpy import save

    names = "\0".join(manifest.names).encode("utf-8", errors="surrogateescape")
    head = {
        "version": VERSION,
        "root": manifest.root,
        "classes": manifest.classes,
        "failures": [[at, why.kind, why.text, why.hint] for at, why in manifest.failures.items()],
        "facts": manifest.facts,
    }
    tensors = {name: np.ascontiguousarray(getattr(manifest, name)) for name in COLUMNS}
    # JSON in ASCII: file names that aren't Unicode survive as escapes.
    texts = {"names": np.frombuffer(names, np.uint8), "head": np.frombuffer(json.dumps(head).encode(), np.uint8)}
    files.write_bytes(path, save({**tensors, **texts}))


def load_manifest(path: Path) -> Manifest:
    """Read a manifest.

    Raises:
        FileError: It is missing, damaged, or of another version.
    """
    from safetensors import SafetensorError
    from safetensors.numpy import load

    try:
        tensors = load(path.read_bytes())
        head = json.loads(tensors["head"].tobytes())
        names = tensors["names"].tobytes().decode("utf-8", errors="surrogateescape")
        manifest = _parsed(tensors, head, tuple(names.split("\0")) if names else ())
    except OSError as error:
        raise files.read_error(path, error) from error
    except (SafetensorError, KeyError, ValueError, TypeError) as error:
        raise FileError(f"{path} is damaged: {error}.") from None
    if head["version"] != VERSION or any(len(getattr(manifest, name)) != len(manifest) for name in COLUMNS):
        raise FileError(f"{path} is damaged, or was made by another version of CNN Studio.")
    return manifest


def _parsed(tensors: dict[str, np.ndarray], head: dict[str, Any], names: tuple[str, ...]) -> Manifest:
    return Manifest(
        root=str(head["root"]),
        classes=tuple(str(name) for name in head["classes"]),
        names=names,
        failures={int(at): Failure(kind, text, hint) for at, kind, text, hint in head["failures"]},
        facts=dict(head["facts"]),
        **{name: tensors[name] for name in COLUMNS},
    )
