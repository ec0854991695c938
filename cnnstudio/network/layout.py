"""Positions of boxes, frames and lines for a view of a graph; arithmetic only, in pixels, downwards.

Every open group is laid out by itself and then takes part in its parent as one box, so frames never overlap and
lines pass them outside. Where lines enter a frame it has entries at its upper edge, one for each value, and exits at
its lower one; its title stands left of the entries.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from cnnstudio.network.layered import Arrangement, Point, arrange
from cnnstudio.network.ranks import Item, Link
from cnnstudio.network.view import GraphView, VisibleEdge

BOX_WIDTH, BOX_HEIGHT = 170.0, 44.0
FRAME_PADDING = 16.0
TITLE_HEIGHT = 26.0
TITLE_LETTER = 7.0  # mean width of a letter of the title's font
LABEL_GAP = 6.0  # from a line to its text
TITLE_EXTRA = 40.0  # the arrow before the title, and space behind it

EdgeKey = tuple[str, str]
LinkKey = tuple[str, str, str]  # source, target, value: inside one scope


@dataclass(frozen=True)
class Rect:
    """Upper left corner and size."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class Frame:
    """An open group: its rectangle, and the place for its title, which no line crosses."""

    rect: Rect
    title: Rect


@dataclass(frozen=True)
class Layout:
    """Boxes by id, corners of lines by (source, target) with the left middle of each one's text, frames by group."""

    boxes: Mapping[str, Rect]
    edges: Mapping[EdgeKey, tuple[Point, ...]]
    labels: Mapping[EdgeKey, Point]
    frames: Mapping[str, Frame]
    bounds: Rect


def layout(view: GraphView, sizes: Mapping[str, tuple[float, float]] | None = None) -> Layout:
    """Place all that a view shows.

    Args:
        view: What is visible.
        sizes: (width, height) of boxes that differ from the usual 170×44.
    """
    return _Builder(view, sizes or {}).build()


@dataclass
class _Scope:
    """One open group, or the whole view (id ""): what lies directly in it, and the lines between."""

    id: str
    children: dict[str, None] = field(default_factory=dict)
    keys: dict[LinkKey, None] = field(default_factory=dict)
    items: dict[str, Item] = field(default_factory=dict)
    links: dict[LinkKey, Link] = field(default_factory=dict)
    entries: dict[str, None] = field(default_factory=dict)
    exits: dict[str, None] = field(default_factory=dict)
    arrangement: Arrangement | None = None


class _Builder:
    def __init__(self, view: GraphView, sizes: Mapping[str, tuple[float, float]]) -> None:
        self._view = view
        self._sizes = sizes
        self._parent = {node.id: node.parent or "" for node in view.nodes}
        self._parent |= {f"/{group.id}": group.parent or "" for group in view.groups}
        self._titles = {group.id: group.title for group in view.groups}
        self._scopes = {"": _Scope("")} | {group.id: _Scope(group.id) for group in view.groups}
        # The pieces of each line: in which scope, and which link there.
        self._pieces: dict[EdgeKey, list[tuple[str, LinkKey]]] = {}
        self._boxes: dict[str, Rect] = {}
        self._frames: dict[str, Frame] = {}
        self._origins: dict[str, Point] = {}

    def build(self) -> Layout:
        for node in self._view.nodes:
            for scope_id, item in self._inside_out(node.id):
                self._scopes[scope_id].children[item] = None
        for edge in self._view.edges:
            pieces = self._pieces[edge.source, edge.target] = self._split(edge)
            for scope_id, key in pieces:
                self._scopes[scope_id].keys[key] = None
        for scope_id in reversed(list(self._scopes)):
            self._arrange(self._scopes[scope_id])
        self._place("", (0.0, 0.0))
        edges = {key: self._joined(pieces) for key, pieces in self._pieces.items()}
        labels = {key: self._label(*pieces[-1]) for key, pieces in self._pieces.items()}
        whole = self._scopes[""].arrangement
        assert whole is not None
        bounds = Rect(whole.left, 0.0, whole.right - whole.left, whole.height)
        return Layout(self._boxes, edges, labels, self._frames, bounds)

    # --- lines, cut where they cross frames

    def _split(self, edge: VisibleEdge) -> list[tuple[str, LinkKey]]:
        """A line's pieces from inside to outside on its way out, one between, and back in."""
        outwards, inwards = self._inside_out(edge.source), self._inside_out(edge.target)
        while len(outwards) > 1 and len(inwards) > 1 and outwards[-2][0] == inwards[-2][0]:
            outwards.pop()
            inwards.pop()
        value = edge.source
        pieces = []
        for scope_id, item in outwards[:-1]:
            self._scopes[scope_id].exits[value] = None
            pieces.append((scope_id, (item, f">{value}", value)))
        pieces.append((outwards[-1][0], (outwards[-1][1], inwards[-1][1], value)))
        for scope_id, item in reversed(inwards[:-1]):
            self._scopes[scope_id].entries[value] = None
            pieces.append((scope_id, (f"<{value}", item, value)))
        return pieces

    def _inside_out(self, node_id: str) -> list[tuple[str, str]]:
        """The scopes around a box from inside to outside, each with the item of it that holds the box."""
        found, item = [], node_id
        while True:
            scope_id = self._parent[item]
            found.append((scope_id, item))
            if not scope_id:
                return found
            item = f"/{scope_id}"

    # --- sizes, inner frames first

    def _arrange(self, scope: _Scope) -> None:
        for value in scope.entries:
            scope.items[f"<{value}"] = Item(0.0, 0.0, 0.0)
        for item_id in scope.children:
            scope.items[item_id] = self._item(item_id)
        for value in scope.exits:
            scope.items[f">{value}"] = Item(0.0, 0.0, 0.0, is_exit=True)
        for key in scope.keys:
            scope.links[key] = self._link(*key)
        scope.arrangement = arrange(scope.items, list(scope.links.values()))

    def _item(self, item_id: str) -> Item:
        if not item_id.startswith("/"):
            width, height = self._sizes.get(item_id, (BOX_WIDTH, BOX_HEIGHT))
            return Item(width / 2, width / 2, height)
        inner = self._scopes[item_id[1:]]
        assert inner.arrangement is not None
        title = TITLE_LETTER * len(self._titles[inner.id]) + TITLE_EXTRA
        first_entry = min((inner.arrangement.axis[f"<{value}"] for value in inner.entries), default=title)
        left = max(FRAME_PADDING - inner.arrangement.left, title - first_entry)
        bottom = 0.0 if inner.exits else FRAME_PADDING
        return Item(left, inner.arrangement.right + FRAME_PADDING, inner.arrangement.height + TITLE_HEIGHT + bottom)

    def _link(self, source: str, target: str, value: str) -> Link:
        leaves, arrives = 0.0, None
        if source.startswith("/"):
            leaves = self._port(source, f">{value}")
        if target.startswith("/"):
            arrives = self._port(target, f"<{value}")
        return Link(source, target, value, leaves, arrives)

    def _port(self, item_id: str, port: str) -> float:
        arrangement = self._scopes[item_id[1:]].arrangement
        assert arrangement is not None
        return arrangement.axis[port]

    # --- places, outer frames first

    def _place(self, scope_id: str, origin: Point) -> None:
        """Boxes and frames of a scope whose axis and upper edge are at `origin`."""
        scope = self._scopes[scope_id]
        assert scope.arrangement is not None
        self._origins[scope_id] = origin
        for item_id, item in scope.items.items():
            x = origin[0] + scope.arrangement.axis[item_id]
            y = origin[1] + scope.arrangement.top[item_id]
            if item_id.startswith("/"):
                self._frames[item_id[1:]] = self._frame(item_id[1:], item, x, y)
                self._place(item_id[1:], (x, y + TITLE_HEIGHT))
            elif item.height:
                self._boxes[item_id] = Rect(x - item.left, y, item.left + item.right, item.height)

    def _frame(self, group_id: str, item: Item, x: float, y: float) -> Frame:
        rect = Rect(x - item.left, y, item.left + item.right, item.height)
        inner = self._scopes[group_id]
        entries = [self._port(f"/{group_id}", f"<{value}") for value in inner.entries]
        room = min((x + entry for entry in entries), default=rect.x + rect.width) - rect.x
        return Frame(rect, Rect(rect.x + 8, y, room - 16, TITLE_HEIGHT))

    def _joined(self, pieces: list[tuple[str, LinkKey]]) -> tuple[Point, ...]:
        points: list[Point] = []
        for scope_id, key in pieces:
            scope = self._scopes[scope_id]
            assert scope.arrangement is not None
            dx, dy = self._origins[scope_id]
            points += [(x + dx, y + dy) for x, y in scope.arrangement.routes[scope.links[key]]]
        return _without_middles(points)

    def _label(self, scope_id: str, key: LinkKey) -> Point:
        scope = self._scopes[scope_id]
        assert scope.arrangement is not None
        x, y = scope.arrangement.labels[scope.links[key]]
        return x + self._origins[scope_id][0] + LABEL_GAP, y + self._origins[scope_id][1]


def _without_middles(points: list[Point]) -> tuple[Point, ...]:
    """The same line without points that lie in the middle of a straight part."""
    kept: list[Point] = []
    for point in points:
        if kept and abs(kept[-1][0] - point[0]) < 1e-6 and abs(kept[-1][1] - point[1]) < 1e-6:
            continue
        if len(kept) > 1 and _is_straight(kept[-2], kept[-1], point):
            kept.pop()
        kept.append(point)
    return tuple(kept)


def _is_straight(a: Point, b: Point, c: Point) -> bool:
    return abs((b[0] - a[0]) * (c[1] - b[1]) - (b[1] - a[1]) * (c[0] - b[0])) < 1e-6
