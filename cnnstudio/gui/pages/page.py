"""What every page is: a widget that knows the session, and is the only glue between it and the small widgets."""

from typing import ClassVar

from PySide6.QtCore import Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QLayout, QStackedLayout, QVBoxLayout, QWidget

from cnnstudio.gui.session import Session
from cnnstudio.gui.theme import set_role, theme


class Page(QWidget):
    """One page of the window; made on its first visit.

    Pages that have states (empty, busy, error) add each as a view and show one of them.
    """

    key: ClassVar[str]
    title: ClassVar[str]
    icon: ClassVar[str]

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.session = session
        self._views: QStackedLayout | None = None
        set_role(self, "page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAccessibleName(self.title)

    def entered(self) -> None:
        """Called whenever the page comes into sight; override to refresh what may be stale."""

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.entered()

    def set_content(self, content: QLayout | QWidget) -> None:
        """Fill the page, within the margins that all pages have."""
        box = QVBoxLayout(self)
        box.setContentsMargins(*[theme.tokens.size.page] * 4)
        if isinstance(content, QWidget):
            box.addWidget(content)
        else:
            box.addLayout(content)

    def add_view(self, view: QWidget) -> None:
        """Add one of the page's states, such as the content or an EmptyState."""
        if self._views is None:
            self._views = QStackedLayout()
            self.set_content(self._views)
        self._views.addWidget(view)

    def show_view(self, view: QWidget) -> None:
        """Show one of the added views."""
        assert self._views is not None
        self._views.setCurrentWidget(view)

    def current_view(self) -> QWidget | None:
        """The view that is shown."""
        return self._views.currentWidget() if self._views is not None else None
