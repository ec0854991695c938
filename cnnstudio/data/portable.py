"""Names and paths that every system takes: Windows reserves some, and opens paths of 260 signs in its own way."""

import os
import re

MAX_NAME_BYTES = 200
MAX_WINDOWS_PATH = 259
_RESERVED = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?", re.IGNORECASE)
_UNFIT = re.compile(r'[<>:"/\\|?*\x00-\x1f]')
_LONG, _SHARE = "\\\\?\\", "\\\\"


def portable_name(name: str) -> str:
    """A part of a path as every system can have it: no reserved word or sign, no dot at its end, not too long."""
    fit = _UNFIT.sub("_", name).rstrip(". ") or "_"
    fit = f"_{fit}" if _RESERVED.fullmatch(fit) else fit
    return _shortened(fit) if len(os.fsencode(fit)) > MAX_NAME_BYTES else fit


def long_path(path: str, *, is_windows: bool = os.name == "nt") -> str:
    """The path as Windows opens it however long it is; on other systems, and where it is short, as it is."""
    if not is_windows or len(path) <= MAX_WINDOWS_PATH or path.startswith(_LONG):
        return path
    whole = path.replace("/", "\\")
    return f"{_LONG}UNC\\{whole[2:]}" if whole.startswith(_SHARE) else f"{_LONG}{whole}"


def _shortened(name: str) -> str:
    """The beginning, whole signs only, with the suffix."""
    stem, suffix = os.path.splitext(name)
    if len(os.fsencode(suffix)) > MAX_NAME_BYTES // 4:
        stem, suffix = name, ""
    room = MAX_NAME_BYTES - len(os.fsencode(suffix))
    return os.fsencode(stem)[:room].decode("utf-8", errors="ignore").rstrip(". ") + suffix
