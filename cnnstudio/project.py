"""What is open: data, network and recipe, and the runs that were made of them.

A project is a folder with `project.json` and `runs/`. Training copies the three parts into a run, so an edit
afterwards can't spoil a result.
"""

import contextlib
import shutil
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from filelock import FileLock, Timeout

from cnnstudio import __version__
from cnnstudio.core import files
from cnnstudio.core.errors import FileError, ProjectError, StudioError
from cnnstudio.core.specs import Spec, is_newer, parse_spec
from cnnstudio.data.spec import DataSpec
from cnnstudio.data.words import printable
from cnnstudio.network.graph import NetworkGraph
from cnnstudio.runs.run import Run
from cnnstudio.runs.store import create_run, list_runs, next_run_path
from cnnstudio.training.config import TrainConfig

if TYPE_CHECKING:
    from cnnstudio.data.dataset import Dataset

FILE, BACKUP, LOCK = "project.json", "project.backup.json", ".lock"
VERSION = 1
PARTS: dict[str, type[Spec]] = {"data": DataSpec, "network": NetworkGraph, "train": TrainConfig}


class ProjectSpec(Spec):
    """What project.json holds; `made_by` is the version of the program that saved it last."""

    version: int = VERSION
    made_by: str = ""
    name: str
    data: DataSpec | None = None
    network: NetworkGraph | None = None
    train: TrainConfig = TrainConfig()
    runs_elsewhere: tuple[str, ...] = ()


class ReadOnlyError(ProjectError):
    """The project can't be written now; `open_to_look` opens it all the same.

    Args:
        may_change: The reason may pass, as when another window closes.
    """

    def __init__(self, message: str, *, hint: str = "", may_change: bool = False) -> None:
        super().__init__(message, hint=hint)
        self.may_change = may_change


@dataclass(frozen=True)
class Project:
    """An open project; the lock on its folder is held until `close`.

    Args:
        path: The folder.
        spec: What is saved in it.
        lock: Keeps a second window from writing; None where the project is only looked at.
        recovered: A sentence if project.json was damaged and the backup was opened, or a part could not be read.
        read_only: Why it can only be looked at; None if it can be written.
    """

    path: Path
    spec: ProjectSpec
    lock: FileLock | None
    recovered: str = ""
    read_only: ReadOnlyError | None = None

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
            ProjectError: It is only looked at.
        """
        if self.read_only is not None:
            raise ProjectError(f"Nothing was saved: {self.read_only.message}", hint="Save a copy of the project.")
        spec = spec.replace(made_by=__version__)
        files.write_json(self.path / FILE, spec.to_json())
        _keep_good_copy(self.path)
        return replace(self, spec=spec)

    def close(self) -> None:
        """Let others open it."""
        if self.lock is not None:
            self.lock.release()


def create_project(path: Path, spec: ProjectSpec) -> Project:
    """Make a new project folder.

    Raises:
        ProjectError: The folder holds a project already.
        FileError: The place can't be written.
    """
    if (path / FILE).exists():
        raise ProjectError(f"{path} is a project already.", hint="Open it, or choose another place.")
    files.write_json(path / FILE, spec.replace(made_by=__version__).to_json())
    return open_project(path)


def open_project(path: Path) -> Project:
    """Open a project folder, or the project.json in it, to work on it.

    Raises:
        ReadOnlyError: It is open elsewhere, a newer version made it, or its place can't be written.
        ProjectError: It is none, or it is damaged beyond its backup.
    """
    path = _project_folder(path)
    lock = _lock(path)
    try:
        files.remove_leftovers(path)
        spec, recovered = _read(path)
    except BaseException:
        lock.release()
        raise
    return Project(path, spec, lock, recovered)


def open_to_look(path: Path) -> Project:
    """Open a project to work on it or, where that can't be, to look at it: nothing in its folder is touched then.

    Of a newer version's project all that this version knows is read.

    Raises:
        ProjectError: It is none, or it is damaged beyond its backup.
    """
    try:
        return open_project(path)
    except ReadOnlyError as error:
        path, why = _project_folder(path), error
    try:
        value = files.read_json(path / FILE)
        spec, unread = _known_parts(value, str(path / FILE))
    except FileError as error:
        value, unread = None, f"{error} The last good copy is shown."
        spec = _backup(path, str(error))
    if value is not None and is_newer_project(value):
        # However it is held: nothing that this version may do would bring it to write it.
        why = _newer(path, value)
    return Project(path, spec, None, unread, why)


def is_newer_project(value: object) -> bool:
    """Did a newer version write this project.json, or a part of it?"""
    parts = value if isinstance(value, dict) else {}
    return is_newer(value, ProjectSpec) or any(is_newer(parts.get(name), cls) for name, cls in PARTS.items())


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
    _keep_good_copy(path)
    return spec, ""


def _keep_good_copy(path: Path) -> None:
    """A file that was just read or written is good: it is what we fall back on if it gets damaged later."""
    with contextlib.suppress(OSError):
        shutil.copyfile(path / FILE, path / BACKUP)


def _recover(path: Path, reason: str) -> tuple[ProjectSpec, str]:
    spec = _backup(path, reason)
    with contextlib.suppress(OSError):
        (path / FILE).replace(path / "project.broken.json")
    return spec, f"{reason} The last good copy was opened; the damaged file is kept as project.broken.json."


def _backup(path: Path, reason: str) -> ProjectSpec:
    try:
        return _parse(path / BACKUP)
    except FileError as error:
        raise ProjectError(
            f"The project {path.name} can't be opened: {reason} Its backup: {error}", hint=_safe_runs(path)
        ) from None


def _safe_runs(path: Path) -> str:
    return f"Its runs are untouched in {path / 'runs'}: make a new project, and move them into its folder runs."


def _parse(file: Path) -> ProjectSpec:
    value = files.read_json(file)
    if is_newer_project(value):
        raise _newer(file.parent, value)
    return parse_spec(ProjectSpec, value, FileError, str(file))


def _newer(path: Path, value: dict[str, Any]) -> ReadOnlyError:
    by = value.get("made_by")
    version = f" {printable(by[:20])}" if isinstance(by, str) and by else ""
    return ReadOnlyError(
        f"{path.name} was made by a newer CNN Studio{version}; this is {__version__}.",
        hint="Update CNN Studio to work on it. The project is unchanged.",
    )


def _known_parts(value: Any, where: str) -> tuple[ProjectSpec, str]:
    """A project as far as this version can read it, and a sentence on what it can't.

    Raises:
        FileError: Not even its name can be read.
    """
    if not isinstance(value, dict):
        raise FileError(f"{where} is damaged: it holds no project.")
    unread = [name for name, cls in PARTS.items() if name in value and not _can_read(value[name], cls)]
    known = {key: part for key, part in value.items() if key not in unread}
    text = f"This version can't read the {' and the '.join(unread)} of it." if unread else ""
    return parse_spec(ProjectSpec, known, FileError, where), text


def _can_read(part: object, cls: type[Spec]) -> bool:
    try:
        if part is not None:
            parse_spec(cls, part, FileError, "")
    except StudioError:
        return False
    return True


def _project_folder(path: Path) -> Path:
    path = path.parent if path.name == FILE else path
    if not (path / FILE).is_file() and not (path / BACKUP).is_file():
        raise ProjectError(f"{path} is not a project: it has no {FILE}.", hint="Choose a folder that CNN Studio made.")
    return path


def _lock(path: Path) -> FileLock:
    lock = FileLock(path / LOCK)
    try:
        lock.acquire(timeout=0.2)
    except Timeout:
        raise ReadOnlyError(
            f"{path.name} is open in another window.", hint="Close it there first.", may_change=True
        ) from None
    except OSError as error:
        raise ReadOnlyError(
            f"{path} is read-only: a project needs a place to save to. Nothing was changed.",
            hint="Copy the project to a folder that you may write to.",
            may_change=True,
        ) from error
    return lock
