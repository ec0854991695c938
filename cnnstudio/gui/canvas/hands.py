"""Edits by hand: cut, copy, paste, delete, add, connect. They read what is chosen and send new graphs out."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import QApplication

from cnnstudio.core.errors import GraphError
from cnnstudio.gui.canvas import commands, grouping
from cnnstudio.gui.canvas.choices import BlockChoice, LayerChoice
from cnnstudio.gui.canvas.connecting import Judgement, connect_boxes, judge
from cnnstudio.gui.canvas.drawing import WireKey
from cnnstudio.gui.canvas.drops import piece_mime, piece_of
from cnnstudio.network import pieces
from cnnstudio.network.io import parse_graph
from cnnstudio.network.parts import Edge
from cnnstudio.network.spec import LayerSpec, parse_layer

if TYPE_CHECKING:
    from cnnstudio.gui.canvas.editor import NetworkEditor


@dataclass(frozen=True)
class PlaceToAdd:
    """Where a new layer goes: on connections, behind a layer, or nowhere; and that in words."""

    after: str | None
    edges: tuple[Edge, ...]
    words: str


class Hands:
    """What can be done to the graph of an editor."""

    def __init__(self, editor: "NetworkEditor") -> None:
        self._editor = editor

    def table(self) -> dict[str, Callable[[], object]]:
        """The commands of keys.COMMANDS that edit or copy."""
        return {
            "cut": self.cut,
            "copy": self.copy,
            "paste": self.paste,
            "duplicate": self.duplicate,
            "delete": self.delete,
            "group": self.group,
            "ungroup": self.ungroup,
            "refuse": self.refuses,
        }

    def refuses(self) -> bool:
        """True, with a word about it, if nothing may be changed."""
        reason = self._editor.read_only_reason
        if reason:
            self._editor.refused.emit(reason, "")
        return bool(reason)

    def attempt(self, make: Callable[[], commands.GraphEdit]) -> None:
        """Apply an edit, or say why it can't be."""
        if self.refuses():
            return
        try:
            edit = make()
        except GraphError as error:
            self._editor.refused.emit(error.message, error.hint)
            return
        self._editor.apply(edit)

    # -- clipboard

    def copy(self) -> bool:
        """Put the chosen layers on the clipboard as JSON; False if there are none."""
        nodes = self._editor.chosen_nodes()
        if nodes:
            piece = pieces.piece_of(self._editor.graph, nodes)
            QApplication.clipboard().setMimeData(piece_mime(piece.to_json()))
        return bool(nodes)

    def cut(self) -> None:
        """Copy, then delete."""
        if not self.refuses() and self.copy():
            nodes = self._editor.chosen_nodes()
            edit = commands.delete(self._editor.graph, nodes, ())
            text = f"Cut {commands.names_text(nodes)}"
            self._editor.apply(commands.GraphEdit(edit.graph, text, edit.chosen))

    def paste(self) -> None:
        """Insert what is on the clipboard behind what is chosen."""
        place = self.place_to_add()

        def make() -> commands.GraphEdit:
            piece = parse_graph(piece_of(QApplication.clipboard().mimeData()), "The clipboard")
            return commands.paste(self._editor.graph, piece, after=place.after, edges=place.edges)

        self.attempt(make)

    def duplicate(self) -> None:
        """Insert a copy of what is chosen behind it."""
        nodes = self._editor.chosen_nodes()
        if not nodes:
            return
        graph = self._editor.graph
        piece, after = pieces.piece_of(graph, nodes), commands.last_of(graph, nodes)
        self.attempt(lambda: commands.paste(graph, piece, after=after, verb="Duplicate"))

    # -- layers, connections, groups

    def delete(self) -> None:
        """Remove the chosen layers and connections; chains are healed."""
        nodes, edges = self._editor.chosen_nodes(), self._editor.chosen_edges()
        if nodes or edges:
            self.attempt(lambda: commands.delete(self._editor.graph, nodes, edges))

    def place_to_add(self) -> PlaceToAdd:
        """Where a layer would go now: on the chosen connection, or behind what is chosen."""
        graph, edges = self._editor.graph, self._editor.chosen_edges()
        if edges:
            # A wire between closed groups may stand for several connections that leave one layer.
            same = tuple(edge for edge in edges if edge.source == edges[0].source)
            return PlaceToAdd(None, same, f"Between {edges[0].source} and {edges[0].target}")
        nodes = self._editor.chosen_nodes()
        after = commands.last_of(graph, nodes) if nodes else _before_the_output(self._editor)
        return PlaceToAdd(after, (), f"Behind {after}" if after else "Unconnected")

    def add_choice(self, choice: object) -> None:
        """Add a layer or block of the palette where it belongs now."""
        if isinstance(choice, LayerChoice):
            self.add_layer(choice.layer)
        elif isinstance(choice, BlockChoice):
            place, piece = self.place_to_add(), choice.block.piece
            graph = self._editor.graph
            self.attempt(lambda: commands.paste(graph, piece, after=place.after, edges=place.edges, verb="Add"))

    def add_layer(self, layer: LayerSpec) -> None:
        """Add a layer on the chosen connection, or behind what is chosen."""
        place = self.place_to_add()
        self.attempt(lambda: commands.add_layer(self._editor.graph, layer, after=place.after, edges=place.edges))

    def drop_layer(self, layer: dict[str, Any], wire: WireKey | None) -> None:
        """Insert a dragged layer on a wire, or leave it unconnected."""
        edges = self._editor.edges_of(wire)[:1] if wire is not None else ()

        def make() -> commands.GraphEdit:
            try:
                spec = parse_layer(layer)
            except ValueError as error:
                raise GraphError(f"This is no layer that can be added: {error}") from None
            return commands.add_layer(self._editor.graph, spec, edges=edges)

        self.attempt(make)

    def drop_piece(self, piece: dict[str, Any], wire: WireKey | None) -> None:
        """Insert a dragged block on a wire, or leave it unconnected."""
        edges = self._editor.edges_of(wire)[:1] if wire is not None else ()

        def make() -> commands.GraphEdit:
            parsed = parse_graph(piece, "What was dropped")
            return commands.paste(self._editor.graph, parsed, edges=edges, verb="Add")

        self.attempt(make)

    def judge_connection(self, source: str, target: str) -> Judgement:
        """May this box feed that one? And what would happen?"""
        return judge(self._editor.graph, source, target)

    def connect_boxes(self, source: str, target: str) -> None:
        """Connect two boxes."""
        self.attempt(lambda: connect_boxes(self._editor.graph, source, target))

    def group(self) -> None:
        """Make a block of the chosen layers."""
        nodes = self._editor.chosen_nodes()
        if nodes:
            self.attempt(lambda: grouping.group(self._editor.graph, nodes))

    def ungroup(self) -> None:
        """Take the chosen blocks apart; their layers stay."""
        groups = [group.id for group in self._editor.graph.groups if group.id in self._editor.chosen()]
        if groups:
            self.attempt(lambda: grouping.ungroup(self._editor.graph, groups))


def _before_the_output(editor: "NetworkEditor") -> str | None:
    """With nothing chosen a layer goes to the end: behind what feeds the output."""
    ends = [node for node in editor.graph.nodes if node.layer.is_end]
    if ends:
        return next(iter(editor.graph.predecessors(ends[0].id)), None)
    return commands.last_of(editor.graph, editor.graph.flowing())
