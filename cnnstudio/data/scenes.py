"""Draw the scenes of `shapes`: one shape on a textured ground among distractors, and the mask of the shape.

Everything about a scene follows from (seed, index) alone. The distractors lie behind the shape, never on it.
"""

import colorsys
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from cnnstudio.data.outlines import OUTLINES

CLASSES = tuple(sorted(OUTLINES))
OVERSAMPLING = 4
MIN_CONTRAST = 0.28


@dataclass(frozen=True, eq=False)
class Scene:
    """One picture and where its shape lies.

    Args:
        image: uint8, shape (side, side, 3).
        mask: bool, shape (side, side); true where the shape covers at least half of the pixel.
        label: Index into CLASSES.
    """

    image: np.ndarray
    mask: np.ndarray
    label: int


def draw_scene(seed: int, index: int, side: int) -> Scene:
    """The scene of this number; its class is `index` modulo the number of classes."""
    rng = np.random.default_rng((seed, index))
    label = index % len(CLASSES)
    ground_colour, shape_colour = _colours(rng)
    ground = _ground(rng, side, ground_colour)
    ground = _with_distractors(rng, ground, ground_colour)
    coverage = _shape(rng, CLASSES[label], side)
    image = _lit(rng, _composed(rng, ground, coverage, shape_colour))
    return Scene(image=image, mask=coverage >= 0.5, label=label)


def _colours(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Colours of ground and shape, each 3 numbers from 0 to 1, well apart in brightness or hue."""
    ground = _colour(rng, saturation=(0.05, 0.35), value=(0.2, 0.75))
    while True:
        shape = _colour(rng, saturation=(0.7, 1.0), value=(0.7, 1.0))
        if np.abs(shape - ground).mean() >= MIN_CONTRAST:
            return ground, shape


def _colour(rng: np.random.Generator, saturation: tuple[float, float], value: tuple[float, float]) -> np.ndarray:
    rgb = colorsys.hsv_to_rgb(rng.random(), rng.uniform(*saturation), rng.uniform(*value))
    return np.array(rgb, np.float32)


def _ground(rng: np.random.Generator, side: int, colour: np.ndarray) -> np.ndarray:
    """A textured ground, float, shape (side, side, 3), around `colour`."""
    texture = [_cloudy, _striped, _woven][rng.integers(3)](rng, side)
    brightness = 1 + _slope(rng, side) * rng.uniform(0.0, 0.3) + texture * rng.uniform(0.08, 0.2)
    tint = (_colour(rng, (0.1, 0.4), (0.3, 0.8)) - colour) * 0.35
    return np.asarray(colour * brightness[:, :, None] + tint * _cloudy(rng, side)[:, :, None])


def _cloudy(rng: np.random.Generator, side: int) -> np.ndarray:
    """Smooth noise in two octaves, about −1 to 1."""
    total = np.zeros((side, side), np.float32)
    for cells, weight in ((rng.integers(3, 6), 0.7), (rng.integers(9, 17), 0.4)):
        coarse = Image.fromarray(rng.uniform(-1, 1, (cells, cells)).astype(np.float32))
        total += weight * np.asarray(coarse.resize((side, side), Image.Resampling.BICUBIC))
    return total


def _striped(rng: np.random.Generator, side: int) -> np.ndarray:
    """Soft stripes of any direction, −1 to 1."""
    period = rng.uniform(4, 14) / 64
    phase = rng.uniform(0, 2 * np.pi)
    return np.asarray(np.sin(_slope(rng, side) * (np.pi / period) + phase))


def _woven(rng: np.random.Generator, side: int) -> np.ndarray:
    """Two crossing sets of stripes with some grain, −1 to 1."""
    cloth = _striped(rng, side) * _striped(rng, side)
    return np.asarray(0.8 * cloth + 0.2 * rng.standard_normal((side, side), np.float32))


def _slope(rng: np.random.Generator, side: int) -> np.ndarray:
    """A plane that rises in a random direction from about −1 to 1."""
    angle = rng.uniform(0, 2 * np.pi)
    axis = np.linspace(-1, 1, side, dtype=np.float32)
    return float(np.cos(angle)) * axis[None, :] + float(np.sin(angle)) * axis[:, None]


def _with_distractors(rng: np.random.Generator, ground: np.ndarray, colour: np.ndarray) -> np.ndarray:
    """The ground with some thin lines, small dots and soft blobs on it."""
    side = len(ground)
    for _ in range(rng.integers(0, 3)):
        ground = _over(ground, _blob(rng, side) * rng.uniform(0.25, 0.5), _near(rng, colour))
    layer, draw = _canvas(side)
    for ends in rng.uniform(0, layer.width, (rng.integers(1, 5), 4)):
        width = round(rng.uniform(0.8, 1.8) / 64 * layer.width)
        draw.line([float(end) for end in ends], fill=int(rng.integers(120, 230)), width=width)
    ground = _over(ground, _shrunk(layer), _near(rng, colour))
    layer, draw = _canvas(side)
    for x, y, radius in rng.uniform((0, 0, 0.7), (64, 64, 2.2), (rng.integers(4, 14), 3)) * layer.width / 64:
        draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=255)
    return _over(ground, _shrunk(layer) * rng.uniform(0.5, 0.95), _near(rng, colour))


def _near(rng: np.random.Generator, colour: np.ndarray) -> np.ndarray:
    """Some other colour, drawn towards the ground's so that it doesn't outshine the shape."""
    return 0.6 * _colour(rng, (0.1, 0.5), (0.2, 0.9)) + 0.4 * colour


def _blob(rng: np.random.Generator, side: int) -> np.ndarray:
    """A soft spot, 0 to 1."""
    x, y = rng.uniform(0, side, 2)
    width, height = rng.uniform(0.06, 0.16, 2) * side
    axis = np.arange(side, dtype=np.float32)
    rows, columns = np.exp(-(((axis - y) / height) ** 2)), np.exp(-(((axis - x) / width) ** 2))
    return np.outer(rows, columns)


def _shape(rng: np.random.Generator, name: str, side: int) -> np.ndarray:
    """How much of each pixel the shape covers, 0 to 1; all of the shape lies inside the picture."""
    radius = rng.uniform(0.2, 0.38) * side
    margin = radius * 1.12 + 1
    centre = rng.uniform(margin, side - margin, 2)
    angle = np.deg2rad(rng.uniform(-35, 35))
    stretch = np.array((rng.uniform(0.9, 1.1), 1.0))
    turn = np.array([(np.cos(angle), np.sin(angle)), (-np.sin(angle), np.cos(angle))])
    layer, draw = _canvas(side)
    corners = ((OUTLINES[name]() * stretch) @ turn * radius + centre) * OVERSAMPLING
    draw.polygon([(float(x), float(y)) for x, y in corners], fill=255)
    return _shrunk(layer)


def _composed(rng: np.random.Generator, ground: np.ndarray, coverage: np.ndarray, colour: np.ndarray) -> np.ndarray:
    """The shape, shaded from one side, with a soft shadow beside it."""
    side = len(ground)
    plane = Image.fromarray((coverage * 255).astype(np.uint8))
    shadow = np.asarray(plane.filter(ImageFilter.GaussianBlur(side * 0.03)), np.float32) / 255
    offset = np.round(rng.uniform(-0.045, 0.045, 2) * side).astype(int)
    shadow = np.roll(shadow, tuple(offset), axis=(0, 1))
    ground = ground * (1 - rng.uniform(0.15, 0.5) * shadow)[:, :, None]
    shade = 1 + rng.uniform(0.05, 0.3) * _slope(rng, side) + rng.uniform(0, 0.12) * _cloudy(rng, side)
    return _over(ground, coverage, colour * shade[:, :, None])


def _lit(rng: np.random.Generator, scene: np.ndarray) -> np.ndarray:
    """The scene under its light: brightness, colour of the lamp, darker corners, a little grain; uint8."""
    side = len(scene)
    lamp = (rng.uniform(0.7, 1.15) * rng.uniform(0.93, 1.07, 3)).astype(np.float32)
    axis = np.linspace(-1, 1, side, dtype=np.float32) ** 2
    corners = 1 - rng.uniform(0, 0.25) * (axis[None, :] + axis[:, None]) / 2
    grain = rng.standard_normal(scene.shape, np.float32) * rng.uniform(0.005, 0.03)
    image = np.clip(scene * corners[:, :, None] * lamp + grain, 0, 1)
    return np.asarray(np.rint(image * 255).astype(np.uint8))


def _over(below: np.ndarray, coverage: np.ndarray, colour: np.ndarray) -> np.ndarray:
    return np.asarray(below + coverage[:, :, None] * (colour - below))


def _canvas(side: int) -> tuple[Image.Image, ImageDraw.ImageDraw]:
    layer = Image.new("L", (side * OVERSAMPLING, side * OVERSAMPLING))
    return layer, ImageDraw.Draw(layer)


def _shrunk(layer: Image.Image) -> np.ndarray:
    """The oversampled layer at picture size, 0 to 1: this is what smooths the edges."""
    return np.asarray(layer.reduce(OVERSAMPLING), np.float32) / 255
