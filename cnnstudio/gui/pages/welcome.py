"""The first page: begin with a sample, with a folder of images, or where you were."""

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from cnnstudio.core.paths import RESOURCES
from cnnstudio.gui.data_choice import choose_folder, show_known_sets
from cnnstudio.gui.pages.page import Page
from cnnstudio.gui.session import Session
from cnnstudio.gui.theme import set_role, theme
from cnnstudio.gui.widgets.labels import Label
from cnnstudio.gui.widgets.tile_button import RowButton, TileButton

WIDTH_PX = 920
SAMPLES = RESOURCES / "samples"
MAX_RECENT = 5


class WelcomePage(Page):
    """Tiles to begin with, and the recent projects; the whole window takes a drop."""

    key, title, icon = "welcome", "Welcome", "home-outline"

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self.digits = TileButton(
            "Handwritten digits + LeNet-5",
            "Watch it learn in 30 seconds.",
            "fountain-pen-tip",
            "Make a project of 1,797 handwritten digits and start training at once.",
            is_main=True,
        )
        self.shapes = TileButton(
            "Coloured shapes + a small CNN",
            "See where a network looks.",
            "shape-outline",
            "Make a project of 2,400 generated colour scenes and start training at once.",
        )
        self.folder = TileButton(
            "A folder of my images…",
            "One subfolder for each class.",
            "folder-multiple-image",
            "Choose a folder that holds one subfolder of images for each class.",
        )
        self.digits.set_samples(QPixmap(str(SAMPLES / "digits.png")))
        self.shapes.set_samples(QPixmap(str(SAMPLES / "shapes.png")))
        self.folder.set_sample_icons(("cat", "dog", "flower-tulip-outline", "car-side", "leaf"))
        self.known = RowButton(
            "A well-known set…",
            "MNIST, CIFAR-10, Imagenette, Flowers-102 and seven more, downloaded on your click",
            "cloud-download-outline",
            "Choose one of eleven published data sets; nothing is downloaded before you say so.",
        )
        self.known.clicked.connect(self._choose_known)
        self._recent_box = QVBoxLayout()
        self._recent_box.setSpacing(2 * theme.tokens.size.grid)
        self._recent_title = Label("Recent projects", "title")
        self.recent: list[RowButton] = []
        self.digits.clicked.connect(self._begin_with_digits)
        self.shapes.clicked.connect(self._begin_with_shapes)
        self.folder.clicked.connect(self._choose_folder)
        session.settings_changed.connect(self._show_recent)
        self._lay_out()

    def entered(self) -> None:
        self._show_recent()

    def _lay_out(self) -> None:
        column = QWidget()
        set_role(column, "plain")
        column.setMaximumWidth(WIDTH_PX)
        box = QVBoxLayout(column)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(theme.tokens.size.gap)
        box.addStretch(2)
        box.addWidget(Label("What shall a network learn today?", "page-title", wrap=True))
        text = (
            "Choose a beginning, or drop a folder or an archive of images here. Only well-known sets need the internet."
        )
        box.addWidget(Label(text, "muted", wrap=True))
        box.addSpacing(theme.tokens.size.grid)
        tiles = QHBoxLayout()
        tiles.setSpacing(theme.tokens.size.gap)
        for tile in (self.digits, self.shapes, self.folder):
            tiles.addWidget(tile, 1)
        box.addLayout(tiles)
        box.addWidget(self.known)
        box.addSpacing(2 * theme.tokens.size.gap)
        box.addWidget(self._recent_title)
        box.addLayout(self._recent_box)
        box.addStretch(3)
        self.set_content(_centred(column))

    def _show_recent(self) -> None:
        for row in self.recent:
            self._recent_box.removeWidget(row)
            row.hide()
            row.deleteLater()
        self.recent = [self._make_row(Path(path)) for path in self.session.settings.recent[:MAX_RECENT]]
        for row in self.recent:
            self._recent_box.addWidget(row)
        self._recent_title.setVisible(bool(self.recent))

    def _make_row(self, path: Path) -> RowButton:
        is_there = path.is_dir()
        tooltip = f"Open {path}." if is_there else f"{path} is not there any more: it was moved or deleted."
        icon = "folder-outline" if is_there else "folder-off-outline"
        row = RowButton(path.name, str(path.parent), icon, tooltip)
        row.setEnabled(is_there)
        row.setProperty("path", str(path))
        row.clicked.connect(self._on_recent)
        return row

    def _on_recent(self) -> None:
        self.session.open_project(Path(str(self.sender().property("path"))))

    def _begin_with_digits(self) -> None:
        self.session.begin_sample("digits")

    def _begin_with_shapes(self) -> None:
        self.session.begin_sample("shapes")

    def _choose_folder(self) -> None:
        choose_folder(self, self.session)

    def _choose_known(self) -> None:
        show_known_sets(self, self.session)


def _centred(column: QWidget) -> QScrollArea:
    """The column in the middle of the room, scrolled where the window is too low for it."""
    holder = QWidget()
    set_role(holder, "plain")
    row = QHBoxLayout(holder)
    row.setContentsMargins(0, 0, 0, 0)
    row.addStretch(1)
    row.addWidget(column, 100)
    row.addStretch(1)
    area = QScrollArea()
    area.setWidget(holder)
    area.setWidgetResizable(True)
    area.setFrameShape(QScrollArea.Shape.NoFrame)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    return area
