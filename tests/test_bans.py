"""What the code must never do, found in its syntax tree: run code from a file, or write around `core.files`."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
FILES = sorted((ROOT / "cnnstudio").rglob("*.py"))
BANNED_IMPORTS = {"pickle", "cPickle", "dill", "joblib", "shelve", "marshal", "yaml"}
BANNED_CALLS = {
    "eval",
    "exec",
    "torch.load",
    "torch.save",
    "torch.jit.load",
    "torch.export.load",
    "torch.hub.load",
    "os.system",
    "os.popen",
    "shutil.unpack_archive",
}
BANNED_METHODS = {"extractall", "write_text", "write_bytes"}
# The one writer, and what isn't the user's data.
MAY_WRITE = {"core/files.py"}
# The one place that reads foreign .pt files, in a throw-away child, and only without running their code.
MAY_LOAD = {"network/weights/torch_child.py"}


def dotted(node: ast.expr) -> str:
    """ "torch.jit.load" for that expression; empty for what isn't a plain name."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    return ""


def offences(tree: ast.AST, place: str) -> list[str]:
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else [node.module or ""]
            found += [f"import {name}" for name in names if name.split(".")[0] in BANNED_IMPORTS]
        if not isinstance(node, ast.Call):
            continue
        name = dotted(node.func)
        shell = any(k.arg == "shell" and getattr(k.value, "value", None) is True for k in node.keywords)
        method = node.func.attr if isinstance(node.func, ast.Attribute) else ""
        owner = name.split(".")[0]
        if place in MAY_LOAD and name == "torch.load" and _is_safe_load(node):
            continue
        if name in BANNED_CALLS or shell or (method in BANNED_METHODS and owner != "files" and place not in MAY_WRITE):
            found.append(f"{name or method}() in line {node.lineno}")
        if name == "open" and place not in MAY_WRITE and any(_writes(a) for a in [*node.args[1:], *_modes(node)]):
            found.append(f"open() for writing in line {node.lineno}")
    return found


def _is_safe_load(node: ast.Call) -> bool:
    """Is it torch.load(…, weights_only=True)?"""
    given = {keyword.arg: getattr(keyword.value, "value", None) for keyword in node.keywords}
    return given.get("weights_only") is True and None not in given


def _modes(node: ast.Call) -> list[ast.expr]:
    return [keyword.value for keyword in node.keywords if keyword.arg == "mode"]


def _writes(mode: ast.expr) -> bool:
    return isinstance(mode, ast.Constant) and isinstance(mode.value, str) and bool(set(mode.value) & set("wax+"))


@pytest.mark.parametrize("path", FILES, ids=[str(path.relative_to(ROOT)) for path in FILES])
def test_code_runs_nothing_from_files_and_writes_through_one_door(path: Path) -> None:
    place = path.relative_to(ROOT / "cnnstudio").as_posix()
    assert offences(ast.parse(path.read_text()), place) == []


@pytest.mark.parametrize(
    "code",
    [
        "import pickle",
        "torch.load(p)",
        "eval(x)",
        "run(c, shell=True)",
        "z.extractall(d)",
        "open(p, 'w')",
        "p.write_text(t)",
    ],
)
def test_each_ban_is_noticed(code: str) -> None:
    assert offences(ast.parse(code), "x.py")


@pytest.mark.parametrize(
    ("code", "place", "is_allowed"),
    [
        ("torch.load(p, weights_only=True)", "network/weights/torch_child.py", True),
        ("torch.load(p, weights_only=True)", "network/weights/file.py", False),
        ("torch.load(p)", "network/weights/torch_child.py", False),
        ("torch.load(p, weights_only=False)", "network/weights/torch_child.py", False),
        ("torch.load(p, weights_only=flag)", "network/weights/torch_child.py", False),
        ("torch.load(p, weights_only=True, **more)", "network/weights/torch_child.py", False),
    ],
)
def test_torch_load_stands_in_one_place_and_runs_no_code(code: str, place: str, is_allowed: bool) -> None:
    assert (offences(ast.parse(code), place) == []) is is_allowed
