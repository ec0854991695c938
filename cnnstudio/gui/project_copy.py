"""The ways on from a project that can only be looked at: try again to open it, or work on a copy."""

from typing import TYPE_CHECKING

from cnnstudio.core.errors import StudioError
from cnnstudio.core.paths import free_path, projects_dir
from cnnstudio.data.words import counted
from cnnstudio.project import VERSION, create_project, open_project

if TYPE_CHECKING:
    from cnnstudio.gui.session import Session


def save_copy(session: "Session") -> None:
    """Make a project of what is open, edits included, and open it; its runs are linked, not copied."""
    project = session.project
    if project is None:
        return
    runs = tuple(str(summary.path) for summary in session.summaries)
    place = free_path(projects_dir(), project.name)
    parts = {"data": session.data_spec, "network": session.graph, "train": session.config}
    spec = project.spec.replace(**parts, version=VERSION, name=place.name, runs_elsewhere=runs)
    try:
        create_project(place, spec).close()
    except StudioError as error:
        session.report(error)
        return
    session.open_project(place)
    kept = f"; {counted(len(runs), 'run')} stay where they are" if runs else ""
    session.notice.emit("ok", f"This is a copy now: {place.name}{kept}.", str(place))


def open_again(session: "Session") -> None:
    """Open the project to work on it, as it is on the disk now; where that can't be yet, all stays as it is."""
    project = session.project
    if project is None:
        return
    try:
        open_project(project.path).close()
    except StudioError as error:
        session.report(error)
        return
    session.open_project(project.path)
