import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from cnnstudio import __version__
from cnnstudio.core.errors import FileError, ProjectError
from cnnstudio.data.sources.digits import DigitsSource
from cnnstudio.data.spec import data_spec
from cnnstudio.network.zoo import fit_architecture
from cnnstudio.project import ProjectSpec, ReadOnlyError, create_project, open_project, open_to_look


def spec() -> ProjectSpec:
    return ProjectSpec(
        made_by=__version__,
        name="Digits",
        data=data_spec(DigitsSource()),
        network=fit_architecture("lenet5", (1, 32, 32), 10),
    )


def test_project_comes_back_as_saved(tmp_path: Path) -> None:
    project = create_project(tmp_path / "p", spec())
    project.close()
    again = open_project(tmp_path / "p")
    assert again.spec == spec()
    again.close()


def test_project_opens_by_its_file_too(tmp_path: Path) -> None:
    create_project(tmp_path / "p", spec()).close()
    again = open_project(tmp_path / "p" / "project.json")
    assert again.path == tmp_path / "p"
    again.close()


def test_second_window_is_refused_until_the_first_closes(tmp_path: Path) -> None:
    first = create_project(tmp_path / "p", spec())
    with pytest.raises(ProjectError, match="open in another window"):
        open_project(tmp_path / "p")
    first.close()
    open_project(tmp_path / "p").close()


@pytest.mark.parametrize("harm", [b"", b"{", b"\x00\x01", b'{"name": 3}'])
def test_damaged_project_opens_from_its_last_good_copy(tmp_path: Path, harm: bytes) -> None:
    create_project(tmp_path / "p", spec()).close()
    (tmp_path / "p" / "project.json").write_bytes(harm)
    again = open_project(tmp_path / "p")
    assert again.spec == spec()
    assert "project.broken.json" in again.recovered
    assert (tmp_path / "p" / "project.broken.json").read_bytes() == harm
    again.close()


def test_the_last_good_copy_has_all_that_was_saved(tmp_path: Path) -> None:
    project = create_project(tmp_path / "p", spec())
    project.save(project.spec.replace(name="An hour later")).close()
    file = tmp_path / "p" / "project.json"
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
    again = open_project(tmp_path / "p")
    assert again.name == "An hour later"
    assert again.recovered.count("damaged") == 2, "once for what happened, once for where the damaged file is kept"
    again.close()


def test_project_without_a_good_copy_says_what_is_wrong(tmp_path: Path) -> None:
    (tmp_path / "project.json").write_text("{")
    with pytest.raises(ProjectError, match="not valid JSON"):
        open_project(tmp_path)


def test_project_of_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    create_project(tmp_path / "p", spec()).close()
    file = tmp_path / "p" / "project.json"
    file.write_text(json.dumps({**json.loads(file.read_text()), "version": 99}))
    before = file.read_bytes()
    with pytest.raises(ProjectError, match="newer CNN Studio"):
        open_project(tmp_path / "p")
    assert file.read_bytes() == before


def contents(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def written_by(version: str, path: Path, **later: object) -> Path:
    """A project in which a later version changed the format."""
    create_project(path, spec()).close()
    file = path / "project.json"
    file.write_text(json.dumps({**json.loads(file.read_text()), "version": 99, "made_by": version, **later}))
    return path


def test_project_of_a_newer_version_is_shown_untouched_with_its_version(tmp_path: Path) -> None:
    path = written_by("2.4", tmp_path / "p", later=[1])
    before = contents(path)
    project = open_to_look(path)
    assert project.read_only is not None
    assert project.read_only.message.startswith("p was made by a newer CNN Studio 2.4;")
    assert (project.name, project.spec.network, project.recovered) == ("Digits", spec().network, "")
    with pytest.raises(ProjectError, match=r"Nothing was saved: .*2\.4"):
        project.save(project.spec.replace(name="Other"))
    project.close()
    assert contents(path) == before


def test_parts_that_this_version_can_not_read_are_named_and_the_rest_is_shown(tmp_path: Path) -> None:
    network = {"version": 7, "nodes": [{"id": "a", "layer": {"kind": "of-the-future"}}]}
    project = open_to_look(written_by("2.4", tmp_path / "p", network=network))
    assert project.spec.network is None
    assert project.spec.data == spec().data
    assert project.recovered == "This version can't read the network of it."


def test_a_newer_network_in_a_project_of_this_format_makes_it_read_only(tmp_path: Path) -> None:
    create_project(tmp_path / "p", spec()).close()
    file = tmp_path / "p" / "project.json"
    described = json.loads(file.read_text())
    described["network"]["version"] = 2
    file.write_text(json.dumps(described))
    with pytest.raises(ReadOnlyError, match="newer CNN Studio"):
        open_project(tmp_path / "p")
    assert open_to_look(tmp_path / "p").spec.network is not None


def test_project_that_another_window_holds_is_shown_within_a_second_and_untouched(tmp_path: Path) -> None:
    first = create_project(tmp_path / "p", spec())
    before = contents(tmp_path / "p")
    started_s = time.monotonic()
    second = open_to_look(tmp_path / "p")
    assert time.monotonic() - started_s < 1.0
    assert second.spec == spec()
    assert second.read_only is not None
    assert "open in another window" in second.read_only.message
    second.close()
    assert contents(tmp_path / "p") == before
    first.save(spec().replace(name="Still mine")).close()
    third = open_to_look(tmp_path / "p")
    assert (third.name, third.read_only) == ("Still mine", None)
    third.close()


def test_damaged_project_that_another_window_holds_shows_its_last_good_copy(tmp_path: Path) -> None:
    first = create_project(tmp_path / "p", spec())
    (tmp_path / "p" / "project.json").write_bytes(b"{")
    before = contents(tmp_path / "p")
    second = open_to_look(tmp_path / "p")
    assert second.spec == spec()
    assert "The last good copy is shown." in second.recovered
    assert contents(tmp_path / "p") == before
    first.close()


def test_unknown_keys_survive_a_save(tmp_path: Path) -> None:
    create_project(tmp_path / "p", spec()).close()
    file = tmp_path / "p" / "project.json"
    file.write_text(json.dumps({**json.loads(file.read_text()), "from_the_future": [1]}))
    project = open_project(tmp_path / "p")
    project.save(project.spec.replace(name="Other")).close()
    assert json.loads(file.read_text())["from_the_future"] == [1]


def test_folder_that_is_no_project_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ProjectError, match="is not a project"):
        open_project(tmp_path)


def test_failed_save_keeps_what_was_saved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project = create_project(tmp_path / "p", spec())

    def fail(source: str, target: str) -> None:
        raise OSError(30, "Read-only file system")

    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", fail)
        with pytest.raises(FileError, match="read-only"):
            project.save(project.spec.replace(name="Other"))
    project.close()
    again = open_project(tmp_path / "p")
    assert again.name == "Digits"
    again.close()


# A second program that opens the project, says so, and then holds it or saves again and again.
OTHER = """
import sys, time
from pathlib import Path
from cnnstudio.core.errors import ProjectError
from cnnstudio.project import open_project
path, saves = Path(sys.argv[1]), int(sys.argv[2])
if not saves:
    project = open_project(path)
    print("open", flush=True)
    time.sleep(600)
while saves:
    try:
        project = open_project(path)
    except ProjectError as error:
        assert "another window" in error.message, error
        continue
    project = project.save(project.spec.replace(name=str(int(project.name) + 1)))
    project.close()
    saves -= 1
"""


def start_other(path: Path, saves: int) -> "subprocess.Popen[str]":
    return subprocess.Popen([sys.executable, "-c", OTHER, str(path), str(saves)], stdout=subprocess.PIPE, text=True)


@pytest.mark.slow
def test_lock_of_a_killed_program_is_taken_within_a_second(tmp_path: Path) -> None:
    create_project(tmp_path / "p", spec()).close()
    other = start_other(tmp_path / "p", 0)
    assert other.stdout is not None
    assert other.stdout.readline() == "open\n"
    started_s = time.monotonic()
    with pytest.raises(ProjectError, match="open in another window"):
        open_project(tmp_path / "p")
    assert time.monotonic() - started_s < 1.0
    other.kill()
    other.wait()
    other.stdout.close()
    started_s = time.monotonic()
    open_project(tmp_path / "p").close()
    assert time.monotonic() - started_s < 1.0


@pytest.mark.slow
def test_two_programs_that_save_in_turns_lose_no_save(tmp_path: Path) -> None:
    create_project(tmp_path / "p", ProjectSpec(name="0")).close()
    saves = int(os.environ.get("CNNSTUDIO_SAVES", "20"))
    others = [start_other(tmp_path / "p", saves) for _ in range(2)]
    assert [other.wait(100 + saves) for other in others] == [0, 0]
    project = open_project(tmp_path / "p")
    project.close()
    assert project.name == str(2 * saves)
    for other in others:
        assert other.stdout is not None
        other.stdout.close()
