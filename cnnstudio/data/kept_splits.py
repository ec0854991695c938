"""Which file was dealt to which part, by name: files that come later move none of those that were there before."""

import base64
import binascii
import hashlib
import json
from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from cnnstudio.data.spec import SplitSpec

# 48 bits: two of 100,000 names share one with a chance of 1 in 56,000; then the newer file follows the older.
HASH_BYTES = 6
ROW = np.dtype([("name", "u1", HASH_BYTES), ("part", "u1")])
UNKNOWN = -1


def kept_parts(kept: str, names: tuple[str, ...], spec: SplitSpec, moved: Sequence[tuple[str, str]] = ()) -> np.ndarray:
    """The part of each file as it was dealt out before.

    Args:
        kept: As `keep_parts` wrote it; one for other shares, seeds or groups says nothing.
        names: The files now.
        spec: How they are dealt out.
        moved: Name before and name now of files that were renamed.

    Returns:
        int16, shape (N,), −1 for a file that was not there.
    """
    rows = _rows(kept, spec)
    found = _looked_up(rows, name_numbers(names))
    if moved and len(rows):
        places = {name: place for place, name in enumerate(names)}
        pairs = [(old, places[new]) for old, new in moved if new in places]
        before = _looked_up(rows, name_numbers(tuple(old for old, _ in pairs)))
        at = np.array([place for _, place in pairs], np.int64)
        found[at] = np.where(found[at] == UNKNOWN, before, found[at])
    return found


def keep_parts(kept: str, names: tuple[str, ...], parts: np.ndarray, spec: SplitSpec) -> str:
    """Write down the part of each file, and of those that were there before: a drive may come back.

    Args:
        kept: What was written before; empty if nothing was.
        names: The files now.
        parts: uint8, shape (N,): theirs.
        spec: How they were dealt out.
    """
    numbers = name_numbers(names)
    rows = np.empty(len(names), ROW)
    rows["name"], rows["part"] = _as_bytes(numbers), parts
    before = _rows(kept, spec)
    gone = before[~np.isin(_as_numbers(before["name"]), numbers)]
    return f"{_rule(spec)}:{base64.b64encode(np.concatenate([rows, gone]).tobytes()).decode('ascii')}"


@lru_cache(maxsize=2)
def name_numbers(names: tuple[str, ...]) -> np.ndarray:
    """A number of 48 bits for each name, uint64; 100,000 take a tenth of a second, and are remembered."""
    made = b"".join(
        hashlib.blake2b(name.encode("utf-8", errors="surrogatepass"), digest_size=HASH_BYTES).digest() for name in names
    )
    return _as_numbers(np.frombuffer(made, np.uint8).reshape(-1, HASH_BYTES))


def _looked_up(rows: np.ndarray, numbers: np.ndarray) -> np.ndarray:
    if not len(rows):
        return np.full(len(numbers), UNKNOWN, np.int16)
    known = _as_numbers(rows["name"])
    order = np.argsort(known, kind="stable")
    places = np.minimum(np.searchsorted(known[order], numbers), len(known) - 1)
    hit = order[places]
    return np.where(known[hit] == numbers, rows["part"][hit].astype(np.int16), np.int16(UNKNOWN))


def _rows(kept: str, spec: SplitSpec) -> np.ndarray:
    """The rows of what was kept; none if it is for another way of dealing, or damaged."""
    rule, _, text = kept.partition(":")
    if rule != _rule(spec):
        return np.empty(0, ROW)
    try:
        content = base64.b64decode(text, validate=True)
    except binascii.Error:
        return np.empty(0, ROW)
    return np.frombuffer(content, ROW) if len(content) % ROW.itemsize == 0 else np.empty(0, ROW)


def _rule(spec: SplitSpec) -> str:
    """What the dealing depends on; which fold is looked at now is none of it."""
    settings = {name: value for name, value in sorted(spec.to_json().items()) if name != "fold"}
    return hashlib.blake2b(json.dumps(settings).encode(), digest_size=6).hexdigest()


def _as_numbers(hashes: np.ndarray) -> np.ndarray:
    wide = np.zeros((len(hashes), 8), np.uint8)
    wide[:, :HASH_BYTES] = hashes
    return wide.view("<u8").ravel()


def _as_bytes(numbers: np.ndarray) -> np.ndarray:
    return numbers.astype("<u8").view(np.uint8).reshape(-1, 8)[:, :HASH_BYTES]
