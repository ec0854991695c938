"""Repeating what is chosen ("×3"), and keeping it as one of the user's own blocks."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QInputDialog

from cnnstudio.core.errors import StudioError
from cnnstudio.gui.canvas.commands import GraphEdit, names_text
from cnnstudio.network.repeat import MAX_TIMES, passage_of, repeat
from cnnstudio.network.saved_blocks import MAX_TITLE, block_of, save_block

if TYPE_CHECKING:
    from cnnstudio.gui.canvas.editor import NetworkEditor


class BlockHands(QObject):
    """Asks for a number or a name, and does it."""

    def __init__(self, editor: "NetworkEditor") -> None:
        super().__init__(editor)
        self._editor = editor

    def table(self) -> dict[str, Callable[[], object]]:
        """The commands of keys.COMMANDS that are about blocks."""
        return {"repeat": self.ask_times, "save_block": self.ask_title}

    def ask_times(self) -> None:
        """Ask how often the chosen layers are to stand in a row."""
        nodes = self._editor.chosen_nodes()
        if not nodes or self._editor.hands.refuses() or self._refuses_to_repeat(nodes):
            return
        dialog = self._dialog("Repeat in a row", f"How many times shall {self._name()} stand in a row?")
        dialog.setInputMode(QInputDialog.InputMode.IntInput)
        dialog.setIntRange(2, MAX_TIMES)
        dialog.setIntValue(2)
        dialog.intValueSelected.connect(self.repeat)
        dialog.open()

    def repeat(self, times: int) -> None:
        """Put copies of the chosen layers behind them, one fed by the other."""
        graph, nodes = self._editor.graph, self._editor.chosen_nodes()
        text = f"Repeat {self._name()} ×{times}"
        self._editor.hands.attempt(lambda: GraphEdit(repeat(graph, nodes, times), text, nodes[:1]))

    def ask_title(self) -> None:
        """Ask what the user's block is to be called."""
        if not self._editor.chosen_nodes():
            self._editor.refused.emit("Nothing is chosen.", "Choose the layers or the block to keep.")
            return
        dialog = self._dialog("Save as my block", "Its name in the palette; a block of the same name is replaced:")
        dialog.setTextValue(self._name()[:MAX_TITLE])
        dialog.textValueSelected.connect(self.save)
        dialog.open()

    def save(self, title: str) -> None:
        """Keep the chosen layers as a block for this and other networks."""
        try:
            save_block(block_of(self._editor.graph, self._editor.chosen_nodes(), title.strip()))
        except StudioError as error:
            self._editor.refused.emit(error.message, error.hint)
        else:
            self._editor.block_saved.emit(title.strip())

    def _refuses_to_repeat(self, nodes: tuple[str, ...]) -> bool:
        try:
            passage_of(self._editor.graph, nodes)
        except StudioError as error:
            self._editor.refused.emit(error.message, error.hint)
            return True
        return False

    def _name(self) -> str:
        """The chosen block's title, or the layers' names."""
        chosen = self._editor.chosen()
        groups = [group for group in self._editor.graph.groups if group.id in chosen]
        if len(groups) == 1 and len(chosen) == 1:
            return groups[0].title or groups[0].id
        return names_text(self._editor.chosen_nodes())

    def _dialog(self, title: str, question: str) -> QInputDialog:
        dialog = QInputDialog(self._editor)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setWindowTitle(title)
        dialog.setLabelText(question)
        return dialog
