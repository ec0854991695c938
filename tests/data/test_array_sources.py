"""IDX, CIFAR and NPZ files: written by hand, byte by byte, and read back."""

import gzip
import struct
from pathlib import Path

import numpy as np
import pytest

from cnnstudio.core.errors import Cancelled, DataError
from cnnstudio.core.jobs import JobContext, run_inline
from cnnstudio.data.dataset import Dataset, open_dataset
from cnnstudio.data.idx import read_idx
from cnnstudio.data.spec import SourceSpec, data_spec, parse_source

RNG = np.random.default_rng(0)
IMAGES = RNG.integers(0, 256, (6, 28, 28), np.uint8)
LABELS = np.array([0, 1, 2, 0, 1, 2], np.uint8)


def idx_bytes(values: np.ndarray, kind: int = 8) -> bytes:
    return bytes((0, 0, kind, values.ndim)) + struct.pack(f">{values.ndim}I", *values.shape) + values.tobytes()


def write(path: Path, content: bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gzip.compress(content, mtime=0) if path.suffix == ".gz" else content)
    return path


@pytest.fixture
def mnist(tmp_path):
    """A folder like MNIST's, of six pictures for training and three for the test."""
    for part, n in (("train", 6), ("t10k", 3)):
        write(tmp_path / f"{part}-images-idx3-ubyte.gz", idx_bytes(IMAGES[:n]))
        write(tmp_path / f"{part}-labels-idx1-ubyte.gz", idx_bytes(LABELS[:n]))
    return tmp_path


def opened(source: SourceSpec, side: int | None = None) -> Dataset:
    spec = data_spec(source)
    spec = spec.replace(preprocess=spec.preprocess.replace(side=side)) if side else spec
    return run_inline(lambda ctx: open_dataset(spec, ctx))


# IDX -------------------------------------------------------------------------------------------------------------


def test_a_folder_like_mnists_is_known_by_its_files(mnist):
    for dropped in (mnist, mnist / "t10k-labels-idx1-ubyte.gz", mnist / "train-images-idx3-ubyte.gz"):
        source = parse_source(str(dropped))
        assert (source.kind, source.path) == ("idx", str(mnist))
    dataset = opened(source, side=28)
    assert np.array_equal(dataset.pixels[:6, 0], IMAGES)
    assert dataset.labels.tolist() == [*LABELS.tolist(), 0, 1, 2]
    assert dataset.classes == ("0", "1", "2")
    assert (dataset.splits[:6] != 2).all()
    assert (dataset.splits[6:] == 2).all()


def test_lenet_needs_32_pixels_so_that_28_become_32(mnist):
    assert data_spec(parse_source(str(mnist))).preprocess.side == 32
    native = parse_source(str(mnist)).native_preprocess()
    assert (native.side, native.channels) == (28, 1)


def test_unpacked_files_and_folders_around_them_are_found(mnist):
    for file in list(mnist.iterdir()):
        write(mnist / "MNIST" / "raw" / file.stem, gzip.decompress(file.read_bytes()))
        file.unlink()
    source = parse_source(str(mnist))
    assert source.path == str(mnist / "MNIST" / "raw")
    assert len(opened(source)) == 9


def test_one_of_several_sets_is_chosen_and_turned_as_emnist_needs(tmp_path):
    for family in ("emnist-letters", "emnist-balanced"):
        write(tmp_path / f"{family}-train-images-idx3-ubyte.gz", idx_bytes(IMAGES))
        write(tmp_path / f"{family}-train-labels-idx1-ubyte.gz", idx_bytes(LABELS))
    (tmp_path / "emnist-balanced-mapping.txt").write_text("0 48\n1 65\n2 97\n")
    source = parse_source(str(tmp_path))
    assert (source.family, source.is_transposed) == ("emnist-balanced", True)
    dataset = opened(source, side=28)
    assert np.array_equal(dataset.pixels[:, 0], IMAGES.transpose(0, 2, 1))
    assert dataset.classes == ("0", "A", "a")
    letters = parse_source(str(tmp_path / "emnist-letters-train-images-idx3-ubyte.gz"))
    assert letters.family == "emnist-letters"


def test_images_without_their_labels_say_so(mnist):
    (mnist / "train-labels-idx1-ubyte.gz").unlink()
    (mnist / "t10k-labels-idx1-ubyte.gz").unlink()
    with pytest.raises(DataError, match="not beside it"):
        parse_source(str(mnist / "train-images-idx3-ubyte.gz"))


@pytest.mark.parametrize(
    ("content", "name", "words"),
    [
        (idx_bytes(IMAGES)[:-5], "x-images.idx", "6×28×28 bytes, as its header says, but holds 4,699"),
        (idx_bytes(IMAGES) + b"more", "x-images.idx", "holds 4,708"),
        (idx_bytes(IMAGES)[:-5], "x-images.gz", "holds 4,699"),
        (idx_bytes(IMAGES) + b"more", "x-images.gz", "holds more"),
        (bytes((0, 0, 8, 3)) + struct.pack(">3I", 2**31, 28, 28), "x-images.idx", "holds 0"),
        (bytes((0, 0, 8, 3)) + struct.pack(">3I", 2**31, 28, 28), "x-images.gz", "far fewer"),
        (idx_bytes(IMAGES.astype(np.float32), 0x0D), "x-images.idx", "32-bit floats"),
        (b"nonsense" * 9, "x-images.idx", "no IDX file"),
        (b"", "x-images.idx", "no IDX file"),
    ],
)  # fmt: skip
def test_a_header_that_lies_is_refused_before_memory_is_taken(tmp_path, content, name, words):
    with pytest.raises(DataError, match=words):
        read_idx(write(tmp_path / name, content), JobContext())


def test_a_damaged_compression_is_refused(tmp_path):
    file = write(tmp_path / "x-images.gz", idx_bytes(IMAGES))
    whole = file.read_bytes()
    file.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(DataError, match="damaged or ends early"):
        read_idx(file, JobContext())
    broken = bytearray(whole)
    broken[-6] ^= 0xFF
    file.write_bytes(bytes(broken))
    with pytest.raises(DataError, match="damaged"):
        read_idx(file, JobContext())


def test_images_that_do_not_fit_into_memory_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("cnnstudio.data.idx.available_bytes", lambda: 1_000)
    with pytest.raises(DataError, match="memory are free"):
        read_idx(write(tmp_path / "x-images.idx", idx_bytes(IMAGES)), JobContext())


def test_labels_of_other_images_are_refused(mnist):
    write(mnist / "train-labels-idx1-ubyte.gz", idx_bytes(LABELS[:4]))
    with pytest.raises(DataError, match=r"6 images, .* 4 labels"):
        opened(parse_source(str(mnist)))


def test_reading_can_be_cancelled(mnist):
    ctx = JobContext()
    spec = data_spec(parse_source(str(mnist)))
    ctx.cancel()
    with pytest.raises(Cancelled):
        open_dataset(spec, ctx)


# CIFAR -----------------------------------------------------------------------------------------------------------

COLOUR = RNG.integers(0, 256, (4, 3, 32, 32), np.uint8)


def cifar_records(*labels: tuple[int, ...]) -> bytes:
    return b"".join(bytes(label) + image.tobytes() for label, image in zip(labels, COLOUR, strict=False))


def test_cifar_10_is_read_channel_by_channel_with_its_names(tmp_path):
    write(tmp_path / "data_batch_1.bin", cifar_records((1,), (0,), (1,), (0,)))
    write(tmp_path / "test_batch.bin", cifar_records((0,), (1,)))
    (tmp_path / "batches.meta.txt").write_text("airplane\nautomobile\n\n")
    for dropped in (tmp_path, tmp_path / "test_batch.bin"):
        source = parse_source(str(dropped))
        assert source.kind == "cifar"
    dataset = opened(source)
    assert np.array_equal(dataset.pixels[:4], COLOUR)
    assert dataset.labels.tolist() == [1, 0, 1, 0, 0, 1]
    assert dataset.classes == ("airplane", "automobile")
    assert dataset.splits[-2:].tolist() == [2, 2]


@pytest.mark.parametrize(("labels", "expected"), [("fine", [3, 2, 3, 2]), ("coarse", [0, 1, 0, 1])])
def test_cifar_100_by_classes_or_by_groups(tmp_path, labels, expected):
    write(tmp_path / "train.bin", cifar_records((0, 3), (1, 2), (0, 3), (1, 2)))
    source = parse_source(str(tmp_path)).replace(labels=labels)
    dataset = opened(source)
    assert np.array_equal(dataset.pixels, COLOUR)
    assert dataset.labels.tolist() == expected


def test_a_batch_that_ends_early_is_refused(tmp_path):
    write(tmp_path / "data_batch_1.bin", cifar_records((1,), (0,))[:-1])
    with pytest.raises(DataError, match="no multiple of 3,073"):
        opened(parse_source(str(tmp_path)))


@pytest.mark.parametrize("is_file", [True, False])
def test_the_python_version_is_refused_with_what_to_take_instead(tmp_path, is_file):
    folder = tmp_path / "cifar-10-batches-py"
    # The beginning of a pickle of protocol 2; it is never read further.
    write(folder / "data_batch_1", b"\x80\x02}q\x01(U\x0bbatch_label" + b"\0" * 50)
    with pytest.raises(DataError, match="Python pickle") as caught:
        parse_source(str(folder / "data_batch_1" if is_file else tmp_path))
    assert "cifar-10-binary" in caught.value.hint


# NPZ -------------------------------------------------------------------------------------------------------------

PHOTOS = RNG.integers(0, 256, (6, 32, 32, 3), np.uint8)


def npz(folder: Path, **arrays: object) -> Path:
    path = folder / "set.npz"
    np.savez(path, **arrays)
    return path


@pytest.mark.parametrize(
    ("x", "y"),
    [("x", "y"), ("images", "labels"), ("data", "target"), ("X", "Y"), ("x_train", "y_train")],
)
def test_arrays_are_found_by_their_usual_names(tmp_path, x, y):
    source = parse_source(str(npz(tmp_path, **{x: PHOTOS, y: LABELS})))
    assert source.kind == "npz"
    dataset = opened(source)
    assert np.array_equal(dataset.pixels, PHOTOS.transpose(0, 3, 1, 2))
    assert dataset.labels.tolist() == LABELS.tolist()


def test_splits_are_kept_and_compressed_files_read(tmp_path):
    path = tmp_path / "med.npz"
    np.savez_compressed(
        path,
        train_images=PHOTOS,
        train_labels=LABELS[:, None],
        val_images=PHOTOS[:2],
        val_labels=LABELS[:2, None],
        test_images=PHOTOS[2:4],
        test_labels=LABELS[2:4, None],
    )
    dataset = opened(parse_source(str(tmp_path)))
    assert dataset.splits.tolist() == [0] * 6 + [1] * 2 + [2] * 2


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (PHOTOS.transpose(0, 3, 1, 2), PHOTOS),
        (PHOTOS.astype(np.float32) / 255, PHOTOS),
        (PHOTOS.astype(np.float64), PHOTOS),
        (PHOTOS.astype(np.int32), PHOTOS),
        (PHOTOS.astype(np.uint16) * 257, PHOTOS),
        (np.asfortranarray(PHOTOS), PHOTOS),
    ],
    ids=["channels_first", "0_to_1", "0_to_255_floats", "integers", "16_bit", "fortran"],
)
def test_usual_kinds_of_values_become_the_same_bytes(tmp_path, values, expected):
    dataset = opened(parse_source(str(npz(tmp_path, x=values, y=LABELS))))
    assert np.array_equal(dataset.pixels, expected.transpose(0, 3, 1, 2))


@pytest.mark.parametrize(
    "labels",
    [
        np.eye(3)[LABELS],
        np.array(["ant", "bee", "cat"])[LABELS],
        LABELS.astype(np.float32),
        LABELS[:, None].astype(np.int64),
    ],
    ids=["one_hot", "names", "floats", "column"],
)
def test_usual_kinds_of_labels_are_understood(tmp_path, labels):
    dataset = opened(parse_source(str(npz(tmp_path, x=PHOTOS, y=labels))))
    assert dataset.labels.tolist() == LABELS.tolist()
    assert dataset.classes in (("0", "1", "2"), ("ant", "bee", "cat"))


def test_names_of_classes_in_the_file_are_used(tmp_path):
    path = npz(tmp_path, x=PHOTOS, y=LABELS, class_names=np.array(["ant", "bee", "cat", "dog"]))
    dataset = opened(parse_source(str(path)))
    assert dataset.classes == ("ant", "bee", "cat", "dog")
    assert any(problem.kind == "empty_class" for problem in dataset.problems)


@pytest.mark.parametrize(
    ("arrays", "words"),
    [
        ({"x": PHOTOS}, "no images with their labels"),
        ({"x": PHOTOS, "y": LABELS[:5]}, "6 images, 'y' 5 labels"),
        ({"x": PHOTOS.reshape(6, -1), "y": LABELS}, "has the shape"),
        ({"x": PHOTOS.astype(np.float32) * 3, "y": LABELS}, "values from 0 to 765"),
        ({"x": np.full((6, 8, 8), np.nan), "y": LABELS}, "values from nan"),
        ({"x": PHOTOS.astype(np.int32) - 1, "y": LABELS}, "values from -1"),
        ({"x": PHOTOS, "y": LABELS.astype(np.int64) - 1}, "labels go from -1"),
        ({"x": PHOTOS, "y": LABELS + np.array(0.5)}, "no whole numbers"),
        ({"x": PHOTOS, "y": np.zeros((6, 2))}, "one class for each image"),
        ({"x": PHOTOS.astype(complex), "y": LABELS}, "numbers are expected"),
    ],
    ids=["alone", "lengths", "rows", "range", "nan", "negative", "minus", "halves", "two_columns", "complex"],
)  # fmt: skip
def test_arrays_that_are_no_pictures_are_refused_with_their_numbers(tmp_path, arrays, words):
    with pytest.raises(DataError, match=words):
        opened(parse_source(str(npz(tmp_path, **arrays))))


def test_python_objects_are_refused_and_never_unpickled(tmp_path):
    class Trap:
        def __reduce__(self):
            return (Path(tmp_path / "canary").touch, ())

    path = npz(tmp_path, x=np.array([Trap()] * 3, object), y=LABELS[:3])
    with pytest.raises(DataError, match="Python objects"):
        opened(parse_source(str(path)))
    assert not (tmp_path / "canary").exists()


def test_a_damaged_file_is_refused(tmp_path):
    path = npz(tmp_path, x=PHOTOS, y=LABELS)
    whole = path.read_bytes()
    for content in (whole[:2_000], whole[:100] + b"?" * 200 + whole[300:]):
        path.write_bytes(content)
        with pytest.raises(DataError, match="can't be read"):
            opened(parse_source(str(path)))


def test_an_array_larger_than_the_memory_is_refused_from_its_header(tmp_path, monkeypatch):
    monkeypatch.setattr("cnnstudio.data.npz.available_bytes", lambda: 10_000)
    with pytest.raises(DataError, match="GB of memory"):
        opened(parse_source(str(npz(tmp_path, x=PHOTOS, y=LABELS))))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b"<!doctype html><html>", "a web page"),
        (b"%PDF-1.7", "a PDF document"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 60, "a single picture"),
        (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
        (b"Rar!\x1a\x07", "a RAR archive"),
        (b"\x80\x04\x95", "Python pickle"),
        (b"\x89HDF\r\n\x1a\n", "an HDF5 file"),
        (b"\x93NUMPY\1\0", "a numpy array"),
        (b"\1\2\3\4" * 30, "nothing that data can be read from"),
    ],
)  # fmt: skip
def test_a_file_that_is_no_data_says_what_it_is(tmp_path, content, words):
    file = write(tmp_path / "data.bin", content)
    with pytest.raises(DataError, match=words):
        parse_source(str(file))
