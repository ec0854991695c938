import json
import os
from pathlib import Path

import pytest

from cnnstudio.core import files
from cnnstudio.core.errors import FileError
from tests.failing import FailingDisk


@pytest.mark.parametrize("code", [5, 13, 28, 30], ids=["EIO", "EACCES", "ENOSPC", "EROFS"])
def test_write_loses_nothing_whichever_system_call_fails(tmp_path: Path, code: int) -> None:
    target = tmp_path / "project.json"
    files.write_json(target, {"value": "old"})
    for fail_at in range(1, 50):
        with pytest.MonkeyPatch.context() as patch:
            disk = FailingDisk(patch, tmp_path, code, fail_at)
            try:
                files.write_json(target, {"value": "new"})
            except FileError:
                failed = True
            else:
                failed = False
        content = json.loads(target.read_text())["value"]
        assert content in ("old", "new")
        assert os.listdir(tmp_path) == ["project.json"], "no temporary file may be left"
        if not failed and disk.calls < fail_at:
            assert content == "new"
            assert fail_at > 3, "the loop must have failed some calls"
            return
        files.write_json(target, {"value": "old"})
    pytest.fail("the write never got through")


def test_full_disk_is_told_with_what_is_safe(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "a.json"
    files.write_json(target, 1)
    FailingDisk(monkeypatch, tmp_path, 28, 2)
    with pytest.raises(FileError, match=r"disk is full \(\d+ MB free\).*unchanged.*Free some space"):
        files.write_json(target, 2)


def test_json_refuses_nan() -> None:
    with pytest.raises(FileError, match="NaN is not a number"):
        files.parse_json('{"a": NaN}', "x.json")


def test_a_key_that_stands_there_twice_is_refused():
    with pytest.raises(FileError, match="the key 'a' stands there twice"):
        files.parse_json('{"b": {"a": 1, "a": 2}}', "x.json")


def test_json_refuses_depth(tmp_path: Path) -> None:
    for depth in (65, 100_000):
        with pytest.raises(FileError, match="nested"):
            files.parse_json("[" * depth + "]" * depth, "x.json")
    assert files.parse_json("[" * 64 + "]" * 64, "x.json") is not None


def test_json_refuses_ten_thousand_digits() -> None:
    with pytest.raises(FileError, match="not valid JSON"):
        files.parse_json("9" * 10_000, "x.json")


def test_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileError, match=r"nothing\.json does not exist"):
        files.read_json(tmp_path / "nothing.json")


def test_file_name_that_is_not_unicode_survives_json(tmp_path: Path) -> None:
    name = os.fsdecode(b"caf\xe9.png")
    files.write_json(tmp_path / "a.json", {"name": name})
    assert files.read_json(tmp_path / "a.json") == {"name": name}


def test_torn_last_line_of_a_journal_is_left_out(tmp_path: Path) -> None:
    journal = tmp_path / "j.jsonl"
    files.append_line(journal, '{"a": 1}')
    files.append_line(journal, '{"a": 2}')
    with journal.open("ab") as file:
        file.write(b'{"a": 3, "b')
    assert files.read_lines(journal) == [{"a": 1}, {"a": 2}]


def test_damaged_lines_of_a_journal_hide_none_of_the_others(tmp_path: Path) -> None:
    journal = tmp_path / "j.jsonl"
    journal.write_bytes(b'{"a": 1}\n{"a"\n' + bytes(40) + b"\n\xff\xfe\n" + b"[" * 200_000 + b'\n{"a": 3}\n')
    assert files.read_lines(journal) == [{"a": 1}, {"a": 3}]


def test_line_behind_a_torn_one_is_not_lost_with_it(tmp_path: Path) -> None:
    journal = tmp_path / "j.jsonl"
    journal.write_bytes(b'{"a": 1}\n{"a": 2, "b')
    files.append_line(journal, '{"a": 3}')
    files.append_line(journal, '{"a": 4}')
    assert files.read_lines(journal) == [{"a": 1}, {"a": 3}, {"a": 4}]


def test_leftovers_of_a_crash_are_removed_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / f"step-1{files.TEMP_SUFFIX}").mkdir()
    (tmp_path / f".project.json.x{files.TEMP_SUFFIX}").write_text("half")
    (tmp_path / "mine.tmp").write_text("the user's")
    files.remove_leftovers(tmp_path)
    assert os.listdir(tmp_path) == ["mine.tmp"]
