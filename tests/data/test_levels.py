"""Pictures in floating point: a range is proposed once for the whole folder, told, and can be changed."""

from pathlib import Path

import numpy as np
import pytest

from cnnstudio.core.jobs import JobContext, run_inline
from cnnstudio.data.dataset import Dataset, open_dataset
from cnnstudio.data.levels import levels_of, proposed_range
from cnnstudio.data.sources.folder import FolderSource
from cnnstudio.data.spec import DataSpec, PreprocessSpec, data_spec
from tests.data.image_corpus import encoded, float_tiff

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("no_child_left")]


@pytest.fixture
def scans(tmp_path: Path) -> Path:
    """Two classes of pictures in floating point, from −1000 to 3000 over all of them."""
    for kind, low in (("healthy", -1000.0), ("ill", 0.0)):
        (tmp_path / kind).mkdir()
        for number in range(4):
            content = float_tiff(low + number, 3000.0 - number)
            (tmp_path / kind / f"{number}.tif").write_bytes(content)
    return tmp_path


def opened(spec: DataSpec) -> Dataset:
    return run_inline(lambda ctx: open_dataset(spec, ctx))


def test_the_range_is_proposed_from_the_values_and_told(scans):
    spec = data_spec(FolderSource(path=str(scans)))
    assert spec.preprocess.float_range == (-1000.0, 3000.0)
    dataset = opened(spec)
    assert len(dataset) == 8
    # Bringing them to size averages the last level away.
    assert int(dataset.pixels.min()) <= 3
    assert int(dataset.pixels.max()) >= 252
    told = next(problem for problem in dataset.problems if problem.kind == "float_range")
    assert told.text == "In pictures of floating point, -1000 is taken as black and 3000 as white."
    assert "Value range" in told.hint


def test_another_range_gives_other_pixels_and_is_not_taken_from_the_cache(scans):
    first = opened(data_spec(FolderSource(path=str(scans))))
    spec = first.spec.replace(preprocess=PreprocessSpec(side=64, channels=1, resize="crop", float_range=(0, 12_000)))
    second = opened(spec)
    assert int(second.pixels.max()) == round(3000 / 12_000 * 255)


def test_without_a_range_they_are_named_and_never_black(scans):
    (scans / "healthy" / "good.png").write_bytes(encoded("PNG"))
    spec = DataSpec(source=FolderSource(path=str(scans)), preprocess=PreprocessSpec(side=16))
    dataset = opened(spec)
    assert dataset.names == ("healthy/good.png",)
    assert sum(problem.kind == "float_range" for problem in dataset.problems) == 8


def test_values_from_0_to_1_and_other_files_need_no_range(tmp_path):
    (tmp_path / "unit.tif").write_bytes(float_tiff(0, 1))
    (tmp_path / "grey.tiff").write_bytes(encoded("TIFF"))
    (tmp_path / "broken.tif").write_bytes(float_tiff(0, 9)[:300])
    (tmp_path / "nan.tif").write_bytes(float_tiff(0, np.nan))
    paths = [str(path) for path in sorted(tmp_path.iterdir())]
    assert levels_of(paths)[-1] == (0.0, 1.0)
    assert proposed_range(paths, JobContext()) is None
    assert proposed_range(["a.png"], JobContext()) is None
