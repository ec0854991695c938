"""Pictures to check an export with: validation images of the run, from their original files."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from cnnstudio.core import files
from cnnstudio.core.errors import DataError
from cnnstudio.core.jobs import JobContext
from cnnstudio.data.dataset import Dataset, open_dataset
from cnnstudio.data.sources.shapes import ShapesSource
from cnnstudio.data.spec import DataSpec, SourceSpec, SplitSpec, data_spec

if TYPE_CHECKING:
    from cnnstudio.runs.run import Run

COUNT = 32


@dataclass(frozen=True)
class Samples:
    """Files of pictures, and where they are from, for the certificate."""

    paths: tuple[Path, ...]
    origin: str


def sample_pictures(run: "Run", folder: Path, ctx: JobContext, source: SourceSpec | None = None) -> Samples:
    """Up to 32 pictures, spread over the validation split (or the test or training split where that is empty).

    Args:
        run: Its data spec says which images are for validation.
        folder: Where pictures that have no file are written to, as PNG.
        ctx: Told how far it is.
        source: Other data than the run's own.

    Raises:
        DataError: The named data can't be read.
    """
    spec = run.data if source is None else run.data.replace(source=source)
    try:
        return _from(spec, folder, ctx, "")
    except DataError as error:
        if source is not None:
            raise
        # Weights from elsewhere have no images, and a drive may be missing: any pictures show differences.
        scenes = data_spec(ShapesSource(per_class=8)).replace(split=SplitSpec(val=0.5, test=0.0))
        return _from(scenes, folder, ctx, f" (generated, because: {error.message})")


def _from(spec: DataSpec, folder: Path, ctx: JobContext, note: str) -> Samples:
    native = spec.source.native_preprocess()
    probe = spec if native is None else spec.replace(preprocess=native)
    dataset = open_dataset(probe, ctx)
    split = next(name for name in ("val", "test", "train") if len(dataset.indices(name)))
    indices = dataset.indices(split)
    chosen = indices[np.unique(np.linspace(0, len(indices) - 1, COUNT).astype(int))].tolist()
    return Samples(_files(dataset, chosen, folder), f"{spec.source.title}, split '{split}'{note}")


def _files(dataset: Dataset, chosen: Sequence[int], folder: Path) -> tuple[Path, ...]:
    paths = []
    for index in chosen:
        path = dataset.paths[index]
        if path is None:
            path = folder / f"{index:06d}.png"
            files.write_bytes(path, _png(dataset.pixels[index]))
        paths.append(path)
    return tuple(paths)


def _png(pixels: np.ndarray) -> bytes:
    """Pixels (C, H, W) as a PNG file."""
    from PIL import Image

    picture = pixels[0] if len(pixels) == 1 else pixels.transpose(1, 2, 0)
    buffer = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(picture)).save(buffer, "PNG")
    return buffer.getvalue()
