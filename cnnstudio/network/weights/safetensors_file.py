"""Read a .safetensors file after its header was checked: size, count, names, and that the bytes add up."""

import json
import math
import struct
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cnnstudio.core import files
from cnnstudio.core.errors import FileError

if TYPE_CHECKING:
    import torch

MAX_HEADER_BYTES = 10_000_000
MAX_TENSORS = 20_000
MAX_DIMENSIONS = 8
# Kinds of numbers that weights have: bytes of one, by the format's names. Complex and 8-bit floats are none.
SIZES = {
    "F64": 8,
    "F32": 4,
    "F16": 2,
    "BF16": 2,
    "I64": 8,
    "I32": 4,
    "I16": 2,
    "I8": 1,
    "U8": 1,
    "BOOL": 1,
}


def read_safetensors(path: Path) -> "dict[str, torch.Tensor]":
    """All tensors of a file, in the file's own order.

    Raises:
        FileError: The header is damaged or beyond the limits.
    """
    from safetensors.torch import load_file

    entries = checked_header(path)
    try:
        tensors = load_file(path)
    except Exception as error:
        # The library raises errors of its own kind for what it finds beyond our checks.
        raise _damaged(path, str(error)) from None
    # By their place in the file, then by name: files of ours and most others lie in the network's order.
    names = sorted(entries, key=lambda name: (entries[name]["data_offsets"], _natural(name)))
    return {name: tensors[name] for name in names}


def checked_header(path: Path) -> dict[str, Any]:
    """What the header says of each tensor: dtype, shape, data_offsets.

    Raises:
        FileError: It is damaged or beyond the limits.
    """
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            start = file.read(8)
            length = struct.unpack("<Q", start)[0] if len(start) == 8 else -1
            if length > MAX_HEADER_BYTES:
                raise _damaged(path, f"its header claims {length:,} bytes; at most {MAX_HEADER_BYTES:,} are read")
            if length < 2 or 8 + length > size:
                raise _damaged(path, f"its header claims {length:,} of {size:,} bytes")
            raw = file.read(length)
    except OSError as error:
        raise files.read_error(path, error) from error
    entries = _parsed(path, raw)
    _check_entries(path, entries, size - 8 - length)
    return entries


def _parsed(path: Path, raw: bytes) -> dict[str, Any]:
    try:
        header = json.loads(raw.decode("utf-8"), object_pairs_hook=_without_doubles)
    except (ValueError, RecursionError) as error:
        raise _damaged(path, f"its header is no JSON: {error}") from None
    if not isinstance(header, dict):
        raise _damaged(path, "its header is no list of tensors")
    header.pop("__metadata__", None)
    if len(header) > MAX_TENSORS:
        raise _damaged(path, f"it names {len(header):,} tensors; at most {MAX_TENSORS:,} are read")
    if not header:
        raise FileError(f"{path} holds no tensors.")
    return header


def _without_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a name stands there twice")
    return found


def _check_entries(path: Path, entries: dict[str, Any], data_bytes: int) -> None:
    spans = []
    for name, entry in entries.items():
        if problem := _name_problem(name) or _entry_problem(entry):
            raise _damaged(path, f"the tensor {name[:80]!r} {problem}")
        spans.append(tuple(entry["data_offsets"]))
    position = 0
    for begin, end in sorted(spans):
        if begin != position:
            raise _damaged(path, f"its tensors overlap or leave a gap at byte {min(begin, position):,}")
        position = end
    if position != data_bytes:
        raise _damaged(path, f"its tensors need {position:,} bytes and {data_bytes:,} are there")


def _name_problem(name: str) -> str:
    if "\0" in name or any(part == ".." for part in name.replace("\\", "/").split("/")):
        return "has a name that is not allowed"
    return f"has a name of {len(name):,} characters" if len(name) > 512 else ""


def _entry_problem(entry: Any) -> str:
    if not isinstance(entry, dict) or set(entry) != {"dtype", "shape", "data_offsets"}:
        return "isn't described as a tensor"
    shape, offsets, dtype = entry["shape"], entry["data_offsets"], entry["dtype"]
    if not _are_counts(shape) or len(shape) > MAX_DIMENSIONS or not _are_counts(offsets) or len(offsets) != 2:
        return "has no legal shape or place"
    if not isinstance(dtype, str) or dtype not in SIZES:
        return f"holds numbers of the kind {dtype!r}, which weights don't have"
    needed = math.prod(shape) * SIZES[dtype]
    if offsets[1] - offsets[0] != needed:
        return f"needs {needed:,} bytes and has {offsets[1] - offsets[0]:,}"
    return ""


def _are_counts(values: Any) -> bool:
    return isinstance(values, list) and all(type(value) is int and 0 <= value < 2**62 for value in values)


def _natural(name: str) -> tuple[tuple[int, str], ...]:
    return tuple((int(part), "") if part.isdigit() else (-1, part) for part in name.split("."))


def _damaged(path: Path, reason: str) -> FileError:
    return FileError(f"{path} can't be read as safetensors: {reason}.", hint="Copy or download the file again.")
