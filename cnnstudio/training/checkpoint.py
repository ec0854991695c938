"""Checkpoints: a training's whole state in a folder that is complete or doesn't exist.

`checkpoints/step-000123/` holds weights.safetensors, optimizer.safetensors and state.json with the hashes of both;
`checkpoints/best/` the weights of the best epoch; `latest.json` is written last. safetensors renames but doesn't
fsync, so its bytes go through the one writer of `core.files`.
"""

import contextlib
import hashlib
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cnnstudio.core import files
from cnnstudio.core.errors import FileError, RunError

if TYPE_CHECKING:
    import torch

KEEP_LAST = 2
WEIGHTS, OPTIMIZER, STATE = "weights.safetensors", "optimizer.safetensors", "state.json"


@dataclass(frozen=True)
class Checkpoint:
    """A training's state as tensors and plain numbers."""

    weights: "dict[str, torch.Tensor]"
    optimizer: "dict[str, torch.Tensor]"
    state: dict[str, Any]


def save_checkpoint(folder: Path, name: str, checkpoint: Checkpoint) -> Path:
    """Write `folder/name` so that it is complete or absent.

    Raises:
        FileError: The place can't be written; older checkpoints are untouched.
    """
    from safetensors.torch import save

    temp = folder / f"{name}{files.TEMP_SUFFIX}"
    try:
        shutil.rmtree(temp, ignore_errors=True)
        parts = {WEIGHTS: save(_own(checkpoint.weights)), OPTIMIZER: save(_own(checkpoint.optimizer))}
        for part, content in parts.items():
            files.write_bytes(temp / part, content)
        hashes = {part: _digest(content) for part, content in parts.items()}
        files.write_json(temp / STATE, {"version": 1, **checkpoint.state, "hashes": hashes})
        files.publish_folder(temp, folder / name)
    except BaseException:
        shutil.rmtree(temp, ignore_errors=True)
        raise
    return folder / name


def save_step(folder: Path, step: int, checkpoint: Checkpoint) -> Path:
    """Write the checkpoint of a step, point `latest.json` at it, and drop all but the newest two."""
    path = save_checkpoint(folder, step_name(step), checkpoint)
    files.write_json(folder / "latest.json", {"version": 1, "name": path.name})
    for old in step_folders(folder)[:-KEEP_LAST]:
        shutil.rmtree(old, ignore_errors=True)
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

    try:
        state = files.read_json(path / STATE)
        parts = {part: (path / part).read_bytes() for part in (WEIGHTS, OPTIMIZER)}
    except (OSError, FileError) as error:
        raise RunError(f"The checkpoint {path} can't be read: {error}") from None
    for part, content in parts.items():
        if not isinstance(state, dict) or state.get("hashes", {}).get(part) != _digest(content):
            raise RunError(f"The checkpoint {path} is damaged: {part} is not what was written.")
    return Checkpoint(load(parts[WEIGHTS]), load(parts[OPTIMIZER]), state)


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
        raise RunError(f"No checkpoint in {folder} is intact. {problems[0]}")
    return None


def load_best(folder: Path) -> Checkpoint | None:
    """The weights of the best epoch, if one was saved and is intact."""
    with contextlib.suppress(RunError):
        return load_checkpoint(folder / "best")
    return None


def optimizer_tensors(optimizer: "torch.optim.Optimizer") -> "tuple[dict[str, torch.Tensor], dict[str, Any]]":
    """An optimiser's state as named tensors and plain numbers: what `restore_optimizer` takes."""
    import torch

    tensors: dict[str, torch.Tensor] = {}
    numbers: dict[str, Any] = {}
    for index, slots in optimizer.state_dict()["state"].items():
        for key, value in slots.items():
            if isinstance(value, torch.Tensor):
                tensors[f"{index}.{key}"] = value
            else:
                numbers[f"{index}.{key}"] = value
    return tensors, numbers


def restore_optimizer(
    optimizer: "torch.optim.Optimizer", tensors: "dict[str, torch.Tensor]", numbers: dict[str, Any]
) -> None:
    """Put an optimiser's moments and counters back."""
    slots: dict[int, dict[str, Any]] = {}
    for name, value in {**tensors, **numbers}.items():
        index, key = name.split(".", 1)
        slots.setdefault(int(index), {})[key] = value
    optimizer.load_state_dict({"state": slots, "param_groups": optimizer.state_dict()["param_groups"]})


def _own(tensors: "dict[str, torch.Tensor]") -> "dict[str, torch.Tensor]":
    # safetensors refuses shared and non-contiguous memory (channels_last weights are such).
    return {name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}


def _digest(content: bytes) -> str:
    return hashlib.blake2b(content, digest_size=20).hexdigest()
