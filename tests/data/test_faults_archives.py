"""Faults 53 to 59 of the catalogue: the table of hostile archives covers each, also on the command line."""

from pathlib import Path

import pytest

from cnnstudio.cli import main
from cnnstudio.core.paths import cache_dir
from tests.data.archive_corpus import ARCHIVES, good_files, zip_of

# 57 (names that collide) and 58 (full disk, cancel) are no archives of a kind, but moments: see test_archives.py.
MOMENTS = {57, 58}


def test_the_table_covers_every_fault_of_archives():
    assert {fault for fault, *_ in ARCHIVES} | MOMENTS == set(range(53, 60))
    assert len({name for _, name, *_ in ARCHIVES}) == len(ARCHIVES) >= 50


@pytest.mark.parametrize(("fault", "name", "make", "words"), ARCHIVES, ids=[f"{bad[0]}-{bad[1]}" for bad in ARCHIVES])
def test_each_is_refused_on_the_command_line_with_its_code_and_no_traceback(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], fault: int, name: str, make: object, words: str
) -> None:
    path = tmp_path / name
    path.write_bytes(make())  # type: ignore[operator]  # each row has a function without arguments
    assert main.run(["data", str(path)]) == 3
    told = capsys.readouterr()
    assert told.out == ""
    assert "Traceback" not in told.err
    assert told.err.startswith("Error: ")
    if "nested" not in name:
        assert not list((cache_dir() / "archives").glob("*"))


@pytest.mark.slow
def test_a_good_archive_of_the_same_makers_is_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "good.zip"
    path.write_bytes(zip_of(*good_files()))
    assert main.run(["data", str(path), "--json"]) == 0
    assert '"n": 6' in capsys.readouterr().out
