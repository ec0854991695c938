"""A window that slides over a feature map: the arithmetic that convolutions and pools share."""

from dataclasses import dataclass

from cnnstudio.core.errors import ShapeError
from cnnstudio.network.shapes import sides_text

Pair = tuple[int, int]


def pair(height: int, width: int | None) -> Pair:
    """(height, width), where a width of None means: the same."""
    return height, height if width is None else width


def pair_text(value: Pair) -> str:
    """A pair as people write it: "3", or "1×7" where height and width differ."""
    return str(value[0]) if value[0] == value[1] else sides_text(*value)


def pair_argument(value: Pair) -> int | Pair:
    """A pair as PyTorch code says it: one number where both are the same."""
    return value[0] if value[0] == value[1] else value


@dataclass(frozen=True)
class Window:
    """Size, stride, padding and dilation of a sliding window, each as (height, width), in pixels.

    The default sees one position and moves by one: a layer that treats each position by itself.
    """

    kernel: Pair = (1, 1)
    stride: Pair = (1, 1)
    padding: Pair = (0, 0)
    dilation: Pair = (1, 1)
    ceil: bool = False
    zoom: int = 1  # output positions for each step of the window; more than 1 in layers that enlarge

    @property
    def extent(self) -> Pair:
        """Pixels from the window's first to its last, holes of the dilation included."""
        return (
            self.dilation[0] * (self.kernel[0] - 1) + 1,
            self.dilation[1] * (self.kernel[1] - 1) + 1,
        )

    def output_sides(self, height: int, width: int) -> Pair:
        """How many places the window takes downwards and across.

        Raises:
            ShapeError: It is larger than the padded map.
        """
        sides = (height, width)
        if any(self.extent[i] > sides[i] + 2 * self.padding[i] for i in (0, 1)):
            raise ShapeError(self._misfit_text(height, width), hint=self._misfit_hint(height, width))
        return self._output_side(0, height), self._output_side(1, width)

    def unseen(self, side: int, axis: int) -> int:
        """Rows (axis 0) or columns (axis 1) of the padded input that the window never reaches."""
        return 0 if self.ceil else self._room(side, axis) % self.stride[axis]

    def formula(self, height: int, width: int) -> str:
        """(N − F + 2P) / S + 1 with the numbers filled in, and in words what it means if that isn't whole."""
        axes = (0,) if height == width and self._is_square else (0, 1)
        sides = (height, width)
        names = ("Height: ", "Width: ") if len(axes) == 2 else ("",)
        lines = [names[i] + self._axis_formula(sides[i], i) for i in axes]
        lines += [text for i in axes if (text := self._remark(sides[i], i, is_both=len(axes) == 1))]
        return "\n".join(lines)

    @property
    def _is_square(self) -> bool:
        return all(pair[0] == pair[1] for pair in (self.kernel, self.stride, self.padding, self.dilation))

    def _room(self, side: int, axis: int) -> int:
        return side + 2 * self.padding[axis] - self.extent[axis]

    def _output_side(self, axis: int, side: int) -> int:
        stride = self.stride[axis]
        if not self.ceil:
            return self._room(side, axis) // stride + 1
        count = -(-self._room(side, axis) // stride) + 1
        # torch leaves out a window that would start behind the input and its left padding.
        return count - 1 if (count - 1) * stride >= side + self.padding[axis] else count

    def _axis_formula(self, side: int, axis: int) -> str:
        f, s, p, d = (pair[axis] for pair in (self.kernel, self.stride, self.padding, self.dilation))
        if d == 1:
            symbols, numbers = "(N − F + 2P) / S + 1", f"({side} − {f} + 2·{p}) / {s} + 1"
        else:
            symbols = "(N − D·(F − 1) − 1 + 2P) / S + 1"
            numbers = f"({side} − {d}·({f} − 1) − 1 + 2·{p}) / {s} + 1"
        exact = self._room(side, axis) / s + 1
        result = self._output_side(axis, side)
        arrow = f" → {result}" if exact != result else ""
        return f"{symbols} = {numbers} = {exact:.4g}{arrow}"

    def _remark(self, side: int, axis: int, *, is_both: bool) -> str:
        rest = self._room(side, axis) % self.stride[axis]
        if not rest:
            return ""
        if self.ceil:
            return "Not whole: rounded up, so the last window hangs over the edge."
        what = (
            ("rows and columns" if is_both else ("rows", "columns")[axis])
            if rest > 1
            else ("row and column" if is_both else ("row", "column")[axis])
        )
        number = f"{rest} {what}" if rest > 1 else what
        verb = "are" if rest > 1 or is_both else "is"
        return f"Not whole, the filter does not fit: torch rounds down, and the last {number} {verb} never seen."

    def _misfit_text(self, height: int, width: int) -> str:
        padded = ""
        if any(self.padding):
            padded = f" even with padding {self.padding[0]}"
            if self.padding[0] != self.padding[1]:
                padded = f" even with padding {sides_text(*self.padding)}"
        spread = f" (spread over {sides_text(*self.extent)} by dilation)" if max(self.dilation) > 1 else ""
        return (
            f"A {sides_text(*self.kernel)} kernel{spread} does not fit the {sides_text(height, width)}"
            f" feature map{padded}."
        )

    def _misfit_hint(self, height: int, width: int) -> str:
        largest = min(height + 2 * self.padding[0], width + 2 * self.padding[1])
        what = "dilation of 1 or a kernel" if max(self.dilation) > 1 else "kernel"
        return f"Use a {what} of at most {largest}, or add padding."


POINTWISE = Window()  # one object for all layers that treat each position by itself
