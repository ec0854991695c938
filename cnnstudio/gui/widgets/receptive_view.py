"""What one output of a layer sees: its receptive field on a picture of the data."""

from PySide6.QtCore import Signal

from cnnstudio.gui.widgets.buttons import IconButton
from cnnstudio.gui.widgets.card import Card
from cnnstudio.gui.widgets.labels import Label
from cnnstudio.gui.widgets.picture import Picture
from cnnstudio.gui.widgets.pixels import Pixels
from cnnstudio.network.receptive import ReceptiveField
from cnnstudio.network.shapes import Shape

PICTURE_PX = 190  # form, formula and picture of a convolution fit into a window of 900 px together


class ReceptiveView(Card):
    """A picture with a frame; the frame follows the mouse from output position to output position."""

    another_wanted = Signal()

    def __init__(self) -> None:
        super().__init__("Sees")
        self.picture = Picture("Receptive field", minimum_px=120)
        self.picture.setMaximumHeight(PICTURE_PX)
        self.picture.setToolTip("What one output position sees; move the mouse to look at other positions.")
        self.picture.hovered.connect(self._on_hovered)
        self._button = IconButton("image-sync-outline", "Show another picture of the data.", "Another picture")
        self._button.clicked.connect(self.another_wanted)
        self.add_to_header(self._button)
        self._place = Label("", "small", wrap=True)
        self.add(self.picture, 1)
        self.add(self._place)
        self._field: ReceptiveField | None = None
        self._output: Shape = ()
        self._sides = (1, 1)
        self._mark: tuple[float, float, float, float] | None = None

    def set_picture(self, pixels: Pixels | None) -> None:
        """Show this picture at the size at which the network gets it: uint8 (H, W, 1|3)."""
        self.picture.set_pixels(pixels)
        self.picture.setVisible(pixels is not None)
        self._button.setVisible(pixels is not None)
        self._sides = (pixels.shape[0], pixels.shape[1]) if pixels is not None else (1, 1)
        if self._field is not None:
            self.set_field(self._field, self._output)

    def set_field(self, field: ReceptiveField, output: Shape) -> None:
        """Frame what a position of this layer's output sees, beginning with the one in the middle."""
        self._field, self._output = field, output
        is_map = len(output) == 3
        sees = f"Sees {field.text} pixels" if is_map else "Sees the whole image"
        self.set_title(sees)
        rows, columns = (output[1], output[2]) if is_map else (1, 1)
        self._frame(rows // 2, columns // 2)

    def frame(self) -> tuple[float, float, float, float] | None:
        """What is framed: (row, column, height, width) in px of the picture; None where all of it is padding."""
        return self._mark

    def _on_hovered(self, row: int, column: int) -> None:
        if self._field is None or len(self._output) != 3:
            return
        field = self._field
        places = []
        for axis, at in ((0, row), (1, column)):
            middle = field.start[axis] + (field.size[axis] - 1) / 2
            place = round((at - middle) / field.stride[axis])
            places.append(max(0, min(self._output[axis + 1] - 1, place)))
        self._frame(places[0], places[1])

    def _frame(self, row: int, column: int) -> None:
        assert self._field is not None
        height, width = self._sides
        if len(self._output) != 3:
            self._set_mark((0.0, 0.0, float(height), float(width)))
            self._place.set_text("Each of its values depends on all pixels.")
            return
        top, left, tall, wide = self._field.at(row, column)
        bottom, right = min(height, top + tall), min(width, left + wide)
        mark = (max(0.0, top), max(0.0, left), bottom - max(0.0, top), right - max(0.0, left))
        self._set_mark(mark if mark[2] > 0 and mark[3] > 0 else None)
        beyond = top < 0 or left < 0 or top + tall > height or left + wide > width
        text = f"Output ({row}, {column}) of {self._output[1]} × {self._output[2]}"
        self._place.set_text(f"{text}; it reaches into the padding." if beyond else f"{text}.")

    def _set_mark(self, mark: tuple[float, float, float, float] | None) -> None:
        # Most edits leave the field as it is; the picture is the dearest thing to paint on the page.
        if mark != self._mark:
            self._mark = mark
            self.picture.set_marks([mark] if mark else [])
