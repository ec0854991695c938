"""Checkpoints: a training's whole state in a folder that is complete or doesn't exist.

`checkpoints/step-000123/` holds weights.safetensors, optimizer.safetensors, average.safetensors where weights are
averaged, and state.json with the hashes of all; `checkpoints/best/` the weights of the best epoch, `epoch-00010/` what
stays for good; `latest.json` is written last. safetensors renames but doesn't fsync, so its bytes go through the one
writer of `core.files`.
"""

import contextlib
import hashlib
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cnnstudio.core import files
from cnnstudio.core.errors import FileError, RunError

if TYPE_CHECKING:
    import torch

KEEP_LAST = 2
WEIGHTS, OPTIMIZER, AVERAGE = "weights.safetensors", "optimizer.safetensors", "average.safetensors"
STATE = "state.json"
LOST_HINT = "Put the folder checkpoints back from a copy, or train again with the run's settings: those are safe."


@dataclass(frozen=True)
class Checkpoint:
    """A training's state as tensors and plain numbers."""

    weights: "dict[str, torch.Tensor]"
    optimizer: "dict[str, torch.Tensor]"
    state: dict[str, Any]
    average: "dict[str, torch.Tensor]" = field(default_factory=dict)


def save_checkpoint(folder: Path, name: str, checkpoint: Checkpoint) -> Path:
    """Write `folder/name` so that it is complete or absent.

    Raises:
        FileError: The place can't be written; older checkpoints are untouched.
    """
    from safetensors.torch import save

    temp = folder / f"{name}{files.TEMP_SUFFIX}"
    try:
        shutil.rmtree(temp, ignore_errors=True)
        hashes = {}
        parts = {WEIGHTS: checkpoint.weights, OPTIMIZER: checkpoint.optimizer, AVERAGE: checkpoint.average}
        for part, tensors in parts.items():
            if tensors or part != AVERAGE:
                content = save(_own(tensors))
                files.write_bytes(temp / part, content)
                hashes[part] = _digest(content)
        files.write_json(temp / STATE, {"version": 1, **checkpoint.state, "hashes": hashes})
        files.publish_folder(temp, folder / name)
    except BaseException:
        shutil.rmtree(temp, ignore_errors=True)
        raise
    return folder / name


def save_step(folder: Path, step: int, checkpoint: Checkpoint) -> Path:
    """Write the checkpoint of a step, point `latest.json` at it, read it back, and drop all but the newest two.

    Raises:
        FileError: The place can't be written, or gives back something else; older checkpoints are untouched.
    """
    path = save_checkpoint(folder, step_name(step), checkpoint)
    files.write_json(folder / "latest.json", {"version": 1, "name": path.name})
    old = step_folders(folder)[:-KEEP_LAST]
    if old:
        _verify(path)
    for stale in old:
        shutil.rmtree(stale, ignore_errors=True)
    return path


def step_name(step: int) -> str:
    """Folder name of a step's checkpoint."""
    return f"step-{step:09d}"


def step_folders(folder: Path) -> list[Path]:
    """The complete step checkpoints, oldest first."""
    return sorted(p for p in folder.glob("step-*") if p.is_dir() and not p.name.endswith(files.TEMP_SUFFIX))


def load_checkpoint(path: Path) -> Checkpoint:
    """Read a checkpoint and verify its hashes.

    Raises:
        RunError: A part is missing or not what was written.
    """
    from safetensors.torch import load

    state, parts = _read(path)
    average = load(parts[AVERAGE]) if AVERAGE in parts else {}
    return Checkpoint(load(parts[WEIGHTS]), load(parts[OPTIMIZER]), state, average)


def _read(path: Path) -> tuple[dict[str, Any], dict[str, bytes]]:
    """State and verified bytes of a checkpoint."""
    try:
        state = files.read_json(path / STATE)
        hashes = state.get("hashes", {}) if isinstance(state, dict) else {}
        parts = {part: (path / part).read_bytes() for part in (WEIGHTS, OPTIMIZER, *({AVERAGE} & set(hashes)))}
    except OSError as error:
        raise RunError(
            f"The checkpoint can't be read: {files.read_error(Path(error.filename or path), error)}"
        ) from None
    except FileError as error:
        raise RunError(f"The checkpoint {path} can't be read: {error}") from None
    for part, content in parts.items():
        if hashes.get(part) != _digest(content):
            raise RunError(f"The checkpoint {path} is damaged: {part} is not what was written.")
    return state, parts


def _verify(path: Path) -> None:
    try:
        _read(path)
    except RunError as error:
        raise FileError(f"{error} It was just saved: the drive can't be trusted.", hint="Use another drive.") from None


def load_latest(folder: Path) -> Checkpoint | None:
    """The newest checkpoint that verifies, or None if no step was ever saved.

    Raises:
        RunError: There are checkpoints, but none is intact.
    """
    problems = []
    for path in reversed(step_folders(folder)):
        try:
            return load_checkpoint(path)
        except RunError as error:
            problems.append(str(error))
    if problems:
        raise RunError(f"No checkpoint in {folder} is intact. {problems[0]}", hint=LOST_HINT)
    return None


def load_best(folder: Path) -> Checkpoint | None:
    """The weights of the best epoch, if one was saved and is intact."""
    with contextlib.suppress(RunError):
        return load_checkpoint(folder / "best")
    return None


def checkpoint_sizes(folder: Path) -> dict[str, int]:
    """Bytes of each checkpoint, by its folder's name."""
    return {
        path.name: sum(part.stat().st_size for part in path.iterdir())
        for path in sorted(folder.glob("*"))
        if path.is_dir() and not path.name.endswith(files.TEMP_SUFFIX)
    }


def optimizer_tensors(optimizer: "torch.optim.Optimizer") -> "tuple[dict[str, torch.Tensor], dict[str, Any]]":
    """An optimiser's state as tensors and plain numbers, called by parameter: what `restore_optimizer` takes."""
    import torch

    names = _names(optimizer)
    tensors: dict[str, torch.Tensor] = {}
    numbers: dict[str, Any] = {}
    for index, slots in optimizer.state_dict()["state"].items():
        for key, value in slots.items():
            (tensors if isinstance(value, torch.Tensor) else numbers)[f"{names[index]}.{key}"] = value
    return tensors, numbers


def restore_optimizer(
    optimizer: "torch.optim.Optimizer", tensors: "dict[str, torch.Tensor]", numbers: dict[str, Any]
) -> None:
    """Put an optimiser's moments and counters back; what a changed recipe doesn't train any more is left out."""
    names = _names(optimizer)
    index_of = {name: index for index, name in enumerate(names)}
    slots: dict[int, dict[str, Any]] = {}
    for name, value in {**tensors, **numbers}.items():
        parameter, key = name.rsplit(".", 1)
        # Checkpoints of older versions count the parameters instead of naming them.
        index = int(parameter) if parameter.isdigit() else index_of.get(parameter, -1)
        if 0 <= index < len(names):
            slots.setdefault(index, {})[key] = value
    optimizer.load_state_dict({"state": slots, "param_groups": optimizer.state_dict()["param_groups"]})


def _names(optimizer: "torch.optim.Optimizer") -> list[str]:
    """The parameters' names in the order in which the optimiser counts them."""
    return [name for group in optimizer.param_groups for name in group["names"]]


def _own(tensors: "dict[str, torch.Tensor]") -> "dict[str, torch.Tensor]":
    # safetensors refuses shared and non-contiguous memory (channels_last weights are such).
    return {name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}


def _digest(content: bytes) -> str:
    return hashlib.blake2b(content, digest_size=20).hexdigest()
