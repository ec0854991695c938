"""Taking a trained network out of CNN Studio: weights, labels, preprocessing, and plain PyTorch code."""

from pathlib import Path
from typing import Literal

from cnnstudio.core import files
from cnnstudio.core.errors import FileError
from cnnstudio.network.source import source_code
from cnnstudio.runs.loaded import find_checkpoint
from cnnstudio.runs.run import Run


def export_run(run: Run, form: Literal["safetensors", "source"], folder: Path) -> list[Path]:
    """Write the best weights with what is needed to use them; files of the same names are replaced.

    Args:
        form: "safetensors" writes weights, labels.json and preprocess.json; "source" adds network.py, whose module
            takes these weights.

    Raises:
        RunError: Nothing was saved yet.
        FileError: The folder can't be written.
    """
    from safetensors.torch import save

    if folder.exists() and not folder.is_dir():
        raise FileError(f"{folder} is a file, not a folder.", hint="Name a folder.")
    weights = {name: tensor.contiguous() for name, tensor in find_checkpoint(run).weights.items()}
    targets = [folder / "weights.safetensors", folder / "labels.json", folder / "preprocess.json"]
    files.write_bytes(targets[0], save(weights))
    files.write_json(targets[1], list(run.classes))
    files.write_json(targets[2], run.data.preprocess.to_json())
    if form == "source":
        targets.append(folder / "network.py")
        files.write_text(targets[-1], source_code(run.graph))
    return targets
