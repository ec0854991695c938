"""The network editor: shows a graph, and turns what the hands do into new graphs with names."""

from collections.abc import Callable, Iterable
from dataclasses import replace

from PySide6.QtCore import QPoint, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from cnnstudio.gui.canvas import commands
from cnnstudio.gui.canvas.block_hands import BlockHands
from cnnstudio.gui.canvas.commands import GraphEdit
from cnnstudio.gui.canvas.drawing import WireKey
from cnnstudio.gui.canvas.fold import Columns, best_columns, fold, refold
from cnnstudio.gui.canvas.hands import Hands
from cnnstudio.gui.canvas.look import Look
from cnnstudio.gui.canvas.menu import make_menu
from cnnstudio.gui.canvas.scenery import Scenery, draw
from cnnstudio.gui.canvas.search_box import SearchBox
from cnnstudio.gui.canvas.touch import touched, visible_view, with_touched
from cnnstudio.gui.canvas.view import CanvasView
from cnnstudio.gui.canvas.walk import Direction, step
from cnnstudio.gui.theme import theme
from cnnstudio.network.graph import NetworkGraph
from cnnstudio.network.parts import Edge
from cnnstudio.network.validate import Validation, validate
from cnnstudio.network.view import all_groups

ZOOM_STEP = 1.25


class NetworkEditor(QWidget):
    """A canvas for one network. It keeps no history: every edit leaves through `edited`.

    Signals:
        edited: A new graph, and what was done ("Delete conv1").
        chosen_changed: Other layers, groups or connections are chosen now, or a group was opened or closed.
        undo_wanted: Ctrl+Z was pressed on the canvas.
        redo_wanted: Ctrl+Y or Ctrl+Shift+Z was pressed on the canvas.
        refused: Something can't be done: sentence and hint.
        block_saved: The chosen layers are one of the user's blocks now: its title.
    """

    edited = Signal(object, str)
    chosen_changed = Signal()
    undo_wanted = Signal()
    redo_wanted = Signal()
    refused = Signal(str, str)
    block_saved = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.graph = NetworkGraph()
        self.validation = validate(self.graph)
        self.read_only_reason = ""
        self._closed: frozenset[str] = frozenset()
        self._drawn_closed: frozenset[str] = frozenset()
        self._scenery = Scenery()
        self._columns: Columns = {}
        # Nothing is drawn for a size that the first showing changes; a first size always comes then.
        self._has_size = self._is_drawn = False
        self.view = CanvasView(Look(theme.tokens))
        self.hands, self.blocks = Hands(self), BlockHands(self)
        self.search = SearchBox(self)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.addWidget(self.view)
        self.setFocusProxy(self.view)
        self._commands = self._make_commands()
        self._connect_signals()

    def _connect_signals(self) -> None:
        view, hands = self.view, self.hands
        view.judge_connection = hands.judge_connection
        view.connect_wanted.connect(hands.connect_boxes)
        view.layer_dropped.connect(hands.drop_layer)
        view.piece_dropped.connect(hands.drop_piece)
        view.command.connect(self.run)
        view.toggle_wanted.connect(self.toggle)
        view.menu_wanted.connect(self._on_menu)
        view.resized.connect(self._on_resized)
        view.canvas.chosen_changed.connect(self.chosen_changed)
        self.search.picked.connect(self._on_picked)
        self.search.left.connect(view.setFocus)
        theme.changed.connect(self._on_theme)

    # -- what is shown

    def set_graph(self, graph: NetworkGraph, validation: Validation) -> None:
        """Show a network. Groups that weren't there before come closed; after an edit the view keeps its place."""
        is_other = not any(graph.has_node(node.id) for node in self.graph.nodes) or (
            graph.architecture != self.graph.architecture
        )
        known = {group.id for group in self.graph.groups}
        now = {group.id for group in graph.groups}
        self._closed = frozenset(key for key in now if key in self._closed or is_other or key not in known)
        before, closed_before = (self.graph, self.validation), self._drawn_closed
        self.graph, self.validation = graph, validation
        if not self._has_size:
            self._is_drawn = False
        elif is_other or self._closed != closed_before or not self._touch(before):
            self._draw(is_other=is_other)

    def _touch(self, before: tuple[NetworkGraph, Validation]) -> bool:
        """Change some texts; False if the edit did more than that."""
        change = touched(self._scenery, before, (self.graph, self.validation), self.view.canvas.look)
        if change is None:
            return False
        drawing, _, _ = with_touched(self._scenery.drawing, change)
        self._scenery = replace(self._scenery, drawing=drawing, view=visible_view(self._scenery, change))
        self.view.touch(*with_touched(self.view.canvas.drawing, change))
        return True

    def set_read_only(self, reason: str) -> None:
        """Refuse all edits and say why; an empty text lets them happen again."""
        self.read_only_reason = reason
        self.view.is_editable = not reason

    def _draw(self, *, is_other: bool = False) -> None:
        before = self._scenery
        self._is_drawn, self._drawn_closed = True, self._closed
        self._scenery = draw(self.graph, self.validation, self._closed, self.view.canvas.look, before)
        drawing = self._scenery.drawing
        if self._scenery.layout is before.layout and not is_other:
            folded = refold(drawing, before.drawing, self.view.canvas.drawing)
        else:
            if is_other:
                self._columns = best_columns(drawing, self.view.camera.room())
            folded, self._columns = fold(drawing, self._columns)
        self.view.set_drawing(folded, is_other=is_other)

    def fit(self) -> None:
        """Show the whole network as large as the window allows."""
        self._draw(is_other=True)
        self.view.fit()

    def _on_resized(self) -> None:
        self._has_size = True
        if self.view.is_untouched and self.graph.nodes:
            self._draw(is_other=True)

    def _on_theme(self) -> None:
        self.view.set_look(Look(theme.tokens))

    # -- what is chosen

    def choose(self, ids: Iterable[str]) -> None:
        """Choose layers or groups; closed groups around them are opened."""
        groups = {group.id: group.parent for group in self.graph.groups}
        wanted = [key for key in ids if self.graph.has_node(key) or key in groups]
        hiding = set()
        for key in wanted:
            chain = commands.group_chain(self.graph, key)
            outer = groups.get(key)
            while outer is not None:
                chain.append(outer)
                outer = groups[outer]
            hiding.update(chain)
        if self._closed & hiding or not self._is_drawn:
            self._closed -= hiding
            self._draw()
        self.view.canvas.choose(wanted)
        if wanted:
            self.view.reveal(wanted[0])

    def chosen(self) -> frozenset[str]:
        """Ids of the chosen layers and groups."""
        return self.view.canvas.chosen

    def chosen_nodes(self) -> tuple[str, ...]:
        """All chosen layers, those in chosen groups too, in the order of the graph."""
        return commands.nodes_of(self.graph, self.chosen())

    def chosen_edges(self) -> tuple[Edge, ...]:
        """The connections that the chosen wires stand for."""
        return tuple(edge for key in self.view.canvas.chosen_wires for edge in self.edges_of(key))

    def edges_of(self, wire: WireKey) -> tuple[Edge, ...]:
        """The connections that a wire stands for: several, if one of its ends is a closed group."""
        return self._scenery.edges.get(wire, ())

    # -- groups

    def toggle(self, group: str) -> None:
        """Open a closed group, or close an open one; what was chosen inside becomes the group."""
        inside = set(self.graph.group_nodes(group))
        if group in self._closed:
            self._closed -= {group}
            self._draw()
            self.chosen_changed.emit()
            return
        self._closed |= {group}
        chosen = self.chosen()
        self._draw()
        if chosen & inside:
            self.view.canvas.choose((chosen - inside) | {group})
        self.chosen_changed.emit()

    def open_all(self, is_open: bool = True) -> None:
        """Open all groups, or close them."""
        self._closed = frozenset() if is_open else all_groups(self.graph)
        self._draw(is_other=True)

    def _toggle_chosen(self, wanted: bool | None) -> None:
        groups = {group.id for group in self.graph.groups}
        for key in sorted(self.chosen() & groups):
            if wanted is None or (key in self._closed) != wanted:
                self.toggle(key)

    # -- edits

    def apply(self, edit: GraphEdit) -> None:
        """Send an edit out, and choose what it is about once the new graph is shown."""
        self.edited.emit(edit.graph, edit.text)
        if self.graph is edit.graph and edit.chosen:
            self.choose(edit.chosen)

    def run(self, command: str) -> None:
        """Do what a key or a menu entry says; see keys.COMMANDS."""
        self._commands[command]()

    def _make_commands(self) -> dict[str, Callable[[], object]]:
        canvas, view, hands = self.view.canvas, self.view, self.hands
        return {
            **hands.table(),
            **self.blocks.table(),
            "add": self.open_search,
            "undo": self.undo_wanted.emit,
            "redo": self.redo_wanted.emit,
            "select_all": lambda: canvas.choose(canvas.drawing.boxes),
            "escape": lambda: canvas.choose(()),
            "toggle": lambda: self._toggle_chosen(None),
            "open": lambda: self._toggle_chosen(False),
            "close": lambda: self._toggle_chosen(True),
            "fit": self.fit,
            "zoom_in": lambda: view.zoom_by(ZOOM_STEP),
            "zoom_out": lambda: view.zoom_by(1 / ZOOM_STEP),
            "actual_size": lambda: view.zoom_by(1 / view.camera.zoom),
            "up": lambda: self._walk("up"),
            "down": lambda: self._walk("down"),
            "left": lambda: self._walk("left"),
            "right": lambda: self._walk("right"),
            "extend_up": lambda: self._walk("up", extend=True),
            "extend_down": lambda: self._walk("down", extend=True),
        }

    def _walk(self, direction: Direction, *, extend: bool = False) -> None:
        canvas = self.view.canvas
        boxes = [key for key in canvas.drawing.boxes if key in canvas.chosen]
        start = None
        if boxes:
            # With several chosen one goes on from the end that lies in the direction.
            boxes.sort(key=lambda key: canvas.drawing.boxes[key].rect.top())
            start = boxes[0] if direction == "up" else boxes[-1]
        goal = step(canvas.drawing, start, direction)
        if goal is not None:
            canvas.choose({*canvas.chosen, goal} if extend else {goal})
            self.view.reveal(goal)

    # -- adding and the menu

    def open_search(self) -> None:
        """Open the search box where a layer would be added."""
        if self.hands.refuses():
            return
        where = self.hands.place_to_add()
        at = self.view.place_of(self.chosen(), self.view.canvas.chosen_wires)
        self.search.open_at(self.view.mapTo(self, at), where.words)

    def _on_picked(self, choice: object) -> None:
        self.view.setFocus()
        self.hands.add_choice(choice)

    def _on_menu(self, at: QPoint) -> None:
        groups = {group.id for group in self.graph.groups}
        menu = make_menu(
            self,
            has_layers=bool(self.chosen_nodes()),
            has_group=bool(self.chosen() & groups),
            is_read_only=bool(self.read_only_reason),
        )
        menu.chosen.connect(self.run)
        menu.popup(at)
