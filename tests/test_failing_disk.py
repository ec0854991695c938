"""Whatever is saved, whichever call fails: what was saved before is whole, nothing half is left, and it is said.

Each kind of file is saved again and again, with the first, the second, … call that touches the disk failing, until it
gets through.
"""

import errno
import hashlib
import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from cnnstudio.core import files
from cnnstudio.core.errors import FileError
from cnnstudio.core.jobs import JobContext
from cnnstudio.core.settings import Settings, load_settings, save_settings, settings_path
from cnnstudio.data.cleaned import export_cleaned
from cnnstudio.data.dataset import Dataset, open_dataset
from cnnstudio.data.report import save_report
from cnnstudio.data.sources.shapes import ShapesSource
from cnnstudio.data.spec import data_spec
from cnnstudio.network.zoo import fit_architecture
from cnnstudio.project import ProjectSpec, create_project, open_project
from cnnstudio.runs import certificate, export, onnx_form
from cnnstudio.runs.export import FORMS, export_run
from cnnstudio.runs.history_table import save_history
from cnnstudio.runs.labels import label_run
from cnnstudio.runs.queue import Queue, QueueItem, load_queue, save_queue
from cnnstudio.runs.run import Run, RunState, open_run
from cnnstudio.runs.samples import Samples
from cnnstudio.runs.script import export_script
from cnnstudio.runs.store import create_run, note_state
from cnnstudio.runs.writer import HistoryWriter, cut_history
from cnnstudio.training.checkpoint import Checkpoint, load_best, load_latest, save_checkpoint, save_step
from cnnstudio.training.config import TrainConfig
from cnnstudio.training.events import EpochDone, Noted
from tests.failing import FailingDisk

CODES = [errno.ENOSPC, errno.EIO, errno.EACCES, errno.EROFS]
MOST_CALLS = 200
# Before a release: every kind of failure for all.
EVERY = "CNNSTUDIO_EVERY_FAILURE" in os.environ


@dataclass
class Case:
    """Something that is saved.

    Args:
        save: Saves version `number`.
        load: The number of the version that is on the disk, read the way the program reads it; 0 if there is none.
        root: Where it is saved.
        least: Calls that a save makes at least: the loop must have failed each.
    """

    save: Callable[[int], object]
    load: Callable[[], int]
    root: Path
    least: int = 5


@pytest.fixture(scope="module")
def dataset() -> Dataset:
    return open_dataset(data_spec(ShapesSource(per_class=4, side=32)), JobContext())


@pytest.fixture
def run(tmp_path: Path, dataset: Dataset) -> Run:
    graph = fit_architecture("lenet5-modern", (3, 32, 32), len(dataset.classes))
    made = create_run(tmp_path / "made", dataset, graph, TrainConfig(batch=4))
    write_version(made, 1)
    return made


def write_version(run: Run, number: int) -> None:
    """Let the weights and the history of the run be those of another version."""
    from cnnstudio.network.compile import compile_network

    network = compile_network(run.graph, seed=1)
    weights = {name: torch.full_like(tensor, float(number)) for name, tensor in network.state_dict().items()}
    save_step(run.checkpoints, number, Checkpoint(weights, {}, {"position": {"epoch": 1}}))
    (run.path / "history.jsonl").unlink(missing_ok=True)
    HistoryWriter(run.path / "history.jsonl").write(EpochDone(1, number, 1.0, 0.5, 1.0, 0.5, 9.0, True, 0.5, 0.1))


def version_of(weights: dict[str, Any]) -> int:
    """The one number that all tensors hold."""
    numbers = {float(value) for tensor in weights.values() for value in np.unique(np.asarray(tensor))}
    assert len(numbers) == 1
    return int(numbers.pop())


def project_case(tmp_path: Path) -> Case:
    root = tmp_path / "project"
    project = create_project(root, ProjectSpec(name="1"))

    def load() -> int:
        project.close()
        again = open_project(root)
        again.close()
        assert again.recovered == ""
        return int(again.name)

    return Case(lambda number: project.save(ProjectSpec(name=str(number))), load, root)


def settings_case(tmp_path: Path) -> Case:
    return Case(
        lambda number: save_settings(Settings(threads=number)), lambda: load_settings().threads, settings_path().parent
    )


def checkpoint(number: int) -> Checkpoint:
    full = torch.full((40,), float(number))
    return Checkpoint({"w": full}, {"w.m": full}, {"v": number}, {"w": full})


def _loaded(found: Checkpoint | None) -> int:
    if found is None:
        return 0
    assert version_of({**found.weights, **found.optimizer}) == found.state["v"] == version_of(found.average)
    return int(found.state["v"])


def checkpoint_case(tmp_path: Path) -> Case:
    root = tmp_path / "checkpoints"
    return Case(
        lambda number: save_step(root, number, checkpoint(number)), lambda: _loaded(load_latest(root)), root, 25
    )


def best_case(tmp_path: Path) -> Case:
    root = tmp_path / "checkpoints"
    save = lambda number: save_checkpoint(root, "best", checkpoint(number))  # noqa: E731
    return Case(save, lambda: _loaded(load_best(root)), root, 20)


def history_case(tmp_path: Path) -> Case:
    """A line that was said to be durable is there; one that could not be written waits, and comes in its turn."""
    root = tmp_path / "run"
    root.mkdir()
    writer = HistoryWriter(root / "history.jsonl")

    def save(number: int) -> None:
        writer.write(Noted(number, "text", "hint"))
        writer.sync()

    def load() -> int:
        steps = [line["step"] for line in files.read_lines(root / "history.jsonl")]
        assert steps == sorted(set(steps))
        return int(steps[-1]) if steps else 0

    return Case(save, load, root, 4)


def cut_case(tmp_path: Path) -> Case:
    """A resume drops the steps beyond its checkpoint: version 2 has two steps fewer than there were."""
    path, count = tmp_path / "run" / "history.jsonl", 300
    line = {"event": "steps_done", "first_step": 1, "losses": [1.0] * count, "accuracies": [0.0] * count}

    def load() -> int:
        return count - len(files.read_lines(path)[0]["losses"])

    path.parent.mkdir()
    path.write_text(json.dumps(line) + "\n")
    return Case(lambda number: cut_history(path, count - number, 99), load, path.parent)


def journal_case(run: Run) -> Case:
    def load() -> int:
        lines = run.journal()
        return int(lines[-1]["text"]) if lines else 0

    return Case(lambda number: note_state(run, RunState.STOPPED, str(number)), load, run.path, 3)


def labels_case(run: Run) -> Case:
    label_run(run, name="1")
    return Case(lambda number: label_run(run, name=str(number)), lambda: int(open_run(run.path).name), run.path)


def queue_case(tmp_path: Path) -> Case:
    root = tmp_path / "project"

    def save(number: int) -> None:
        save_queue(root, Queue(items=(QueueItem(id="a", kind="resume", name=str(number), run="r"),)))

    def load() -> int:
        queue = load_queue(root)
        return int(queue.items[0].name) if queue.items else 0

    return Case(save, load, root)


def history_table_case(run: Run, tmp_path: Path) -> Case:
    path = tmp_path / "out" / "history.csv"

    def save(number: int) -> None:
        write_version(run, number)
        save_history(run, path)

    def load() -> int:
        return int(path.read_text().splitlines()[1].split(",")[1]) if path.exists() else 0

    return Case(save, load, tmp_path / "out")


def report_case(dataset: Dataset, tmp_path: Path) -> Case:
    path = tmp_path / "out" / "report.csv"

    def save(number: int) -> None:
        save_report(replace(dataset, classes=(f"class {number}", *dataset.classes[1:])), path)

    def load() -> int:
        found = [line for line in path.read_text().splitlines() if ",class " in line] if path.exists() else []
        return int(found[0].partition(",class ")[2].partition(",")[0]) if found else 0

    return Case(save, load, tmp_path / "out")


def cleaned_case(dataset: Dataset, tmp_path: Path) -> Case:
    """A copy of the data is complete or not there at all."""
    few = replace(dataset, splits=np.where(np.arange(len(dataset.splits)) < 3, 0, 3).astype(dataset.splits.dtype))

    def load() -> int:
        found = [path for path in (tmp_path / "out").glob("copy*") if not path.name.endswith(files.TEMP_SUFFIX)]
        assert all(len(list(path.rglob("*.png"))) == 3 for path in found)
        return max((int(path.name.removeprefix("copy")) for path in found), default=0)

    (tmp_path / "out").mkdir()
    save = lambda number: export_cleaned(few, tmp_path / "out" / f"copy{number}", JobContext())  # noqa: E731
    return Case(save, load, tmp_path / "out", 10)


def script_case(run: Run, dataset: Dataset, tmp_path: Path) -> Case:
    folder = tmp_path / "out"

    def save(number: int) -> None:
        export_script(replace(run, config=run.config.replace(epochs=number)), folder, JobContext(), dataset)

    def load() -> int:
        path = folder / "train.py"
        return int(path.read_text().partition(" epochs: training with")[0].split()[-1]) if path.exists() else 0

    return Case(save, load, folder, 20)


@pytest.fixture
def quick_exports(monkeypatch: pytest.MonkeyPatch) -> None:
    """Exports whose check takes no processes, and whose ONNX isn't made anew each time: only the writing counts."""
    stages = {"decode0": np.zeros(1), "resize0": np.zeros(1), "normalise": np.zeros(1), "net": np.zeros((1, 8))}
    monkeypatch.setattr(certificate, "our_stages", lambda *_: stages)
    monkeypatch.setattr(certificate, "their_stages", lambda *_: (stages, ""))
    monkeypatch.setattr(certificate, "own_rounding", lambda *_: 0.0)
    monkeypatch.setattr(export, "sample_pictures", lambda *_: Samples((Path("a.png"),), "nowhere"))
    numbers = lambda network: str(version_of(network.state_dict())).encode()  # noqa: E731
    monkeypatch.setattr(onnx_form, "onnx_bytes", numbers)


def export_case(form: Any, run: Run, tmp_path: Path) -> Case:
    folder = tmp_path / "out"

    def save(number: int) -> None:
        write_version(run, number)
        export_run(run, form, folder)

    def load() -> int:
        from safetensors.numpy import load_file

        # A certificate stands only beside the files that it saw.
        if (folder / "certificate.json").exists():
            saw = json.loads((folder / "certificate.json").read_text())["files"]
            assert saw == {n: hashlib.sha256((folder / n).read_bytes()).hexdigest() for n in saw}
        weights = folder / ("network.onnx" if form == "onnx" else "weights.safetensors")
        if not weights.exists():
            return 0
        return int(weights.read_bytes()) if form == "onnx" else version_of(load_file(weights))

    return Case(save, load, folder, 20)


CASES = (
    *("project", "settings", "checkpoint", "best", "history", "cut", "journal", "labels", "queue"),
    *(f"export {form}" for form in FORMS),
    *("script", "history table", "report", "cleaned"),
)


@pytest.fixture
def case(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Case]:
    name = request.param
    wanted = request.getfixturevalue
    if name.startswith("export "):
        wanted("quick_exports")
        yield export_case(name.removeprefix("export "), wanted("run"), tmp_path)
        return
    makers: dict[str, Callable[[], Case]] = {
        "project": lambda: project_case(tmp_path),
        "settings": lambda: settings_case(tmp_path),
        "checkpoint": lambda: checkpoint_case(tmp_path),
        "best": lambda: best_case(tmp_path),
        "history": lambda: history_case(tmp_path),
        "cut": lambda: cut_case(tmp_path),
        "journal": lambda: journal_case(wanted("run")),
        "labels": lambda: labels_case(wanted("run")),
        "queue": lambda: queue_case(tmp_path),
        "script": lambda: script_case(wanted("run"), wanted("dataset"), tmp_path),
        "history table": lambda: history_table_case(wanted("run"), tmp_path),
        "report": lambda: report_case(wanted("dataset"), tmp_path),
        "cleaned": lambda: cleaned_case(wanted("dataset"), tmp_path),
    }
    yield makers[name]()


def each_with_its_codes() -> Iterator[Any]:
    """Every code for projects and checkpoints; one in turn for the others, unless all are wanted."""
    for place, name in enumerate(CASES):
        codes = CODES if EVERY or name in ("project", "checkpoint") else CODES[place % len(CODES) :][:1]
        for code in codes:
            yield pytest.param(name, code, id=f"{name}-{errno.errorcode[code]}")


@pytest.mark.slow
@pytest.mark.parametrize(("case", "code"), list(each_with_its_codes()), indirect=["case"])
def test_whichever_call_fails_nothing_that_was_saved_is_lost(case: Case, code: int) -> None:
    case.save(1)
    for number in range(1, MOST_CALLS):
        before = case.load()
        error = None
        with pytest.MonkeyPatch.context() as patch:
            disk = FailingDisk(patch, case.root, code, number)
            try:
                case.save(number + 1)
            except FileError as raised:
                error = raised
        assert error is None or (error.message and error.hint)
        assert case.load() in ((before, number + 1) if error else (number + 1,))
        assert not list(case.root.rglob(f"*{files.TEMP_SUFFIX}"))
        if disk.calls < number:
            assert number > case.least
            return
    pytest.fail("it never got through")
