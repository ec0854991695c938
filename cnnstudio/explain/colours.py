"""Colour tables for maps: from a value to a colour whose lightness says the same in grey and to colour-blind eyes.

Each table runs through a few control colours, evenly in Oklab (B. Ottosson 2020, "A perceptual color space for image
processing"), so that equal steps in value look like equal steps.
"""

import functools
from typing import Any

import numpy as np
import numpy.typing as npt

from cnnstudio.core.errors import StudioError

STEPS = 256
Values = npt.NDArray[np.floating[Any]]

# Dark to light for amounts; light in the middle for signed values, blue below zero and orange above.
CONTROLS: dict[str, tuple[str, ...]] = {
    "inferno": ("#000004", "#250A52", "#6B1B6D", "#B0344E", "#E8602C", "#F9A21E", "#FCFFA4"),
    "viridis": ("#440154", "#43387F", "#31668E", "#208F8C", "#3BB974", "#94D741", "#FDE725"),
    "grey": ("#000000", "#FFFFFF"),
    "signed": ("#0B3C8C", "#2F66E9", "#9DB8F5", "#F4F5F7", "#F2BB8A", "#D9730D", "#7A3B00"),
}
TITLES = {"inferno": "Inferno", "viridis": "Viridis", "grey": "Grey", "signed": "Blue – orange"}

_TO_LMS = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
_TO_LAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)


@functools.cache
def colour_table(name: str) -> npt.NDArray[np.uint8]:
    """The 256 colours of a table, shape (256, 3).

    Raises:
        StudioError: There is no table of this name.
    """
    if name not in CONTROLS:
        raise StudioError(f"There is no colour table '{name}'.", hint=f"Known: {', '.join(CONTROLS)}.")
    controls = np.array([[int(code[i : i + 2], 16) for i in (1, 3, 5)] for code in CONTROLS[name]]) / 255
    lab = _to_oklab(controls)
    places = np.linspace(0, len(lab) - 1, STEPS)
    smooth = np.stack([np.interp(places, np.arange(len(lab)), lab[:, axis]) for axis in range(3)], axis=1)
    table = np.round(_to_rgb(smooth) * 255).astype(np.uint8)
    table.setflags(write=False)
    return table


def colourise(values: Values, name: str, low: float, high: float) -> npt.NDArray[np.uint8]:
    """Values to colours, shape (…) to (…, 3); what lies outside `low` to `high` gets the end's colour."""
    span = high - low if high > low else 1.0
    places = np.clip((values - low) / span, 0, 1) * (STEPS - 1)
    coloured: npt.NDArray[np.uint8] = colour_table(name)[np.round(places).astype(np.intp)]
    return coloured


def _to_oklab(rgb: Values) -> npt.NDArray[np.float64]:
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    lab: npt.NDArray[np.float64] = np.cbrt(linear @ _TO_LMS.T) @ _TO_LAB.T
    return lab


def _to_rgb(lab: Values) -> npt.NDArray[np.float64]:
    linear = (lab @ np.linalg.inv(_TO_LAB).T) ** 3 @ np.linalg.inv(_TO_LMS).T
    linear = np.clip(linear, 0, 1)
    rgb = np.where(linear <= 0.0031308, linear * 12.92, 1.055 * linear ** (1 / 2.4) - 0.055)
    clipped: npt.NDArray[np.float64] = np.clip(rgb, 0, 1)
    return clipped
