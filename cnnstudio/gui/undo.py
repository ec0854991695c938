"""Undo and redo over immutable values: a stack of (text, value), without limit."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass
class UndoStack(Generic[T]):
    """Values as they were, each with the name of the edit that made it; `_at` is the one that holds now."""

    _entries: list[tuple[str, T]] = field(default_factory=list)
    _at: int = -1

    def reset(self, value: T) -> None:
        """Forget everything; `value` is where undo ends."""
        self._entries, self._at = [("", value)], 0

    def push(self, value: T, text: str) -> None:
        """A new value made by the edit `text`; what was undone can't be redone any more."""
        del self._entries[self._at + 1 :]
        self._entries.append((text, value))
        self._at += 1

    def undo(self) -> T:
        """Step back; call only while `undo_text` isn't None."""
        self._at -= 1
        return self._entries[self._at][1]

    def redo(self) -> T:
        """Step forward; call only while `redo_text` isn't None."""
        self._at += 1
        return self._entries[self._at][1]

    def is_at(self, value: T) -> bool:
        """True if this is the value that holds now."""
        return bool(self._entries) and self._entries[self._at][1] == value

    def transform(self, change: Callable[[T], T]) -> None:
        """Change every value that undo and redo can bring back, without an edit of its own."""
        self._entries = [(text, change(value)) for text, value in self._entries]

    @property
    def value(self) -> T:
        """What holds now; only after a reset."""
        return self._entries[self._at][1]

    @property
    def undo_text(self) -> str | None:
        """Name of the edit that undo takes back, or None."""
        return self._entries[self._at][0] if self._at > 0 else None

    @property
    def redo_text(self) -> str | None:
        """Name of the edit that redo makes again, or None."""
        return self._entries[self._at + 1][0] if self._at + 1 < len(self._entries) else None
