"""`cnnstudio explain`."""

import io
from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from cnnstudio.cli.output import JsonOption, print_json
from cnnstudio.cli.train import RunArgument
from cnnstudio.core.errors import RunError
from cnnstudio.core.files import write_bytes
from cnnstudio.runs.run import open_run


def explain(
    run: RunArgument,
    image: Annotated[Path, typer.Argument(metavar="IMAGE", help="The picture to explain.")],
    out: Annotated[Path, typer.Option(metavar="PICTURE", help="PNG file to write.")],
    method: Annotated[str, typer.Option(help="Explanation method.")] = "grad_cam",
    node: Annotated[
        str | None, typer.Option(metavar="ID", help="Layer to look at; default: the last one with a map.")
    ] = None,
    class_name: Annotated[
        str | None, typer.Option("--class", metavar="NAME", help="Class to explain; default: the best guess.")
    ] = None,
    opacity: Annotated[float, typer.Option(min=0.0, max=1.0, help="Of the heat over the picture.")] = 0.6,
    as_json: JsonOption = False,
) -> None:
    """Show where in a picture the evidence for a class lay: a heat map over the picture, as PNG."""
    from cnnstudio.data.decoder import Decoder
    from cnnstudio.data.preprocess import to_pixels
    from cnnstudio.evaluation.predict import guess, to_input
    from cnnstudio.explain.base import methods
    from cnnstudio.explain.overlay import heat_overlay
    from cnnstudio.runs.loaded import load_run_network

    loaded = load_run_network(open_run(run))
    explanation = methods[method]()
    with Decoder() as decoder:
        picture = decoder.decode_one(image, float_range=loaded.preprocess.float_range)
    pixels = to_pixels(picture, loaded.preprocess)
    best = guess(loaded.network, pixels, loaded.preprocess, loaded.classes).best
    chosen = best.class_index if class_name is None else class_index(loaded.classes, class_name)
    x = to_input(pixels[None], loaded.preprocess, loaded.network)
    found = explanation.explain(loaded.network, x, chosen, node, classes=loaded.classes)
    write_png(out, heat_overlay(pixels.transpose(1, 2, 0), found.map, opacity))
    y, x_share = found.peak
    result = {"method": method, "node": found.node, "class": loaded.classes[chosen], "score": found.score}
    result |= {"peak": {"x": x_share, "y": y}, "ms": round(found.ms, 3), "picture": str(out)}
    if as_json:
        print_json(result)
    else:
        print(f"{method} of '{result['class']}' at {found.node} in {found.ms:.0f} ms: {out}")


def class_index(classes: tuple[str, ...], name: str) -> int:
    """Position of a class.

    Raises:
        RunError: The run doesn't know it; the known ones are named.
    """
    if name not in classes:
        raise RunError(f"The run knows no class '{name}'.", hint=f"Known: {', '.join(classes)}.")
    return classes.index(name)


def write_png(path: Path, image: np.ndarray, side: int = 512) -> None:
    """Write uint8 pixels (H, W, 3) as a PNG, small ones enlarged without blurring."""
    from PIL import Image

    picture = Image.fromarray(image)
    factor = max(1, side // max(picture.size))
    picture = picture.resize((picture.width * factor, picture.height * factor), Image.Resampling.NEAREST)
    buffer = io.BytesIO()
    picture.save(buffer, "PNG")
    write_bytes(path, buffer.getvalue())
