"""One way to read an image: the same pixels in training, gallery, classification and exported code, by their hashes."""

import hashlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cnnstudio.core.jobs import JobContext
from cnnstudio.data.dataset import Dataset, open_dataset
from cnnstudio.data.decoder import Decoder
from cnnstudio.data.preprocess import to_pixels
from cnnstudio.data.sources.folder import FolderSource
from cnnstudio.data.spec import DataSpec, PreprocessSpec
from cnnstudio.gui.pages.reading import read_pictures
from cnnstudio.network.compile import compile_network
from cnnstudio.network.zoo import fit_architecture
from cnnstudio.runs.certificate import their_stages
from cnnstudio.runs.export import export_run
from cnnstudio.runs.store import create_run
from cnnstudio.training.checkpoint import Checkpoint, save_step
from cnnstudio.training.config import TrainConfig

pytestmark = pytest.mark.slow

RNG = np.random.default_rng(5)
COLOUR = Image.fromarray(RNG.integers(0, 256, (45, 60, 3), np.uint8))
ALPHA = Image.fromarray(RNG.integers(0, 256, (45, 60), np.uint8))
DEEP = RNG.integers(0, 65_536, (45, 60)).astype(np.uint16)
FLOAT_RANGE = (-1000.0, 3071.0)


def turned(value: int) -> Image.Exif:
    exif = Image.Exif()
    exif[0x0112] = value
    return exif


def with_alpha(mode: str) -> Image.Image:
    picture = COLOUR.convert({"RGBA": "RGB", "LA": "L"}[mode])
    picture.putalpha(ALPHA)
    return picture


def clear_palette(path: Path) -> None:
    COLOUR.quantize(16).save(path, transparency=3)


Writer = Callable[[Path], None]
PICTURES: dict[str, Writer] = {
    **{f"exif{value}.jpg": lambda p, v=value: COLOUR.save(p, exif=turned(v)) for value in range(1, 9)},
    **{f"exif{value}.png": lambda p, v=value: COLOUR.save(p, exif=turned(v)) for value in (3, 6, 8)},
    **{f"exif{value}.tif": lambda p, v=value: COLOUR.save(p, exif=turned(v)) for value in (2, 5, 7)},
    "exif99.jpg": lambda p: COLOUR.save(p, exif=turned(99)),
    "deep.png": lambda p: Image.fromarray(DEEP).save(p),
    "deep.tif": lambda p: Image.fromarray(DEEP).save(p),
    "deep_big_endian.tif": lambda p: Image.fromarray(DEEP).convert("I;16B").save(p),
    "cmyk.jpg": lambda p: COLOUR.convert("CMYK").save(p),
    "cmyk.tif": lambda p: COLOUR.convert("CMYK").save(p),
    "ycck.jpg": lambda p: COLOUR.convert("CMYK").save(p, quality=60),
    "rgba.png": lambda p: with_alpha("RGBA").save(p),
    "rgba.webp": lambda p: with_alpha("RGBA").save(p, lossless=True),
    "rgba.tif": lambda p: with_alpha("RGBA").save(p),
    "la.png": lambda p: with_alpha("LA").save(p),
    "clear_palette.png": clear_palette,
    "clear_colour.png": lambda p: COLOUR.save(p, transparency=COLOUR.getpixel((0, 0))),
    "palette.gif": lambda p: COLOUR.quantize(32).save(p),
    "two_levels.png": lambda p: COLOUR.convert("1").save(p),
    "grey.jpg": lambda p: COLOUR.convert("L").save(p),
    "float.tif": lambda p: Image.fromarray(RNG.normal(500, 900, (45, 60)).astype(np.float32)).save(p),
    "animated.gif": lambda p: COLOUR.save(p, save_all=True, append_images=[COLOUR.rotate(180)]),
    "large.jpg": lambda p: COLOUR.resize((1800, 1350)).save(p, quality=80),
    "avif.avif": lambda p: COLOUR.save(p),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("one_way") / "pictures"
    for place, (name, write) in enumerate(PICTURES.items()):
        path = root / ("a", "b")[place % 2] / name
        path.parent.mkdir(parents=True, exist_ok=True)
        write(path)
    return root


@pytest.fixture(scope="module", params=["stretch", "crop", "letterbox"])
def dataset(folder: Path, request: pytest.FixtureRequest) -> Dataset:
    preprocess = PreprocessSpec(side=32, channels=3, resize=request.param, float_range=FLOAT_RANGE)
    source = FolderSource(path=str(folder), accept_problems=True)
    return open_dataset(DataSpec(source=source, preprocess=preprocess), JobContext())


@pytest.fixture(scope="module")
def exported(dataset: Dataset, tmp_path_factory: pytest.TempPathFactory) -> dict[str, np.ndarray]:
    """What predict.py makes of each picture, in a process without CNN Studio."""
    place = tmp_path_factory.mktemp("export")
    graph = fit_architecture("lenet5", (3, 32, 32), len(dataset.classes))
    run = create_run(place / "run", dataset, graph, TrainConfig(batch=4))
    weights = dict(compile_network(graph, seed=2).state_dict())
    save_step(run.checkpoints, 1, Checkpoint(weights, {}, {"position": {"epoch": 1}}))
    made = export_run(run, "source", place / "out")
    assert made.certificate.passed, made.certificate.text
    paths = [Path(path) for path in dataset.paths if path is not None]
    found, problem = their_stages(place / "out", paths, JobContext())
    assert found is not None, problem
    return {path.name: found[f"resize{index}"] for index, path in enumerate(paths)}


@pytest.fixture(scope="module")
def shown(dataset: Dataset) -> dict[str, np.ndarray]:
    """What the page Classify makes of each picture."""
    paths = [path for path in dataset.paths if path is not None]
    read = read_pictures(JobContext(), paths, dataset.spec.preprocess)
    return {picture.name: picture.pixels for picture in read if picture.pixels is not None}


def hashed(pixels: np.ndarray) -> str:
    assert pixels.shape == (3, 32, 32)
    assert pixels.dtype == np.uint8
    return hashlib.sha256(np.ascontiguousarray(pixels).tobytes()).hexdigest()


@pytest.mark.parametrize("name", PICTURES)
def test_every_reader_gives_the_same_pixels(
    dataset: Dataset,
    exported: dict[str, np.ndarray],
    shown: dict[str, np.ndarray],
    decoder: Decoder,
    name: str,
) -> None:
    index = next(i for i, path in enumerate(dataset.paths) if path is not None and path.name == name)
    path, spec = dataset.paths[index], dataset.spec.preprocess
    assert path is not None
    trained = hashed(np.asarray(dataset.pixels[index]))
    predicted = hashed(to_pixels(decoder.decode_one(path, float_range=spec.float_range), spec))
    assert {trained, predicted, hashed(shown[name]), hashed(exported[name])} == {trained}


@pytest.fixture(scope="module")
def decoder(folder):
    with Decoder(workers=1) as made:
        # Its child starts here, with the fixture that ends it, and not with the first test.
        made.decode_one(next(iter(folder.rglob("*.png"))))
        yield made
