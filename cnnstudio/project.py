"""What is open: data, network and recipe, and the runs that were made of them.

A project is a folder with `project.json` and `runs/`. Training copies the three parts into a run, so an edit
afterwards can't spoil a result.
"""

import contextlib
import shutil
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

from cnnstudio.core import files
from cnnstudio.core.errors import FileError, ProjectError
from cnnstudio.core.specs import Spec, parse_spec
from cnnstudio.data.spec import DataSpec
from cnnstudio.network.graph import NetworkGraph
from cnnstudio.runs.run import Run
from cnnstudio.runs.store import create_run, list_runs, next_run_path
from cnnstudio.training.config import TrainConfig

if TYPE_CHECKING:
    from cnnstudio.data.dataset import Dataset

FILE, BACKUP, LOCK = "project.json", "project.backup.json", ".lock"
VERSION = 1


class ProjectSpec(Spec):
    """What project.json holds."""

    version: int = VERSION
    name: str
    data: DataSpec | None = None
    network: NetworkGraph | None = None
    train: TrainConfig = TrainConfig()
    runs_elsewhere: tuple[str, ...] = ()


@dataclass(frozen=True)
class Project:
    """An open project; the lock on its folder is held until `close`.

    Args:
        path: The folder.
        spec: What is saved in it.
        lock: Keeps a second window from writing.
        recovered: A sentence if project.json was damaged and the backup was opened.
    """

    path: Path
    spec: ProjectSpec
    lock: FileLock
    recovered: str = ""

    @property
    def name(self) -> str:
        """What the user calls it."""
        return self.spec.name

    @property
    def runs_dir(self) -> Path:
        """Folder of the runs."""
        return self.path / "runs"

    def runs(self) -> list[Run]:
        """The readable runs, oldest first."""
        return list_runs(self.runs_dir)

    def save(self, spec: ProjectSpec) -> "Project":
        """Write project.json, atomically; returns the project as saved.

        Raises:
            FileError: The place can't be written; what was saved before is intact.
        """
        files.write_json(self.path / FILE, spec.to_json())
        return replace(self, spec=spec)

    def close(self) -> None:
        """Let others open it."""
        self.lock.release()


def create_project(path: Path, spec: ProjectSpec) -> Project:
    """Make a new project folder.

    Raises:
        ProjectError: The folder holds a project already.
        FileError: The place can't be written.
    """
    if (path / FILE).exists():
        raise ProjectError(f"{path} is a project already.", hint="Open it, or choose another place.")
    files.write_json(path / FILE, spec.to_json())
    return open_project(path)


def open_project(path: Path) -> Project:
    """Open a project folder, or the project.json in it.

    Raises:
        ProjectError: It is none, it is open elsewhere, a newer version made it, or it is damaged beyond its backup.
    """
    path = path.parent if path.name == FILE else path
    if not (path / FILE).is_file() and not (path / BACKUP).is_file():
        raise ProjectError(f"{path} is not a project: it has no {FILE}.", hint="Choose a folder that CNN Studio made.")
    lock = _lock(path)
    try:
        files.remove_leftovers(path)
        spec, recovered = _read(path)
    except BaseException:
        lock.release()
        raise
    return Project(path, spec, lock, recovered)


def start_run(project: Project, dataset: "Dataset") -> Run:
    """Copy the project's network and recipe, and the data as they were opened, into its next run."""
    if project.spec.network is None:
        raise ProjectError("The project has no network yet.", hint="Choose one on the page Network.")
    path = next_run_path(project.runs_dir)
    name = f"Run {int(path.name[4:])}"
    return create_run(path, dataset, project.spec.network, project.spec.train, name)


def _read(path: Path) -> tuple[ProjectSpec, str]:
    try:
        spec = _parse(path / FILE)
    except FileError as error:
        if not (path / BACKUP).is_file():
            raise ProjectError(f"The project {path.name} can't be opened: {error}", hint=_safe_runs(path)) from None
        return _recover(path, str(error))
    # A file that was read is good: it is what we fall back on if a later one gets damaged.
    with contextlib.suppress(OSError):
        shutil.copyfile(path / FILE, path / BACKUP)
    return spec, ""


def _recover(path: Path, reason: str) -> tuple[ProjectSpec, str]:
    try:
        spec = _parse(path / BACKUP)
    except FileError as error:
        raise ProjectError(
            f"The project {path.name} can't be opened: {reason} Its backup: {error}", hint=_safe_runs(path)
        ) from None
    with contextlib.suppress(OSError):
        (path / FILE).replace(path / "project.broken.json")
    text = (
        f"{FILE} was damaged ({reason}) The last good copy was opened; the damaged file is kept as project.broken.json."
    )
    return spec, text


def _safe_runs(path: Path) -> str:
    return f"Its runs are untouched in {path / 'runs'}: make a new project, and move them into its folder runs."


def _parse(file: Path) -> ProjectSpec:
    value = files.read_json(file)
    if isinstance(value, dict) and isinstance(value.get("version"), int) and value["version"] > VERSION:
        raise ProjectError(
            f"{file} was made by a newer CNN Studio (format {value['version']}; this one reads {VERSION}).",
            hint="Update CNN Studio to open it. The file is unchanged.",
        )
    return parse_spec(ProjectSpec, value, FileError, str(file))


def _lock(path: Path) -> FileLock:
    lock = FileLock(path / LOCK)
    try:
        lock.acquire(timeout=0.2)
    except Timeout:
        raise ProjectError(f"{path.name} is open in another window.", hint="Close it there first.") from None
    except OSError as error:
        raise ProjectError(
            f"{path} is read-only: a project needs a place to save to. Nothing was changed.",
            hint="Copy the project to a folder that you may write to.",
        ) from error
    return lock
