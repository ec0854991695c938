"""Any weights file to named tensors: the one door through which foreign weights come."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from cnnstudio.core import files
from cnnstudio.core.errors import FileError
from cnnstudio.core.jobs import JobContext
from cnnstudio.network.weights.safetensors_file import MAX_TENSORS, read_safetensors
from cnnstudio.network.weights.sniff import WeightsKind, sniff_weights
from cnnstudio.network.weights.torch_file import read_torch_file

if TYPE_CHECKING:
    import torch


@dataclass(frozen=True, eq=False)
class WeightsFile:
    """What a file held.

    Args:
        path: The file.
        kind: Its format.
        sha256: Hash of its bytes.
        tensors: By their names in the file.
        has_order: True if they stand in the order in which the network was made; safetensors sorts by name.
        place: Where in the file they lay: "state_dict"; empty for the top.
    """

    path: Path
    kind: WeightsKind
    sha256: str
    tensors: "Mapping[str, torch.Tensor]"
    has_order: bool = True
    place: str = ""


def read_weights(path: Path, ctx: JobContext | None = None) -> WeightsFile:
    """Read a .safetensors, .pt or .pth file; content decides, not the name.

    Raises:
        FileError: It is no plain weights file, damaged, beyond the limits, or holds values that are not numbers.
    """
    kind = sniff_weights(path)
    place = ""
    if kind == "safetensors":
        tensors = read_safetensors(path)
    else:
        tensors, found = read_torch_file(path, ctx)
        place = found.place
    if len(tensors) > MAX_TENSORS:
        raise FileError(f"{path} holds {len(tensors):,} tensors; at most {MAX_TENSORS:,} are read.")
    check_finite(path, tensors)
    return WeightsFile(path, kind, _sha256(path), tensors, kind != "safetensors", place)


def check_finite(path: Path, tensors: "Mapping[str, torch.Tensor]") -> None:
    """Check that all weights are numbers.

    Raises:
        FileError: Some aren't; the tensors are named.
    """
    bad = []
    for name, tensor in tensors.items():
        if tensor.is_floating_point() and (count := int((~tensor.isfinite()).sum())):
            bad.append(f"{name[:120]} ({count:,} of {tensor.numel():,})")
    if bad:
        shown = ", ".join(bad[:5]) + (f", and {len(bad) - 5} more" if len(bad) > 5 else "")
        raise FileError(
            f"{path} holds values that are not numbers (NaN or infinite) in {shown}.",
            hint="A training that diverged leaves such weights; take an earlier checkpoint.",
        )


def _sha256(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise files.read_error(path, error) from error
