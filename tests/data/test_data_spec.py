"""Specs of data: defaults, JSON, what is refused."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from pydantic import ValidationError

from cnnstudio.core.errors import DataError
from cnnstudio.core.specs import parse_spec, settings_of
from cnnstudio.data.spec import DataSpec, PreprocessSpec, SplitSpec, data_spec, parse_source, sources


def example(kind: str, folder: Path) -> DataSpec:
    return data_spec(parse_source(str(folder) if kind == "folder" else kind))


@pytest.mark.parametrize("kind", ["digits", "folder", "shapes"])
def test_a_data_spec_survives_json(kind, image_folder):
    spec = example(kind, image_folder({"a": 2, "b": 2}))
    text = json.dumps(spec.to_json())
    assert parse_spec(DataSpec, json.loads(text), DataError, "data.json") == spec


def test_all_sources_are_found():
    assert sources.kinds() == (
        "archive",
        "cifar",
        "digits",
        "folder",
        "idx",
        "known",
        "none",
        "npz",
        "shapes",
    )


@pytest.mark.parametrize("spec", [*sources, PreprocessSpec, SplitSpec])
def test_every_setting_is_described(spec):
    for info in settings_of(spec):
        assert info.title
        assert info.description.endswith(".")


@pytest.mark.parametrize("source", list(sources))
def test_every_field_but_the_kind_is_a_setting(source):
    assert {info.name for info in settings_of(source)} == set(source.model_fields) - {"kind"}


def test_an_unknown_source_of_a_newer_version_is_refused_with_its_name():
    value = {"version": 1, "source": {"kind": "hologram"}, "preprocess": {}}
    with pytest.raises(DataError, match="hologram"):
        parse_spec(DataSpec, value, DataError, "data.json")


@pytest.mark.parametrize("text", ["", "/no/such/folder", "\0", "caf\udce9"])
def test_a_source_that_is_no_folder_is_refused_with_a_hint(text):
    with pytest.raises(DataError) as caught:
        parse_source(text)
    assert "digits" in caught.value.hint
    caught.value.message.encode("utf-8")


def test_a_file_that_is_no_data_is_called_what_it_is(tmp_path):
    file = tmp_path / "cats.zip"
    file.write_bytes(b"%PDF-1.4")
    with pytest.raises(DataError, match=r"'cats\.zip' is a PDF document"):
        parse_source(str(file))


def test_a_relative_folder_is_stored_as_an_absolute_one(image_folder, monkeypatch):
    root = image_folder({"a": 2, "b": 2})
    monkeypatch.chdir(root.parent)
    assert parse_source(root.name).path == str(root)


def test_a_folder_called_digits_needs_a_path(tmp_path, monkeypatch):
    (tmp_path / "digits").mkdir()
    monkeypatch.chdir(tmp_path)
    assert parse_source("digits").kind == "digits"
    assert parse_source("./digits").kind == "folder"


@pytest.mark.parametrize(
    "values",
    [{"mean": (0.5,), "channels": 3}, {"channels": 1, "std": (0.0,)}, {"side": 4}, {"side": 1000}, {"channels": 2}],
)
def test_impossible_preprocessing_is_refused(values):
    with pytest.raises(ValidationError):
        PreprocessSpec(**values)


def test_splits_that_leave_nothing_to_train_on_are_refused():
    with pytest.raises(ValidationError, match="leave less than a tenth"):
        SplitSpec(val=0.5, test=0.5)


def test_specs_load_without_numpy_torch_pillow_and_sklearn():
    code = (
        "import sys; from cnnstudio.data.spec import sources, data_spec, parse_source; sources.kinds();"
        "data_spec(parse_source('digits')); data_spec(parse_source('shapes'));"
        "print([m for m in ('numpy', 'torch', 'PIL', 'sklearn', 'pebble') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
