"""Where the sentence of a problem stands: beside its box, and over nothing else."""

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, QSizeF

from cnnstudio.gui.canvas.curves import first_free

GAP = 18.0


def place_mark(size: QSizeF, box: QRectF, taken: Sequence[QRectF], whole: QRectF) -> QRectF:
    """Room for a card of `size`: right of the box, left of it, else right of the whole drawing."""
    tops = (box.center().y() - size.height() / 2, box.top(), box.bottom() - size.height())
    lefts = (box.right() + GAP, box.left() - GAP - size.width())
    beside = [QRectF(QPointF(left, top), size) for left in lefts for top in tops]
    outside = [QRectF(QPointF(whole.right() + GAP, tops[0] + 12 * step), size) for step in range(100)]
    return first_free(beside, taken) or first_free(outside, taken) or outside[0]
