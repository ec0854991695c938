"""Making run folders and finding them."""

import importlib.metadata
import platform
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from cnnstudio import __version__
from cnnstudio.core import files
from cnnstudio.core.errors import RunError, StudioError
from cnnstudio.data.spec import DataSpec
from cnnstudio.network.answers import image_classes, pixel_reason
from cnnstudio.network.graph import NetworkGraph
from cnnstudio.network.learnt import learnt_layers
from cnnstudio.network.shapes import Shape
from cnnstudio.network.source import source_code
from cnnstudio.runs.run import BIN, DATA, JOURNAL, NETWORK, RUN, SOURCE, TRAIN, Run, RunInfo, RunState, open_run
from cnnstudio.training.config import TrainConfig
from cnnstudio.training.contradictions import check_recipe

if TYPE_CHECKING:
    from cnnstudio.data.dataset import Dataset


def create_run(path: Path, dataset: "Dataset", graph: NetworkGraph, config: TrainConfig, name: str = "") -> Run:
    """Copy data spec, graph and recipe into a new run folder.

    Raises:
        RunError: The folder exists and isn't empty.
        RecipeError, GraphError: The parts don't fit together.
        FileError: The place can't be written.
    """
    # Imported here: the window loads this module before it has painted, and pictures need numpy and Pillow.
    from cnnstudio.data.inventory import save_inventory

    check_fit(dataset, graph, config)
    require_new(path)
    info = RunInfo(
        id=path.name,
        name=name or path.name,
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        seed=config.seed,
        versions=versions(),
        classes=dataset.classes,
        counts={split: len(dataset.indices(split)) for split in ("train", "val", "test")},
        data_digest=dataset.digest,
    )
    # Which files were in which part, before anything makes the folder a run.
    save_inventory(path, dataset)
    return write_run(path, info, dataset.spec, graph, config)


def require_new(path: Path) -> None:
    """Check that a run can be made here.

    Raises:
        RunError: The folder exists and isn't empty, or is a file.
    """
    if path.exists() and (not path.is_dir() or any(path.iterdir())):
        raise RunError(f"{path} exists already and isn't empty.", hint="Name another folder, or resume that run.")


def write_run(path: Path, info: RunInfo, data: DataSpec, graph: NetworkGraph, config: TrainConfig) -> Run:
    """Write a run's parts into its folder, and open it.

    Raises:
        FileError: The place can't be written.
    """
    files.write_json(path / DATA, data.to_json())
    files.write_json(path / NETWORK, graph.to_json())
    files.write_json(path / TRAIN, config.to_json())
    files.write_text(path / SOURCE, source_code(graph))
    # run.json makes the folder a run: it comes last.
    files.write_json(path / RUN, info.to_json())
    return open_run(path)


def restore_record(run: Run) -> None:
    """Write what makes a folder a run again, where someone deleted it while the run is being trained.

    Raises:
        FileError: The place can't be written.
    """
    if not (run.path / RUN).is_file():
        write_run(run.path, run.info, run.data, run.graph, run.config)


def check_fit(dataset: "Dataset", graph: NetworkGraph, config: TrainConfig) -> None:
    """Refuse data, network and recipe that can't be trained together.

    Raises:
        RunError: Image size, channels or classes differ between data and network.
        GraphError: The network has a problem, or answers for each pixel.
    """
    from cnnstudio.network.validate import require_valid

    dataset.require_trainable()
    shapes = require_valid(graph)
    image_classes(graph, "training", shapes)
    if reason := misfit(dataset, graph, shapes):
        raise RunError(reason, hint="Fit the network to the data.")
    counts = (len(dataset.indices("train")), len(dataset.indices("val")))
    check_recipe(config, *counts, classes=len(dataset.classes), layers=list(learnt_layers(graph)), graph=graph)


def misfit(dataset: "Dataset", graph: NetworkGraph, shapes: Mapping[str, Shape]) -> str:
    """Why this network can't take these images or tell these classes apart, as a sentence; empty if it can."""
    images = tuple(int(n) for n in dataset.pixels.shape[1:])
    if graph.input_shape != images:
        return f"The network takes {_size(graph.input_shape)} images and the data has {_size(images)}."
    if reason := pixel_reason(graph, "training", shapes):
        return reason
    outputs = shapes[graph.of_kind("output")[0].id]
    if outputs != (len(dataset.classes),):
        return f"The network has {_size(outputs)} outputs and the data {len(dataset.classes):,} classes."
    return ""


def list_runs(folder: Path) -> list[Run]:
    """All readable runs in a folder, oldest first; unreadable ones are left to `broken_runs`."""
    return [run for run in (_try_open(path) for path in run_folders(folder)) if isinstance(run, Run)]


def binned_runs(folder: Path) -> list[Run]:
    """The readable runs in the bin of a folder of runs, oldest first."""
    return list_runs(folder / BIN)


def broken_runs(folder: Path) -> list[tuple[Path, str]]:
    """Folders that look like runs but can't be read, each with the reason."""
    opened = [(path, _try_open(path)) for path in run_folders(folder)]
    return [(path, result) for path, result in opened if isinstance(result, str)]


def next_run_path(folder: Path) -> Path:
    """Where the next run goes: run-001, run-002, …; numbers in the bin aren't used again."""
    taken = [p.name for p in (*folder.glob("run-*"), *(folder / BIN).glob("run-*"))]
    numbers = [int(name[4:]) for name in taken if name[4:].isdigit()]
    return folder / f"run-{max(numbers, default=0) + 1:03d}"


def note_state(run: Run, state: RunState, text: str = "") -> None:
    """Write into the journal what happens to the run, durably."""
    record = {"time": datetime.now(UTC).isoformat(timespec="milliseconds"), "state": state.value, "text": text}
    files.append_line(run.path / JOURNAL, files.to_line(record))


def versions() -> dict[str, str]:
    """Versions that decide over bits: ours, Python, torch, numpy, the system."""
    found = {name: importlib.metadata.version(name) for name in ("torch", "torchvision", "numpy", "pillow")}
    return {"cnnstudio": __version__, "python": platform.python_version(), "system": platform.platform(), **found}


def run_folders(folder: Path) -> list[Path]:
    """The folders in `folder` that call themselves runs, readable or not, by name."""
    if not folder.is_dir():
        return []
    return sorted(p for p in folder.iterdir() if p.is_dir() and not p.name.startswith(".") and (p / RUN).exists())


def _try_open(path: Path) -> Run | str:
    try:
        return open_run(path)
    except StudioError as error:
        return str(error)


def _size(shape: tuple[int, ...]) -> str:
    return "×".join(str(n) for n in shape)
