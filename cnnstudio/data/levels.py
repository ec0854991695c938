"""Between which values do pictures in floating point lie? Looked at in a child process, to propose black and white."""

import warnings
from collections.abc import Sequence
from typing import TYPE_CHECKING

from cnnstudio.core.children import ChildDied, ChildTooSlow, run_in_child

if TYPE_CHECKING:
    from cnnstudio.core.jobs import JobContext

SUFFIXES = (".tif", ".tiff")
LOOKS = 16
TIME_LIMIT_S = 10.0
MEMORY_BYTES = 1_400_000_000


def proposed_range(paths: Sequence[str], ctx: "JobContext") -> tuple[float, float] | None:
    """The lowest and highest value in up to 16 TIFF files of floating point, evenly spread over the list.

    None if there are none, or if all values lie from 0 to 1, which needs no range.
    """
    files = [path for path in paths if path.lower().endswith(SUFFIXES)]
    if not files:
        return None
    chosen = files[:: max(1, -(-len(files) // LOOKS))]
    try:
        found = run_in_child(
            levels_of,
            chosen,
            time_limit_s=TIME_LIMIT_S,
            memory_bytes=MEMORY_BYTES,
            ctx=ctx,
            libraries=("numpy", "PIL.Image"),
        )
    except (ChildDied, ChildTooSlow):
        # A hostile file: decoding names it afterwards.
        return None
    if not found:
        return None
    low, high = min(low for low, _ in found), max(high for _, high in found)
    return None if (low >= 0 and high <= 1) or low == high else (low, high)


def levels_of(paths: Sequence[str]) -> list[tuple[float, float]]:
    """Lowest and highest value of each file that is in floating point; runs in a child."""
    import numpy as np
    from PIL import Image

    found = []
    for path in paths:
        try:
            with open(path, "rb") as file, warnings.catch_warnings():
                warnings.simplefilter("ignore")
                with Image.open(file, formats=("TIFF",)) as image:
                    values = np.asarray(image) if image.mode == "F" else np.empty(0)
        except Exception:
            # A damaged file is no reason to stop here: decoding names it afterwards.
            continue
        values = values[np.isfinite(values)]
        if values.size:
            found.append((float(values.min()), float(values.max())))
    return found
