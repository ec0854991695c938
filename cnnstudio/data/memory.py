"""Refuse data that don't fit into memory, before the work and not in its middle."""

from cnnstudio.core.errors import DataError
from cnnstudio.data.spec import PreprocessSpec

SHARE = 0.7


def available_bytes() -> int:
    """Memory that can be had now without pushing other programs to the disk."""
    import psutil

    return int(psutil.virtual_memory().available)


def require_memory(n: int, preprocess: PreprocessSpec, extra_bytes: int = 0) -> None:
    """Check that n pictures at training size fit into 70 % of the free memory.

    Raises:
        DataError: They don't; the numbers are in it.
    """
    needed = n * preprocess.channels * preprocess.side**2 + extra_bytes
    free = available_bytes()
    if needed > SHARE * free:
        side, channels = preprocess.side, preprocess.channels
        raise DataError(
            f"{n:,} images of {side}×{side}×{channels} need {needed / 1e9:.1f} GB of memory; "
            f"{free / 1e9:.1f} GB are free, of which {100 * SHARE:.0f} % may be used.",
            hint="Choose a smaller side, fewer images, or close other programs.",
        )
