"""Why a command can't be done now, as a sentence; empty where it can."""

from collections.abc import Callable

from cnnstudio.gui.session import Session
from cnnstudio.gui.training import Phase


def needs_project(session: Session) -> str:
    """Why nothing about a project can be done."""
    return "" if session.project is not None else "Begin with a sample, a folder or a project first."


def needs_writable_project(session: Session) -> str:
    """Why nothing can be written into a project."""
    return needs_project(session) or session.why_read_only()


def why_not_undo(session: Session) -> str:
    """Why no edit of the network can be taken back."""
    if session.undo_text is None:
        return "There is no edit of the network to take back."
    return why_unseen(session, session.undo_text)


def why_not_redo(session: Session) -> str:
    """Why no edit of the network can be made again."""
    return "No edit was taken back." if session.redo_text is None else why_unseen(session, session.redo_text)


def why_unseen(session: Session, text: str) -> str:
    """Why an edit of the network isn't undone from another page."""
    # Pictures, augmentation and runs have an undo of their own on their pages; here it would change what nobody sees.
    return "" if session.page == "network" else f"“{text}” was an edit of the network: undo works there, on its page."


def why_not_start(session: Session) -> str:
    """Why no training can begin or go on."""
    return "" if session.training.phase is Phase.PAUSED else session.training.why_not_start()


def why_not_stop(session: Session) -> str:
    """Why there is no training to end."""
    return "" if session.training.is_active else "Nothing is being trained."


def why_not_pause(session: Session) -> str:
    """Why there is no training to let rest."""
    if session.training.phase is Phase.TRYING:
        return "It rests, and looks whether it can go on."
    return "" if session.training.phase in (Phase.RUNNING, Phase.PAUSED) else "Nothing is being trained."


def why_not_results(session: Session) -> str:
    """Why there is no trained network to look at."""
    return "" if session.run is not None else "There is no run yet: train the network first."


def why_not_theme(name: str) -> Callable[[Session], str]:
    """Why these colours can't be chosen: the window has them."""
    return lambda session: "The window has these colours." if session.settings.theme == name else ""


def why_not_place(place: str) -> Callable[[Session], str]:
    """Why this place can't be chosen: trainings run there."""
    return lambda session: "New trainings run there already." if session.settings.train_in == place else ""
