"""`cnnstudio tour`."""

import importlib
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

OutOption = Annotated[Path, typer.Option("--out", metavar="FOLDER", help="Folder for the pictures.")]
ScaleOption = Annotated[float, typer.Option(min=1.0, max=3.0, help="Size of a pixel on the screen: 2 for 200 %.")]


def tour(out: OutOption, scale: ScaleOption = 1.0) -> None:
    """Drive the real window through the main job and save a picture of every page, light and dark."""
    run, pictures = walk(out, print, scale)
    print(f"{len(pictures)} pictures in {out}; the run is {run.path}")


def walk(out: Path, say: Callable[[str], None], scale: float = 1.0) -> Any:
    """Run the tour in this process; without a display the window is drawn offscreen."""
    if not has_display():
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
    if scale != 1.0:
        os.environ["QT_SCALE_FACTOR"] = f"{scale:g}"
    # Qt is loaded here and not above: every other command works without it.
    return importlib.import_module("cnnstudio.gui.tour").run_tour(out.absolute(), say)


def has_display() -> bool:
    """Can a window be opened?"""
    if sys.platform in ("win32", "darwin"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
