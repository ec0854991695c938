"""What an action is: something the user can do, as data."""

from collections.abc import Callable
from dataclasses import dataclass

from cnnstudio.gui.session import Session

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
        tooltip: One sentence: what happens.
        is_on: For a choice that stays: does it hold now? A menu ticks it.
        begins_group: A menu draws a line above it.
    """

    id: str
    title: str
    menu: str
    run: Callable[[Session], None]
    shortcuts: tuple[str, ...] = ()
    icon: str = ""
    why_not: Callable[[Session], str] = lambda session: ""
    tooltip: str = ""
    is_on: Callable[[Session], bool] | None = None
    begins_group: bool = False

    def when(self, session: Session) -> bool:
        """True if it can be done now."""
        return not self.why_not(session)
