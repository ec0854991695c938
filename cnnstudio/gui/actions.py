"""Actions as data: menus, the command palette and the sheet of shortcuts all derive from this list."""

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices

from cnnstudio.core.errors import StudioError
from cnnstudio.core.paths import log_dir, projects_dir
from cnnstudio.gui.pages.registry import PAGES
from cnnstudio.gui.project_copy import save_copy
from cnnstudio.gui.session import Session
from cnnstudio.gui.training import Phase

FILE, EDIT, TRAIN, VIEW, HELP = "File", "Edit", "Training", "View", "Help"
MENUS = (FILE, EDIT, TRAIN, VIEW, HELP)


@dataclass(frozen=True)
class Action:
    """Something the user can do.

    Args:
        id: Stable name: "project.open".
        title: What menus and the palette call it: a verb.
        menu: One of MENUS.
        run: Does it.
        shortcuts: Key sequences, the first one is shown.
        icon: Material Design Icons name.
        why_not: Why it can't be done now, as a sentence; empty if it can.
        tooltip: One sentence; the title if left out.
    """

    id: str
    title: str
    menu: str
    run: Callable[[Session], None]
    shortcuts: tuple[str, ...] = ()
    icon: str = ""
    why_not: Callable[[Session], str] = lambda session: ""
    tooltip: str = ""

    def when(self, session: Session) -> bool:
        """True if it can be done now."""
        return not self.why_not(session)


def needs_project(session: Session) -> str:
    """Why nothing about a project can be done."""
    return "" if session.project is not None else "Begin with a sample, a folder or a project first."


def needs_writable_project(session: Session) -> str:
    """Why nothing can be written into a project."""
    return needs_project(session) or session.why_read_only()


def _why_not_undo(session: Session) -> str:
    if session.undo_text is None:
        return "There is no edit of the network to take back."
    return _why_unseen(session, session.undo_text)


def _why_not_redo(session: Session) -> str:
    return "No edit was taken back." if session.redo_text is None else _why_unseen(session, session.redo_text)


def _why_unseen(session: Session, text: str) -> str:
    # Pictures, augmentation and runs have an undo of their own on their pages; here it would change what nobody sees.
    return "" if session.page == "network" else f"“{text}” was an edit of the network: undo works there, on its page."


def _why_not_start(session: Session) -> str:
    return "" if session.training.phase is Phase.PAUSED else session.training.why_not_start()


def _why_not_stop(session: Session) -> str:
    return "" if session.training.is_active else "Nothing is being trained."


def _why_not_pause(session: Session) -> str:
    return "" if session.training.phase in (Phase.RUNNING, Phase.PAUSED) else "Nothing is being trained."


def _why_not_results(session: Session) -> str:
    return "" if session.run is not None else "There is no run yet: train the network first."


def _export(session: Session) -> None:
    session.export_wanted.emit(session.run)


def _show_network(session: Session) -> None:
    if session.run is not None:
        session.show_run_network(session.run)


def _start(session: Session) -> None:
    if session.training.phase is Phase.PAUSED:
        session.training.go_on()
    else:
        session.training.start()
    session.page_requested.emit("train")


def _pause_or_go_on(session: Session) -> None:
    if session.training.phase is Phase.PAUSED:
        session.training.go_on()
    else:
        session.training.pause()


def _theme_setter(name: str) -> Callable[[Session], None]:
    def run(session: Session) -> None:
        session.set_settings(session.settings.replace(theme=name))

    return run


def _place_setter(place: str, text: str) -> Callable[[Session], None]:
    def run(session: Session) -> None:
        session.set_settings(session.settings.replace(train_in=place))
        session.notice.emit("ok", text, "From the next start of a training on.")

    return run


def _toggle_event_files(session: Session) -> None:
    from cnnstudio.runs.tensorboard import require_tensorboard

    is_wanted = not session.settings.event_files
    try:
        if is_wanted:
            require_tensorboard()
    except StudioError as error:
        session.report(error)
        return
    session.set_settings(session.settings.replace(event_files=is_wanted))
    text = "New runs get event files for TensorBoard." if is_wanted else "New runs get no event files."
    session.notice.emit("ok", text, "From the next start of a training on.")


def _page_opener(key: str) -> Callable[[Session], None]:
    def run(session: Session) -> None:
        session.page_requested.emit(key)

    return run


def _open_log_folder(session: Session) -> None:
    log_dir().mkdir(parents=True, exist_ok=True)
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(log_dir())))


def _open_project_folder(session: Session) -> None:
    path = session.project.path if session.project is not None else projects_dir()
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(path)))


def _save(session: Session) -> None:
    session.save()
    session.notice.emit("ok", "Saved.", "Everything is saved by itself, too, half a second after each edit.")


def _why_not_page(key: str) -> Callable[[Session], str]:
    return _why_not_results if key in ("inspect", "evaluate", "classify") else needs_project


PAGE_ACTIONS = tuple(
    Action(
        f"page.{page.key}",
        f"Go to {page.title}",
        VIEW,
        _page_opener(page.key),
        (f"Ctrl+{number}",),
        page.icon,
        tooltip=page.tooltip,
    )
    for number, page in enumerate(PAGES, 1)
)

ACTIONS: tuple[Action, ...] = (
    Action("project.save", "Save", FILE, _save, ("Ctrl+S",), "content-save-outline", needs_writable_project),
    Action(
        "project.copy",
        "Save a copy of the project",
        FILE,
        save_copy,
        (),
        "content-save-plus-outline",
        needs_project,
        "Makes another project of this one, as it is now, and opens it; the runs stay where they are.",
    ),
    Action(
        "project.folder",
        "Open the project's folder",
        FILE,
        _open_project_folder,
        (),
        "folder-open-outline",
        needs_project,
    ),
    Action(
        "run.export",
        "Export the run…",
        FILE,
        _export,
        ("Ctrl+E",),
        "export-variant",
        _why_not_results,
        "Take the chosen run's network out as PyTorch code, ONNX or weights, checked against the app.",
    ),
    Action(
        "run.network",
        "Show the run's network",
        VIEW,
        _show_network,
        (),
        "graph-outline",
        _why_not_results,
        "Show what the chosen run trained on the page Network, to look at.",
    ),
    Action("edit.undo", "Undo", EDIT, Session.undo, ("Ctrl+Z",), "undo", _why_not_undo),
    Action("edit.redo", "Redo", EDIT, Session.redo, ("Ctrl+Y", "Ctrl+Shift+Z"), "redo", _why_not_redo),
    Action("train.start", "Start training", TRAIN, _start, ("F5",), "play", _why_not_start),
    Action("train.pause", "Pause or go on", TRAIN, _pause_or_go_on, ("Ctrl+Space",), "pause", _why_not_pause),
    Action(
        "train.stop",
        "Stop training",
        TRAIN,
        lambda session: session.training.stop(),
        ("Shift+F5",),
        "stop",
        _why_not_stop,
    ),
    Action(
        "train.repeat",
        "Run the chosen run again, identically",
        TRAIN,
        lambda session: session.repetition.start(),
        (),
        "repeat",
        lambda session: session.repetition.why_not(),
        "Trains it once more from its start, and says whether the same came out, to the last bit.",
    ),
    Action(
        "train.thread",
        "Train in the window's own process",
        TRAIN,
        _place_setter("thread", "Trainings run in a thread of the window."),
        (),
        "application-outline",
        tooltip="Starts at once; a crash of a graphics driver would close the window too.",
    ),
    Action(
        "train.process",
        "Train in a process of its own",
        TRAIN,
        _place_setter("process", "Trainings run in a process of their own."),
        (),
        "application-export",
        tooltip="Starts a few seconds later; whatever happens to it, the window stays and the run can be resumed.",
    ),
    Action(
        "train.event_files",
        "Write event files for TensorBoard, or no longer",
        TRAIN,
        _toggle_event_files,
        (),
        "chart-box-outline",
        tooltip="Each new run then also has a folder tensorboard; needs the package of that name.",
    ),
    *PAGE_ACTIONS,
    Action("theme.system", "Colours as the system has them", VIEW, _theme_setter("system"), (), "theme-light-dark"),
    Action("theme.light", "Light colours", VIEW, _theme_setter("light"), (), "white-balance-sunny"),
    Action("theme.dark", "Dark colours", VIEW, _theme_setter("dark"), (), "weather-night"),
    Action("help.log", "Open the folder of the log", HELP, _open_log_folder, (), "text-box-outline"),
)
