"""Runs as guests: a run folder from anywhere is linked into the project, and a run's settings are taken over."""

from pathlib import Path
from typing import TYPE_CHECKING

from cnnstudio.core.errors import StudioError
from cnnstudio.core.paths import free_path, projects_dir
from cnnstudio.data.words import printable
from cnnstudio.project import FILE, ProjectSpec, create_project
from cnnstudio.runs.run import Run, open_run

if TYPE_CHECKING:
    from cnnstudio.core.jobs import JobContext
    from cnnstudio.gui.session import Session

PARTS = ("data", "network", "recipe")


def open_run_folder(session: "Session", path: Path) -> None:
    """Show a run, wherever it lies: with its project if it has one and none is open, else linked into the open one.

    Nothing is copied or moved. Without any project one is made of the run's own settings.
    """
    home = path.absolute().parent.parent
    if session.project is None and (home / FILE).is_file():
        session.open_project(home)

    def work(ctx: "JobContext") -> Run:
        return open_run(path.absolute())

    def done(run: Run) -> None:
        _show(session, run)

    session.jobs.start(f"Opening {path.name}", "runs", work, on_done=done, on_error=session.report)


def unlink_run(session: "Session", path: Path) -> None:
    """Take a run that lies elsewhere off the list; its folder stays as it is."""
    if session.project is not None:
        rest = tuple(other for other in session.project.spec.runs_elsewhere if other != str(path))
        _link(session, rest)


def is_elsewhere(session: "Session", path: Path) -> bool:
    """Does this run lie outside of the open project?"""
    return session.project is not None and path.parent != session.project.runs_dir


def adopt_settings(session: "Session", run: Run, parts: tuple[str, ...] = PARTS) -> None:
    """Take a run's data, network or recipe into the project, for the next training; the run stays as it is."""
    if "recipe" in parts:
        session.set_config(run.config)
    if "network" in parts:
        session.set_graph(run.graph, f"Use the network of {run.name}")
    if "data" in parts and session.data_spec != run.data:
        session.set_data_spec(run.data)
    taken = " and ".join(", ".join(parts).rsplit(", ", 1))
    hint = "Undo on the page Network brings the network back." if "network" in parts else ""
    session.notice.emit("ok", f"The next training takes the {taken} of {printable(run.name)}.", hint)


def _show(session: "Session", run: Run) -> None:
    if session.project is None and not _make_project(session, run):
        return
    assert session.project is not None
    links = session.project.spec.runs_elsewhere
    if is_elsewhere(session, run.path) and str(run.path) not in links:
        _link(session, (*links, str(run.path)))
    session.choose_run(run)
    session.refresh_runs()
    session.page_requested.emit("runs")


def _make_project(session: "Session", run: Run) -> bool:
    spec = ProjectSpec(name=run.name, data=run.data, network=run.graph, train=run.config)
    try:
        project = create_project(free_path(projects_dir(), run.path.name), spec)
    except StudioError as error:
        session.report(error)
        return False
    project.close()
    session.open_project(project.path)
    return session.project is not None


def _link(session: "Session", paths: tuple[str, ...]) -> None:
    assert session.project is not None
    try:
        session.project = session.project.save(session.project.spec.replace(runs_elsewhere=paths))
    except StudioError as error:
        session.report(error)
    session.refresh_runs()
