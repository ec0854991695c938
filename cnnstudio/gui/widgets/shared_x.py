"""One horizontal axis of several plots: they grow together, and a zoom in one is a zoom in all."""

from typing import Protocol

Range = tuple[float, float]
# Growing curves would move the axes with every drawing, and writing their numbers takes longer than the curves: a view
# that is left is made larger by GROW, and smaller only once the points fill less than FILL of it.
GROW, FILL, MARGIN = 0.15, 0.6, 0.04


class Sheet(Protocol):
    """A plot that shows the part of the axis that it is told."""

    def set_across(self, view: Range, *, is_zoomed: bool) -> None:
        """Show this part now."""

    def outgrow(self) -> None:
        """There is more to show than is seen: ask by `tell` soon, not in the same go as the others."""


class SharedX:
    """What its plots show of the horizontal axis: all of it, or the part that the user looks at."""

    def __init__(self) -> None:
        self.is_zoomed = False
        self._view: Range | None = None
        self._extents: dict[Sheet, Range] = {}
        self._sheets: list[Sheet] = []

    def add(self, sheet: Sheet) -> None:
        """Let a plot follow."""
        self._sheets.append(sheet)

    def tell(self, sheet: Sheet, extent: Range | None) -> None:
        """A plot's points reach from here to there; None where it has none. It is shown the part that holds them.

        The other plots follow one after another: all of them painted in one go, with new numbers at their axes, would
        stop the window.
        """
        if extent is None:
            self._extents.pop(sheet, None)
        else:
            self._extents[sheet] = extent
        has_changed = self._grow()
        if self._view is None or self.is_zoomed:
            return
        sheet.set_across(self._view, is_zoomed=False)
        if has_changed:
            for other in self._sheets:
                if other is not sheet:
                    other.outgrow()

    def zoom(self, view: Range) -> None:
        """The user looks at this part, in one of the plots."""
        self.is_zoomed, self._view = True, view
        self._show(view)

    def show_all(self) -> None:
        """End a zoom, and the room that was left for points to come; seen with the next `fit`."""
        self.is_zoomed, self._view = False, None

    def fit(self) -> None:
        """Show all that was told of in every plot, unless the user looks at a part."""
        self._grow()
        if self._view is not None and not self.is_zoomed:
            self._show(self._view)

    def _grow(self) -> bool:
        """Let the view hold all that was told of; True if it became another one."""
        if self.is_zoomed:
            return False
        ends = self._extents.values()
        if not ends:
            # An empty sheet is no view that grows: what comes first may be a whole run, which then fills the width.
            self._show(view_of((0.0, 1.0), None, low=0.0, high=MARGIN / 2))
            self._view = None
            return False
        extent = (min(e[0] for e in ends), max(e[1] for e in ends))
        # What doesn't grow fills the width; only a view that has become too narrow gets room for what is to come.
        view = view_of(extent, self._view, low=0.0, high=MARGIN / 2 if self._view is None else GROW)
        is_other, self._view = view != self._view, view
        return is_other

    def _show(self, view: Range) -> None:
        for sheet in self._sheets:
            sheet.set_across(view, is_zoomed=self.is_zoomed)


def view_of(extent: Range, view: Range | None, low: float, high: float) -> Range:
    """The view of an axis that holds an extent: the old one while it fits, else one with some room at its ends."""
    first, last = extent
    size = (last - first) or abs(first) or 1.0
    if view is not None and view[0] <= first and last <= view[1] and size >= FILL * (view[1] - view[0]):
        return view
    return first - low * size, last + high * size
