"""A data set's folder lies elsewhere now: know its files again by their content, and decode none of them twice."""

import contextlib
import os

from cnnstudio.data.cache import entry_of
from cnnstudio.data.difference import Difference, difference
from cnnstudio.data.importing import possible_works
from cnnstudio.data.manifest import Manifest
from cnnstudio.data.spec import PreprocessSpec


def adopt(old_root: str, new_root: str, preprocess: PreprocessSpec) -> Manifest | None:
    """Let the folder's new place have the pixels of its old one; what was known there, or None.

    Files whose size and time of change are as before aren't decoded again.
    """
    for work in possible_works(preprocess):
        old, new = entry_of(old_root, work), entry_of(new_root, work)
        manifest = old.manifest()
        if manifest is not None:
            if not new.is_filled:
                # If it can't be moved, all is decoded anew.
                with contextlib.suppress(OSError):
                    os.replace(old.folder, new.folder)
            return manifest
    return None


def relink_text(before: Manifest | None, now: Manifest) -> tuple[str, Difference]:
    """What became of the files, in a sentence, and exactly."""
    if before is None:
        return "What these files held before is not known any more, so that they can't be compared.", Difference()
    found = difference(before, now)
    n = len(before) - len(found.removed) - len(found.changed)
    known = f"{n:,} of {len(before):,} files were known again by their content"
    return (f"{known}; {found.text()}." if found else f"All {known}." if n > 1 else f"{known}."), found
