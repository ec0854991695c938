"""Puts `predict.py` together: the app's own code for pictures, word for word, so that it can't drift from it."""

import ast
from collections.abc import Iterator
from importlib.resources import files as package_files
from typing import Literal

Backend = Literal["torch", "onnx"]

# What is taken of the modules that bring a picture from its file to the network's size.
_DECODE = (
    "FORMATS",
    "MAX_PIXELS",
    "ORIENTATION_TAG",
    "EXIF_KEYS",
    "GREY_MODES",
    "_TURNS",
    "Picture",
    "_decode",
    "_opened",
    "_orientation",
    "_bounded",
    "_bounded_size",
    "_plain",
    "_has_alpha",
    "_eight_bits",
    "_from_float",
)
_RESIZE = ("BORDER_GREY", "to_square", "to_planes", "_middle_square", "_letterbox")
_PIPELINE = (
    "HERE",
    "MAX_SIDE",
    "TOP",
    "settings",
    "class_names",
    "decoded",
    "resized",
    "normalised",
    "probabilities",
    "main",
)
_NEEDS = {"torch": "numpy, Pillow, torch and safetensors", "onnx": "numpy, Pillow and onnxruntime"}
_IMPORTS = {"torch": "import importlib.util\nimport io\n", "onnx": "import io\n"}
_ERROR = '''
class ImageError(ValueError):
    """A picture can't be read; the message is a sentence without its subject."""

    def __init__(self, message, *, kind, hint=""):
        super().__init__(message)
        self.kind, self.hint = kind, hint
'''


def predict_code(backend: Backend) -> str:
    """The text of predict.py: the same for all networks, since names and numbers stand in the JSON files."""
    header = (
        '"""Classify pictures: python predict.py PICTURE...\n\n'
        f'Needs {_NEEDS[backend]}; CNN Studio is not needed.\n"""\n'
        f"\n{_IMPORTS[backend]}import json\nimport sys\nfrom collections.abc import Callable\n"
        "from dataclasses import dataclass\nfrom pathlib import Path\nfrom typing import Any\n\n"
        "import numpy as np\nfrom PIL import Image\n"
    )
    pipeline = list(_parts("cnnstudio.runs.exported", "pipeline.py", _PIPELINE))
    constants, functions = pipeline[:3], pipeline[3:]
    pictures = [
        *_parts("cnnstudio.data", "decode.py", _DECODE),
        *_parts("cnnstudio.data", "resize.py", _RESIZE),
    ]
    network = list(_parts("cnnstudio.runs.exported", f"with_{backend}.py", ("load_network",)))
    end = 'if __name__ == "__main__":\n    sys.exit(main(sys.argv[1:]))'
    return "\n\n".join([header, *constants, _ERROR.strip(), *pictures, *network, *functions, end]) + "\n"


def _parts(package: str, file: str, names: tuple[str, ...]) -> Iterator[str]:
    """The text of these functions, classes and constants of a module, in this order."""
    text = package_files(package).joinpath(file).read_text(encoding="utf-8")
    lines = text.splitlines()
    found = {name: node for node in ast.parse(text).body for name in _defined(node)}
    for name in names:
        node = found[name]
        decorators = node.decorator_list if isinstance(node, ast.FunctionDef | ast.ClassDef) else []
        first = min([node.lineno, *(decorator.lineno for decorator in decorators)])
        yield "\n".join(lines[first - 1 : node.end_lineno])


def _defined(node: ast.stmt) -> list[str]:
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        return [node.name]
    if isinstance(node, ast.Assign):
        return [target.id for target in node.targets if isinstance(target, ast.Name)]
    return []
