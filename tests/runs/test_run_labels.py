"""Name, tags and notes of a run: in its own file, beside what newer versions wrote there."""

import pytest

from cnnstudio.core import files
from cnnstudio.core.errors import RunError
from cnnstudio.runs.labels import label_run, parse_tags
from cnnstudio.runs.run import RUN, Run, open_run


def test_a_new_name_tags_and_notes_stand_in_the_file_and_unknown_keys_survive(run: Run) -> None:
    before = files.read_json(run.path / RUN)
    files.write_json(run.path / RUN, {**before, "colour_of_2031": "green"})
    labelled = label_run(run, name="  The  best ", tags=("night", "resnet", "night"), notes="Line 1\nLine 2 <b>\n")
    assert (labelled.name, labelled.info.tags, labelled.info.notes) == (
        "The best",
        ("night", "resnet"),
        "Line 1\nLine 2 <b>",
    )
    after = files.read_json(run.path / RUN)
    changed = {"name", "tags", "notes", "colour_of_2031"}
    assert after["colour_of_2031"] == "green"
    assert {k: v for k, v in after.items() if k not in changed} == {k: v for k, v in before.items() if k not in changed}
    assert open_run(run.path).name == "The best"


def test_what_is_left_out_stays(run: Run) -> None:
    label_run(run, tags=("a",))
    assert label_run(run, notes="n").info.tags == ("a",)


@pytest.mark.parametrize(
    "labels", [{"name": "  "}, {"name": "x" * 201}, {"tags": ["y" * 41]}, {"tags": [str(n) for n in range(33)]}]
)
def test_what_is_empty_or_too_long_is_refused_and_nothing_changes(run: Run, labels: dict[str, object]) -> None:
    before = (run.path / RUN).read_bytes()
    with pytest.raises(RunError):
        label_run(run, **labels)  # type: ignore[arg-type]
    assert (run.path / RUN).read_bytes() == before


def test_a_run_without_tags_of_an_older_version_opens(run: Run) -> None:
    described = files.read_json(run.path / RUN)
    files.write_json(run.path / RUN, {k: v for k, v in described.items() if k not in ("tags", "notes")})
    assert open_run(run.path).info.tags == ()


def test_tags_are_typed_with_commas_between() -> None:
    assert parse_tags(" a b , c;a b,, ") == ("a b", "c")
