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
from cnnstudio.data.loader import least_rest
from cnnstudio.network.source import class_name, source_code
from cnnstudio.runs.execute import check_same_data
from cnnstudio.runs.run import Run
from cnnstudio.runs.script_batches import batch_files, batch_parts
from cnnstudio.runs.script_layers import group_lines, layer_lines
from cnnstudio.runs.script_parts import (
    average_lines,
    class_weights,
    clip_lines,
    judged_loss_text,
    loss_lines,
    momentum_lines,
    optimizer_text,
    schedule_lines,
    setup_lines,
)
from cnnstudio.runs.script_steps import (
    autocast_text,
    pass_lines,
    step_lines,
    unscale_lines,
    waiting,
    weight_text,
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
        RunError: The run was imported and has no recipe, or the pictures are too many.
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

    drawn = batch_files(run.data.augment, dataset, run.config.seed)
    written = {
        SCRIPT_FILE: script_text(run, dataset, plan).encode(),
        NETWORK_FILE: source_code(run.graph).encode(),
        START_FILE: save(start_weights(run)),
        DATA_FILE: _pictures(dataset),
        **{name: text.encode() for name, text in drawn.items()},
    }
    for name, content in written.items():
        ctx.check()
        files.write_bytes(folder / name, content)
    return tuple(folder / name for name in written)


def script_text(run: Run, dataset: Dataset, plan: Plan) -> str:
    """The text of train.py."""
    config, preprocess = run.config, dataset.spec.preprocess
    layout = ".contiguous(memory_format=torch.channels_last)" if plan.channels_last else ""
    counts = np.bincount(dataset.labels[dataset.indices("train")], minlength=len(run.classes)).tolist()
    average, update, judged = average_lines(config)
    about = f"{run.graph.name} on {run.data.source.title}, {config.epochs:,} epochs: training with PyTorch alone."
    return SCRIPT.substitute(
        about=about.replace("\\", "/").replace('"', "'"),
        network=class_name(run.graph),
        device='"cuda" if torch.cuda.is_available() else "cpu"' if config.device == "auto" else repr(config.device),
        seed=config.seed,
        epochs=config.epochs,
        batch=config.batch,
        least=least_rest(config.batch),
        rate=repr(config.rate),
        mean=repr(tuple(preprocess.mean or ())),
        std=repr(tuple(preprocess.std or ())),
        layout=layout,
        memory_format="\n    network.to(memory_format=torch.channels_last)" if layout else "",
        schedule=schedule_lines(config),
        **_step_parts(run, plan, [int(count) for count in counts]),
        **waiting(config, plan),
        **batch_parts(run.data.augment, layout),
        groups=group_lines(config),
        setup=setup_lines(config, plan),
        **layer_lines(config),
        optimizer=optimizer_text(config, plan),
        average=average,
        update=update,
        judged_network=judged,
    )


def _step_parts(run: Run, plan: Plan, class_counts: list[int]) -> dict[str, Any]:
    """What the text holds of a step and of judging, by the name of the gap."""
    config = run.config
    return {
        "loss": loss_lines(config, class_counts),
        "weight": weight_text(config, class_weights(config, class_counts)),
        "judged_loss": judged_loss_text(config),
        "judged": max(256, config.batch),
        "autocast": autocast_text(plan),
        "passes": pass_lines(config, run.graph, plan),
        "unscale": unscale_lines(plan),
        "clip": clip_lines(config),
        "step": step_lines(plan),
        "momentum": momentum_lines(config),
    }


def start_weights(run: Run) -> "dict[str, Tensor]":
    """The network's weights before its first step, as (seed, recipe) give them."""
    from cnnstudio.network.compile import compile_network
    from cnnstudio.training.beginning import initialise

    network = compile_network(run.graph, seed=run.config.seed)
    initialise(network, run.config)
    return {name: tensor.contiguous() for name, tensor in network.state_dict().items()}


def require_exportable(run: Run) -> None:
    """Refuse a run that has nothing to be trained by.

    Raises:
        RunError: It was imported.
    """
    if run.is_imported:
        raise RunError(f"{run.name} was imported: it has no recipe.", hint="Export its weights instead.")


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
    # By its place in the data set a picture finds its own random numbers.
    arrays["train_places"] = dataset.indices("train").astype(np.int64)
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **arrays)
    return buffer.getvalue()
