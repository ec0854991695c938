"""The window: rail, top bar, pages, status bar. It connects the session to them and knows no more."""

from PySide6.QtCore import QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QKeyEvent, QKeySequence, QPaintEvent, QShortcut
from PySide6.QtWidgets import QApplication, QHBoxLayout, QMainWindow, QStackedWidget, QVBoxLayout, QWidget

from cnnstudio.gui.action import Action
from cnnstudio.gui.closing import CloseQuestion, closing_words
from cnnstudio.gui.collector import Collector
from cnnstudio.gui.dialogs import Dialogs
from cnnstudio.gui.drop_target import DropTarget, classify
from cnnstudio.gui.job_watch import JobWatch
from cnnstudio.gui.menus import Menus
from cnnstudio.gui.meter import Meter, warm_up
from cnnstudio.gui.pages.page import Page
from cnnstudio.gui.pages.registry import PAGES, entry, load_pages
from cnnstudio.gui.project_copy import open_again, save_copy
from cnnstudio.gui.session import Session
from cnnstudio.gui.theme import theme
from cnnstudio.gui.way import STATION_OF_PAGE, stations
from cnnstudio.gui.widgets.drop_zone import dropped_paths
from cnnstudio.gui.widgets.notice import NoticeBar
from cnnstudio.gui.widgets.rail import Rail
from cnnstudio.gui.widgets.read_only_line import ReadOnlyLine
from cnnstudio.gui.widgets.status_bar import StatusBar
from cnnstudio.gui.widgets.top_bar import TopBar
from cnnstudio.gui.window_actions import window_actions

SIZE, MINIMUM = (1440, 900), (960, 640)
CLOSE_S = 4.0
NO_PROJECT = "Begin with a sample, a folder or a project first."


class MainWindow(QMainWindow):
    """One window with one session."""

    first_painted = Signal()

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.session = session
        self._pages: dict[str, Page] = {}
        self._current = ""
        self._is_painted = self._is_closing = False
        self.setWindowTitle("CNN Studio")
        self.resize(*SIZE)
        self.setMinimumSize(*MINIMUM)
        self.rail = Rail([(p.key, p.title, p.icon, p.tooltip, p.starts_group) for p in PAGES])
        self.top = TopBar(QKeySequence("Ctrl+K").toString(QKeySequence.SequenceFormat.NativeText))
        self.read_only = ReadOnlyLine()
        self.status = StatusBar()
        self.meter = Meter(session, self.status)
        self.job_watch = JobWatch(session, self.status)
        self.collector = Collector(self)
        self._stack = QStackedWidget()
        self._lay_out()
        self.notices = NoticeBar(self)
        self.drops = DropTarget(self, session)
        self.dialogs = Dialogs(self, session)
        self._connect()
        self._install_keys()
        self.show_page("welcome")
        # No button carries the ring of focus before the first Tab.
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    # Pages ------------------------------------------------------------------------------------------------------

    def show_page(self, key: str) -> None:
        """Go to a page; it is made on its first visit."""
        if self.session.project is None:
            key = "welcome"
        if key not in self._pages:
            self._pages[key] = entry(key).make(self.session)
            self._stack.addWidget(self._pages[key])
        is_other, self._current = key != self._current, key
        self.session.page = key
        self._stack.setCurrentWidget(self._pages[key])
        if is_other != self.rail.has_focus():
            # Left alone Qt gives the focus to the page's first control, which Space would then press. Whoever walks
            # the rail stays there; Enter on the page in sight goes into it.
            self._pages[key].setFocus(Qt.FocusReason.OtherFocusReason)
        if is_other:
            QTimer.singleShot(0, self._place_notices)
        self.rail.set_current(key)
        self._refresh()

    def page(self, key: str) -> Page | None:
        """A page that was visited already."""
        return self._pages.get(key)

    @property
    def current_page(self) -> str:
        """The key of the page in sight."""
        return self._current

    # Commands ---------------------------------------------------------------------------------------------------

    def actions_now(self) -> tuple[Action, ...]:
        """All actions, with the recent projects as they are now."""
        return window_actions(self)

    def perform(self, action: Action) -> None:
        """Do it, or say why it can't be done now."""
        why_not = action.why_not(self.session)
        if why_not:
            self.session.notice.emit("info", why_not, "")
        else:
            action.run(self.session)

    def paste_image(self, session: Session) -> None:
        """Classify what is on the clipboard."""
        from cnnstudio.gui.widgets.pixels import from_qimage

        mime = QApplication.clipboard().mimeData()
        image = QApplication.clipboard().image()
        paths = dropped_paths(mime) if mime is not None else []
        classify(session, list(paths) if paths else [from_qimage(image)])

    def open_palette(self, session: Session) -> None:
        """Open the command palette."""
        from cnnstudio.gui.palette import CommandPalette

        palette = CommandPalette(self.actions_now(), self._why_not, self)
        palette.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        palette.chosen.connect(self.perform)
        palette.open_over(self)

    def open_sheet(self, session: Session) -> None:
        """Show all shortcuts."""
        from cnnstudio.gui.sheet import ShortcutSheet

        sheet = ShortcutSheet(self.actions_now(), self)
        sheet.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        sheet.open()

    def open_menu(self) -> None:
        """Open the menu below its button."""
        menus = Menus(self.actions_now(), self._why_not, self._is_on, self)
        menus.chosen.connect(self.perform)
        button = self.top.menu_button
        menu = menus.build()
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(button.mapToGlobal(QPoint(0, button.height() + 4)))

    def quit(self, session: Session) -> None:
        """Close the window."""
        self.close()

    def _why_not(self, action: Action) -> str:
        return action.why_not(self.session)

    def _is_on(self, action: Action) -> bool | None:
        return None if action.is_on is None else action.is_on(self.session)

    # Closing ----------------------------------------------------------------------------------------------------

    def closeEvent(self, event: QCloseEvent) -> None:
        if self._is_closing or not self.session.training.is_active:
            self._finish()
            event.accept()
            return
        event.ignore()
        question = CloseQuestion(closing_words(self.session.training), self)
        question.accepted.connect(self.close_without_asking)
        question.open()

    def close_without_asking(self) -> None:
        """Save, stop what runs, and close; within 5 s."""
        self._is_closing = True
        self.close()

    def _finish(self) -> None:
        self.hide()
        self.session.close(CLOSE_S)
        self.collector.close()

    # Building ---------------------------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        right = QVBoxLayout()
        right.setContentsMargins(0, 0, 0, 0)
        right.setSpacing(0)
        right.addWidget(self.top)
        right.addWidget(self.read_only)
        right.addWidget(self._stack, 1)
        right.addWidget(self.status)
        central = QWidget()
        row = QHBoxLayout(central)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.rail)
        row.addLayout(right, 1)
        self.setCentralWidget(central)

    def _connect(self) -> None:
        session = self.session
        self.rail.chosen.connect(self.show_page)
        self.top.page_chosen.connect(self.show_page)
        self.top.menu_requested.connect(self.open_menu)
        self.top.search_requested.connect(self._on_search)
        self.read_only.copy_wanted.connect(self._on_copy)
        self.read_only.again_wanted.connect(self._on_open_again)
        session.page_requested.connect(self.show_page)
        session.notice.connect(self._on_notice)
        session.settings_changed.connect(self._on_settings)
        session.project_changed.connect(self._on_project)
        for signal in (session.dataset_changed, session.graph_changed, session.run_changed, session.runs_changed):
            signal.connect(self._refresh)
        session.training.changed.connect(self._refresh)

    def _install_keys(self) -> None:
        for action in self.actions_now():
            for keys in action.shortcuts:
                shortcut = QShortcut(QKeySequence(keys), self)
                shortcut.setProperty("action", action.id)
                shortcut.activated.connect(self._on_shortcut)

    def _refresh(self) -> None:
        project = self.session.project
        self.rail.set_enabled(project is not None, NO_PROJECT)
        self.top.set_name(project.name if project is not None else "CNN Studio")
        self.top.set_way(stations(self.session), STATION_OF_PAGE.get(self._current, ""))
        self.setWindowTitle(f"{project.name} – CNN Studio" if project is not None else "CNN Studio")

    # What happens -----------------------------------------------------------------------------------------------

    def _on_shortcut(self) -> None:
        wanted = self.sender().property("action")
        action = next((action for action in self.actions_now() if action.id == wanted), None)
        if action is not None:
            self.perform(action)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        # Space presses the focused button; only what nobody wanted comes here and pauses the training.
        if event.key() == Qt.Key.Key_Space and not event.isAutoRepeat() and self.session.training.is_active:
            self.perform(next(action for action in self.actions_now() if action.id == "train.pause"))
        else:
            super().keyPressEvent(event)

    def _on_search(self) -> None:
        self.open_palette(self.session)

    def _on_notice(self, kind: str, text: str, hint: str) -> None:
        self.notices.show_notice(kind, text, hint)

    def _place_notices(self) -> None:
        if self.notices.isVisible():
            self.notices.place()

    def _on_settings(self) -> None:
        theme.set_choice(self.session.settings.theme)

    def _on_project(self) -> None:
        project = self.session.project
        self.read_only.set_reason(None if project is None else project.read_only)
        self._refresh()

    def _on_copy(self) -> None:
        save_copy(self.session)

    def _on_open_again(self) -> None:
        open_again(self.session)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self._is_painted:
            self._is_painted = True
            QTimer.singleShot(0, self._on_first_paint)

    def _on_first_paint(self) -> None:
        self.collector.settle()
        self.first_painted.emit()
        self.session.jobs.start("Loading libraries", "io", warm_up, on_done=self._on_warm)

    def _on_warm(self, device: str) -> None:
        self.collector.settle()
        self.meter.set_device(device)
        # In a lane that nobody waits for yet: whoever opens data does not queue behind it.
        self.session.jobs.start("Loading pages", "inspect", load_pages)
