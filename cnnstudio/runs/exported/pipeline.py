"""From picture files to the best classes, in an exported folder. Fixed text: all names come from the JSON files."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from cnnstudio.data.decode import ImageError, _decode
from cnnstudio.data.resize import to_planes
from cnnstudio.runs.exported.with_onnx import load_network

HERE = Path(__file__).resolve().parent
MAX_SIDE = 1024
TOP = 5


def settings() -> dict[str, Any]:
    """What preprocess.json says: side, channels, resize, mean, std."""
    found: dict[str, Any] = json.loads((HERE / "preprocess.json").read_text(encoding="utf-8"))
    return found


def class_names() -> list[str]:
    """The classes in the order of the logits."""
    found: list[str] = json.loads((HERE / "labels.json").read_text(encoding="utf-8"))
    return found


def decoded(path: Path) -> Image.Image:
    """The picture in a file, in mode "L" or "RGB": turned as EXIF says, 16 bits scaled, transparency on white."""
    return _decode(path.read_bytes(), MAX_SIDE, settings().get("float_range")).image


def resized(picture: Image.Image, spec: dict[str, Any]) -> np.ndarray:
    """uint8, shape (C, side, side)."""
    return to_planes(picture, spec["side"], spec["channels"], spec["resize"])


def normalised(pixels: np.ndarray, spec: dict[str, Any]) -> np.ndarray:
    """(x / 255 - mean) / std in each channel: float32, shape (C, side, side)."""
    mean, std = (np.asarray(spec[name], np.float32)[:, None, None] for name in ("mean", "std"))
    scaled = pixels.astype(np.float32) / np.float32(255)
    return ((scaled - mean) / std).astype(np.float32)


def probabilities(logits: np.ndarray) -> np.ndarray:
    """Softmax over the classes."""
    powers = np.exp(logits.astype(np.float64) - logits.max(axis=-1, keepdims=True))
    shares: np.ndarray = powers / powers.sum(axis=-1, keepdims=True)
    return shares


def main(paths: list[str]) -> int:
    """Print the most probable classes of each picture."""
    if not paths:
        print("Usage: python predict.py PICTURE...", file=sys.stderr)
        return 2
    spec, classes = settings(), class_names()
    network: Callable[[np.ndarray], np.ndarray] = load_network()
    code = 0
    for path in paths:
        try:
            x = normalised(resized(decoded(Path(path)), spec), spec)
        except (OSError, ImageError, SyntaxError, ValueError) as error:
            print(f"{path} can't be read as a picture: {error}", file=sys.stderr)
            code = 1
            continue
        p = probabilities(network(x[None])[0])
        print(path)
        for index in np.argsort(-p, kind="stable")[:TOP]:
            print(f"  {p[index]:7.2%}  {classes[index]}")
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
