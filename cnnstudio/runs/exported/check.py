"""Runs an exported folder's predict.py on pictures and keeps what each stage gives; a script for a clean process.

Usage: python -I check.py FOLDER PICTURES.json OUT.npz
"""

import importlib.util
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np

BATCH = 8


class Absent:
    """Makes sure that nothing of CNN Studio is imported: a finder that refuses it."""

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> None:
        """Refuse it, and leave all else to the next finder."""
        if name.split(".")[0] == "cnnstudio":
            raise ModuleNotFoundError("an exported folder must run without cnnstudio", name=name)


def main(folder: str, pictures: str, out: str) -> None:
    """Decode, resize, normalise and classify all pictures, and save the results of each stage."""
    sys.dont_write_bytecode = True
    sys.meta_path.insert(0, Absent())
    predict = _loaded(Path(folder) / "predict.py")
    paths = json.loads(Path(pictures).read_text(encoding="utf-8"))
    spec, network = predict.settings(), predict.load_network()
    found: dict[str, np.ndarray] = {}
    inputs = []
    for index, path in enumerate(paths):
        picture = predict.decoded(Path(path))
        pixels = predict.resized(picture, spec)
        found[f"decode{index}"] = np.asarray(picture)
        found[f"resize{index}"] = pixels
        inputs.append(predict.normalised(pixels, spec))
    x = np.stack(inputs)
    found["normalise"] = x
    found["net"] = np.concatenate([network(x[start : start + BATCH]) for start in range(0, len(x), BATCH)])
    np.savez(out, **found)  # type: ignore[arg-type]  # the stubs take the names for numpy's own options


def _loaded(path: Path) -> Any:
    spec = importlib.util.spec_from_file_location("predict", path)
    if spec is None or spec.loader is None:
        raise FileNotFoundError(path)
    module = importlib.util.module_from_spec(spec)
    sys.modules["predict"] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


if __name__ == "__main__":
    main(*sys.argv[1:4])
