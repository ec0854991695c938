"""The actions that need the window: choosing files, the palette, the sheet, closing."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QApplication

from cnnstudio.gui.action import FILE, HELP, VIEW, Action
from cnnstudio.gui.actions import ACTIONS
from cnnstudio.gui.reasons import needs_project, needs_writable_project
from cnnstudio.gui.session import Session

if TYPE_CHECKING:
    from cnnstudio.gui.dialogs import Dialogs
    from cnnstudio.gui.main_window import MainWindow

MAX_RECENT_COMMANDS = 6


def window_actions(window: "MainWindow") -> tuple[Action, ...]:
    """All actions of a window: its own and those of the session."""
    return (
        *_project_actions(window),
        *_data_actions(window.dialogs),
        *_network_actions(window.dialogs),
        *_openers(window.session.settings.recent[:MAX_RECENT_COMMANDS]),
        Action(
            "images.paste",
            "Paste a picture to classify",
            FILE,
            window.paste_image,
            ("Ctrl+V",),
            "content-paste",
            _why_not_paste,
            "Ask the chosen run what is in the picture on the clipboard.",
            begins_group=True,
        ),
        *ACTIONS,
        *_own_actions(window),
    )


def _project_actions(window: "MainWindow") -> tuple[Action, ...]:
    """Where a project comes from."""
    return (
        Action(
            "project.new", "New project", FILE, _new, ("Ctrl+N",), "plus", tooltip="Begin with a sample or a folder."
        ),
        Action(
            "project.open",
            "Open a project…",
            FILE,
            window.dialogs.choose_project,
            ("Ctrl+O",),
            "folder-outline",
            tooltip="Choose the folder of a project: data, network, recipe and runs come back as they were.",
        ),
    )


def _own_actions(window: "MainWindow") -> tuple[Action, ...]:
    """What concerns the window itself."""
    return (
        Action(
            "view.commands",
            "Search or run a command",
            VIEW,
            window.open_palette,
            ("Ctrl+K",),
            "magnify",
            tooltip="Find every command by some of its letters.",
        ),
        Action(
            "help.shortcuts",
            "Show all shortcuts",
            HELP,
            window.open_sheet,
            ("?", "F1"),
            "keyboard-outline",
            tooltip="List the keys of all commands.",
        ),
        Action(
            "window.close",
            "Quit",
            FILE,
            window.quit,
            ("Ctrl+Q",),
            "exit-to-app",
            tooltip="Close the window; a training that runs is saved first, after a question.",
            begins_group=True,
        ),
    )


def _data_actions(dialogs: "Dialogs") -> tuple[Action, ...]:
    """Where pictures come from."""
    return (
        Action(
            "data.folder",
            "Use a folder of images…",
            FILE,
            dialogs.choose_folder,
            ("Ctrl+Shift+O",),
            "image-multiple-outline",
            tooltip="The class may stand in subfolders, in the files' names, or in a table.",
            begins_group=True,
        ),
        Action(
            "data.file",
            "Use an archive or a file of images…",
            FILE,
            dialogs.choose_file,
            (),
            "folder-zip-outline",
            tooltip="A zip or tar archive, or an IDX, CIFAR, NPZ or CSV file.",
        ),
        Action(
            "data.known",
            "Use a well-known set…",
            FILE,
            dialogs.choose_known,
            (),
            "cloud-download-outline",
            tooltip="MNIST, CIFAR-10, Flowers-102 and others; downloaded on your click only.",
        ),
        Action(
            "data.cache",
            "Image cache…",
            FILE,
            dialogs.show_image_cache,
            (),
            "harddisk",
            tooltip="What the cache of decoded pictures holds, how much it may take, and room made by hand.",
        ),
    )


def _network_actions(dialogs: "Dialogs") -> tuple[Action, ...]:
    """Where networks and weights come from."""
    return (
        Action(
            "network.import",
            "Import a network…",
            FILE,
            dialogs.choose_network,
            (),
            "graph-outline",
            needs_project,
            "Replace the network by one of a JSON file; that can be undone.",
            begins_group=True,
        ),
        Action(
            "weights.import",
            "Import weights…",
            FILE,
            dialogs.choose_weights,
            (),
            "import",
            needs_writable_project,
            "Make a run of a .safetensors, .pt or .pth file; a table shows first what fits.",
        ),
        Action(
            "weights.pretrained",
            "Get pretrained weights…",
            FILE,
            dialogs.get_pretrained,
            (),
            "cloud-download-outline",
            needs_writable_project,
            "Choose weights that torchvision publishes; they are downloaded on a click only.",
        ),
    )


def _new(session: Session) -> None:
    session.page_requested.emit("welcome")


def _openers(paths: Sequence[str]) -> Iterator[Action]:
    for place, path in enumerate(paths):
        yield _opener(path, is_first=place == 0)


def _opener(path: str, *, is_first: bool) -> Action:
    def run(session: Session) -> None:
        session.open_project(Path(path))

    def why_not(session: Session) -> str:
        return "" if Path(path).is_dir() else f"{path} is not there any more."

    name = Path(path).name
    title = f"Open {name}"
    return Action(f"recent.{path}", title, FILE, run, (), "history", why_not, path, begins_group=is_first)


def _why_not_paste(session: Session) -> str:
    if session.run is None:
        return "There is no run yet: train the network first."
    mime = QApplication.clipboard().mimeData()
    return "" if mime is not None and (mime.hasImage() or mime.hasUrls()) else "There is no picture on the clipboard."
