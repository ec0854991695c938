"""The table of faults in docs/faults.md is true: it is complete, and each test that it names exists."""

import ast
import re
from collections import defaultdict
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
TABLE = TESTS.parent / "docs" / "faults.md"
ROW = re.compile(r"^\| (\d+) \| .+ \| .+ \| (.+) \|$", re.MULTILINE)
NAMED = re.compile(r"`(test_\w+\.py)::(test_\w+)`")
# 72 and 73 are about reading ONNX files, which CNN Studio doesn't, and about weights beyond the memory.
NUMBERS = set(range(1, 101)) - {72, 73}


def functions_there() -> dict[str, set[str]]:
    """The names of all test functions, by the names of their files."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for path in TESTS.rglob("test_*.py"):
        parts = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        found[path.name] |= {part.name for part in parts if isinstance(part, ast.FunctionDef)}
    return found


def test_every_fault_stands_there_once_with_its_tests() -> None:
    rows = ROW.findall(TABLE.read_text(encoding="utf-8"))
    assert sorted(int(number) for number, _ in rows) == sorted(NUMBERS)
    assert [number for number, tests in rows if not NAMED.search(tests)] == []


def test_every_test_that_is_named_exists() -> None:
    there = functions_there()
    named = NAMED.findall(TABLE.read_text(encoding="utf-8"))
    assert len(named) > 120
    assert [f"{file}::{name}" for file, name in named if name not in there[file]] == []


@pytest.mark.parametrize(
    "line", ["| 7 | a | b | `test_x.py::test_y` |", "| 100 | a `c` | b, | `test_x.py::test_y`, d |"]
)
def test_rows_are_recognised(line: str) -> None:
    ((_, tests),) = ROW.findall(line)
    assert NAMED.findall(tests) == [("test_x.py", "test_y")]
