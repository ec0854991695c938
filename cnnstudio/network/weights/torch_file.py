"""Read a .pt or .pth file without trusting it: sizes first, then a throw-away child, then safetensors.

Nothing of the file is ever unpickled in this process. The child reads with `weights_only`, keeps dense numbers alone,
and writes them as safetensors, which are checked like any other such file.
"""

import tempfile
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

from cnnstudio.core.children import ChildDied, ChildTooSlow, run_in_child
from cnnstudio.core.errors import FileError
from cnnstudio.core.jobs import JobContext
from cnnstudio.network.weights.safetensors_file import read_safetensors
from cnnstudio.network.weights.torch_child import Found, Refused, rewrite_weights

if TYPE_CHECKING:
    import torch

MAX_RECORDS = 50_000
MAX_PICKLE_BYTES = 20_000_000
TIME_LIMIT_S = 60.0
SECONDS_PER_BYTE = 1 / 20_000_000
# Beyond four copies of the weights: room for names, and for what torch sets aside at its first use.
SPARE_BYTES = 400_000_000
_ENCRYPTED = 0x1


def read_torch_file(path: Path, ctx: JobContext | None = None) -> "tuple[dict[str, torch.Tensor], Found]":
    """The tensors of a file, in its order, and where in it they lay.

    Raises:
        FileError: It holds more than plain weights, is damaged, or needs more time or memory than it may.
    """
    size = path.stat().st_size
    if zipfile.is_zipfile(path):
        check_records(path, size)
    with tempfile.TemporaryDirectory(prefix="cnnstudio-") as folder:
        target = Path(folder) / "weights.safetensors"
        answer = _ask_child(path, target, size, ctx)
        if isinstance(answer, Refused):
            raise FileError(f"{path} {answer.text}", hint=answer.hint)
        tensors = read_safetensors(target)
    # The format sorts by name; the order in which they were saved is the network's, and is needed to match by it.
    return {name: tensors[name] for name in answer.names}, answer


def check_records(path: Path, size: int) -> None:
    """Check a zip's records from its directory: stored as they are, and no more bytes than the file has.

    Raises:
        FileError: They aren't.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            records = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise _damaged(path, str(error)) from None
    if len(records) > MAX_RECORDS:
        raise _damaged(path, f"it has {len(records):,} records; at most {MAX_RECORDS:,} are read")
    for record in records:
        name = record.filename[:80]
        if record.compress_type != zipfile.ZIP_STORED or record.compress_size != record.file_size:
            raise _damaged(path, f"its record {name!r} is compressed, which PyTorch never does")
        if record.flag_bits & _ENCRYPTED:
            raise _damaged(path, f"its record {name!r} is encrypted")
        if record.filename.endswith(".pkl") and record.file_size > MAX_PICKLE_BYTES:
            raise _damaged(path, f"its index {name!r} has {record.file_size:,} bytes")
    total = sum(record.file_size for record in records)
    if total > size:
        raise _damaged(path, f"its records claim {total:,} bytes, the file has {size:,}")


def _ask_child(path: Path, target: Path, size: int, ctx: JobContext | None) -> Found | Refused:
    try:
        return run_in_child(
            rewrite_weights,
            str(path),
            str(target),
            time_limit_s=TIME_LIMIT_S + size * SECONDS_PER_BYTE,
            memory_bytes=4 * size + SPARE_BYTES,
            ctx=ctx,
            libraries=("torch", "safetensors.torch"),
        )
    except ChildTooSlow as error:
        raise _damaged(path, f"reading it took longer than {error}") from None
    except ChildDied:
        raise _damaged(path, "the process that read it crashed or ran out of memory") from None


def _damaged(path: Path, reason: str) -> FileError:
    return FileError(f"{path} can't be read as PyTorch weights: {reason}.", hint="Copy or download the file again.")
