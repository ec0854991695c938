"""A run's recipe as a plain PyTorch training script: it runs without CNN Studio and gives the same first losses."""

import io
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from cnnstudio.core import files
from cnnstudio.core.errors import RunError
from cnnstudio.core.jobs import JobContext
from cnnstudio.core.specs import parse_spec
from cnnstudio.data.dataset import Dataset, open_dataset
from cnnstudio.network.source import class_name, source_code
from cnnstudio.runs.execute import check_same_data
from cnnstudio.runs.run import Run
from cnnstudio.runs.script_layers import group_lines, layer_lines
from cnnstudio.runs.script_parts import (
    average_lines,
    clip_lines,
    loss_lines,
    momentum_lines,
    optimizer_text,
    schedule_lines,
    setup_lines,
)
from cnnstudio.runs.script_text import SCRIPT
from cnnstudio.runs.tuned import PLAN
from cnnstudio.training.plan import Plan

if TYPE_CHECKING:
    from torch import Tensor

MOST_BYTES = 2_000_000_000
SCRIPT_FILE, NETWORK_FILE, DATA_FILE, START_FILE = "train.py", "network.py", "data.npz", "start.safetensors"


def export_script(run: Run, folder: Path, ctx: JobContext, dataset: Dataset | None = None) -> tuple[Path, ...]:
    """Write train.py with all that it needs: the network's code, the pictures, the weights before the first step.

    Args:
        run: Trained or not.
        folder: Where to; files of the same names are replaced.
        ctx: For progress and Cancel.
        dataset: The run's data if it is open already.

    Raises:
        RunError: The recipe has something that the script can't do; it is named. Or the pictures are too many.
        FileError: The folder can't be written.
    """
    require_exportable(run)
    plan = _plan(run)
    dataset = dataset or open_dataset(run.data, ctx)
    check_same_data(run, dataset)
    count = len(dataset.indices("train")) + len(dataset.indices("val"))
    size = count * int(np.prod(dataset.pixels.shape[1:]))
    if size > MOST_BYTES:
        raise RunError(
            f"The pictures of {run.name} take {size / 1e9:.1f} GB; a script carries {MOST_BYTES / 1e9:.0f} GB at most.",
            hint="Export a run on fewer or smaller pictures.",
        )
    from safetensors.torch import save

    written = {
        SCRIPT_FILE: script_text(run, dataset, plan).encode(),
        NETWORK_FILE: source_code(run.graph).encode(),
        START_FILE: save(start_weights(run)),
        DATA_FILE: _pictures(dataset),
    }
    for name, content in written.items():
        ctx.check()
        files.write_bytes(folder / name, content)
    return tuple(folder / name for name in written)


def script_text(run: Run, dataset: Dataset, plan: Plan) -> str:
    """The text of train.py."""
    config, preprocess = run.config, dataset.spec.preprocess
    is_short, layout = plan.precision == "bf16", plan.channels_last
    counts = np.bincount(dataset.labels[dataset.indices("train")], minlength=len(run.classes))
    average, update, judged = average_lines(config)
    about = f"{run.graph.name} on {run.data.source.title}, {config.epochs:,} epochs: training with PyTorch alone."
    return SCRIPT.substitute(
        about=about.replace("\\", "/").replace('"', "'"),
        network=class_name(run.graph),
        device='"cuda" if torch.cuda.is_available() else "cpu"' if config.device == "auto" else repr(config.device),
        seed=config.seed,
        epochs=config.epochs,
        batch=config.batch,
        rate=repr(config.rate),
        mean=repr(tuple(preprocess.mean or ())),
        std=repr(tuple(preprocess.std or ())),
        layout=".contiguous(memory_format=torch.channels_last)" if layout else "",
        memory_format="\n    network.to(memory_format=torch.channels_last)" if layout else "",
        schedule=schedule_lines(config),
        loss=loss_lines(config, counts.tolist()),
        judged=max(256, config.batch),
        autocast=f"torch.autocast(DEVICE.type, torch.bfloat16, enabled={is_short})",
        groups=group_lines(config),
        setup=setup_lines(config, plan),
        **layer_lines(config),
        optimizer=optimizer_text(config, plan),
        momentum=momentum_lines(config),
        clip=clip_lines(config),
        average=average,
        update=update,
        judged_network=judged,
    )


def start_weights(run: Run) -> "dict[str, Tensor]":
    """The network's weights before its first step, as (seed, recipe) give them."""
    from cnnstudio.network.compile import compile_network
    from cnnstudio.training.beginning import initialise

    network = compile_network(run.graph, seed=run.config.seed)
    initialise(network, run.config)
    return {name: tensor.contiguous() for name, tensor in network.state_dict().items()}


def require_exportable(run: Run) -> None:
    """Refuse what a script can't do, by its name.

    Raises:
        RunError: With all that can't be exported.
    """
    if run.is_imported:
        raise RunError(f"{run.name} was imported: it has no recipe.", hint="Export its weights instead.")
    config, regularisation = run.config, run.config.regularisation
    problems = [f"the operation '{operation.kind}' of the augmentation" for operation in run.data.augment.active]
    problems += [f"the side output '{node.id}'" for node in run.graph.of_kind("aux_output")]
    if config.schedule.kind == "plateau":
        problems.append("the schedule that waits for a stall")
    if regularisation.early_stop:
        problems.append("early stopping")
    if regularisation.parts > 1:
        problems.append("batches in parts")
    if _plan(run).precision == "fp16":
        problems.append("the number format fp16")
    if problems:
        listed = ", ".join(problems)
        hint = "Train a run without that, or export its weights and code with --format source."
        raise RunError(f"A script can't do what {run.name} does: {listed}.", hint=hint)


def _plan(run: Run) -> Plan:
    """How the run computes; plain float32 before its first step."""
    path = run.path / PLAN
    return parse_spec(Plan, files.read_json(path), RunError, str(path)) if path.exists() else Plan()


def _pictures(dataset: Dataset) -> bytes:
    arrays: dict[str, Any] = {}
    for split in ("train", "val"):
        rows = dataset.indices(split)
        arrays[f"{split}_pixels"] = np.asarray(dataset.pixels[rows], np.uint8)
        arrays[f"{split}_labels"] = dataset.labels[rows].astype(np.int64)
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **arrays)
    return buffer.getvalue()
