"""Actions as data: menus, the command palette and the sheet of shortcuts all derive from this list."""

from collections.abc import Callable

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices

from cnnstudio.core.paths import log_dir, projects_dir
from cnnstudio.gui.action import EDIT, FILE, HELP, VIEW, Action
from cnnstudio.gui.pages.registry import PAGES
from cnnstudio.gui.project_copy import save_copy
from cnnstudio.gui.reasons import (
    needs_project,
    needs_writable_project,
    why_not_redo,
    why_not_results,
    why_not_theme,
    why_not_undo,
)
from cnnstudio.gui.session import Session
from cnnstudio.gui.training_actions import TRAINING_ACTIONS


def _export(session: Session) -> None:
    session.export_wanted.emit(session.run)


def _show_network(session: Session) -> None:
    if session.run is not None:
        session.show_run_network(session.run)


def _theme_setter(name: str) -> Callable[[Session], None]:
    def run(session: Session) -> None:
        session.set_settings(session.settings.replace(theme=name))

    return run


def _has_theme(name: str) -> Callable[[Session], bool]:
    return lambda session: session.settings.theme == name


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


PAGE_ACTIONS = tuple(
    Action(
        f"page.{page.key}",
        f"Go to {page.title}",
        VIEW,
        _page_opener(page.key),
        (f"Ctrl+{number}",),
        page.icon,
        needs_project,
        page.tooltip,
    )
    for number, page in enumerate(PAGES, 1)
)

ACTIONS: tuple[Action, ...] = (
    Action(
        "project.save",
        "Save",
        FILE,
        _save,
        ("Ctrl+S",),
        "content-save-outline",
        needs_writable_project,
        "Write data, network and recipe into the project's folder now; that happens by itself after each edit, too.",
        begins_group=True,
    ),
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
        "Show project.json and the folder runs in the system's file manager.",
    ),
    Action(
        "run.export",
        "Export the run…",
        FILE,
        _export,
        ("Ctrl+E",),
        "export-variant",
        why_not_results,
        "Take the chosen run's network out as PyTorch code, ONNX or weights, checked against the app.",
        begins_group=True,
    ),
    Action(
        "run.network",
        "Show the run's network",
        VIEW,
        _show_network,
        (),
        "graph-outline",
        why_not_results,
        "Show what the chosen run trained on the page Network, to look at.",
    ),
    Action(
        "edit.undo",
        "Undo",
        EDIT,
        Session.undo,
        ("Ctrl+Z",),
        "undo",
        why_not_undo,
        "Take the last edit of the network back.",
    ),
    Action(
        "edit.redo",
        "Redo",
        EDIT,
        Session.redo,
        ("Ctrl+Y", "Ctrl+Shift+Z"),
        "redo",
        why_not_redo,
        "Make the edit of the network again that was taken back last.",
    ),
    *TRAINING_ACTIONS,
    *PAGE_ACTIONS,
    *(
        Action(
            f"theme.{name}",
            title,
            VIEW,
            _theme_setter(name),
            (),
            icon,
            why_not_theme(name),
            tooltip,
            _has_theme(name),
            begins_group=name == "system",
        )
        for name, title, icon, tooltip in (
            (
                "system",
                "Colours as the system has them",
                "theme-light-dark",
                "Light or dark, and change with the system.",
            ),
            ("light", "Light colours", "white-balance-sunny", "Dark text on light grounds, whatever the system has."),
            ("dark", "Dark colours", "weather-night", "Light text on dark grounds, whatever the system has."),
        )
    ),
    Action(
        "help.log",
        "Open the folder of the log",
        HELP,
        _open_log_folder,
        (),
        "text-box-outline",
        tooltip="What the program noted on this machine; nothing of it is sent anywhere.",
    ),
)
