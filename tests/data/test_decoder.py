"""Child processes that decode: limits, crashes, cancelling, and nothing left behind."""

import sys
import textwrap
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import psutil
import pytest
from PIL import Image

from cnnstudio.core.errors import Cancelled, DataError
from cnnstudio.core.jobs import JobContext
from cnnstudio.data import decoder as decoder_module
from cnnstudio.data.decode import ImageError, read_image
from cnnstudio.data.decoder import Decoder, chunks
from cnnstudio.data.preprocess import to_pixels
from cnnstudio.data.spec import PreprocessSpec
from cnnstudio.data.worker import Failure, Rows, Target, Work

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("no_child_left")]
WORK = Work(side=16, channels=3, resize="stretch", thumbnail_side=96)


@pytest.fixture
def files(tmp_path, picture) -> list[str]:
    """Twelve good files, of which the sixth is called bad.png."""
    paths = [tmp_path / ("bad.png" if number == 5 else f"{number}.png") for number in range(12)]
    for number, path in enumerate(paths):
        picture(seed=number).save(path)
    return [str(path) for path in paths]


@pytest.fixture
def reader_that(tmp_path, monkeypatch):
    """A function that makes children do something to bad.png: the code is put in place of reading it."""

    def make(code: str) -> None:
        (tmp_path / "strange_reader.py").write_text(
            textwrap.dedent(f"""
            import os, time
            from cnnstudio.data import worker
            def read_rows(paths, work, target=None, rows=()):
                for path in paths:
                    if path.endswith("bad.png"):
                        {code}
                return worker.read_rows(paths, work, target, rows)
            """)
        )
        monkeypatch.syspath_prepend(tmp_path)
        monkeypatch.delitem(sys.modules, "strange_reader", raising=False)
        import strange_reader

        monkeypatch.setattr(decoder_module, "read_rows", strange_reader.read_rows)

    return make


def read_all(decoder: Decoder, files: list[str]) -> list[Rows]:
    return list(decoder.decode_batch(files, [1000] * len(files), WORK, JobContext()))


def failures_of(answers: list[Rows]) -> dict[int, Failure]:
    starts = np.cumsum([0, *(len(rows) for rows in answers)])
    return {start + at: why for start, rows in zip(starts, answers, strict=False) for at, why in rows.failures}


def pixels_of(answers: list[Rows]) -> np.ndarray:
    return np.concatenate([rows.pixels for rows in answers])


def assert_all_but_the_bad_one(results: list[Rows], kind: str, picture) -> None:
    assert {place: why.kind for place, why in failures_of(results).items()} == {5: kind}
    spec = PreprocessSpec(side=16, channels=3, resize="stretch")
    for number, pixels in enumerate(pixels_of(results)):
        if number != 5:
            assert np.array_equal(pixels, to_pixels(np.asarray(picture(seed=number)), spec))


def test_results_come_in_the_order_of_the_files(files, picture):
    with Decoder() as decoder:
        results = read_all(decoder, files)
    spec = PreprocessSpec(side=16, channels=3, resize="stretch")
    assert failures_of(results) == {}
    for number, pixels in enumerate(pixels_of(results)):
        assert np.array_equal(pixels, to_pixels(np.asarray(picture(seed=number)), spec))
    assert np.concatenate([rows.thumbnails for rows in results]).shape == (12, 96, 96, 3)
    assert np.concatenate([rows.sizes for rows in results]).tolist() == [[40, 30]] * 12


def test_children_write_into_the_rows_of_a_mapped_file(files, picture, tmp_path, reader_that):
    reader_that("os.abort()")
    target = Target(str(tmp_path / "pixels"), "")
    np.memmap(target.pixels, np.uint8, "w+", 0, (24, 3, 16, 16))[:] = 7
    with Decoder(2) as decoder:
        rows = [*range(6), *range(18, 24)]
        found = list(decoder.decode_batch(files, [1000] * 12, WORK, JobContext(), target, rows))
    assert all(answer.pixels is None for answer in found)
    assert list(failures_of(found)) == [5]
    written = np.memmap(target.pixels, np.uint8, "r", 0, (24, 3, 16, 16))
    spec = PreprocessSpec(side=16, channels=3, resize="stretch")
    for number in (0, 4, 6, 11):
        assert np.array_equal(written[rows[number]], to_pixels(np.asarray(picture(seed=number)), spec))
    assert (written[6:18] == 7).all()


def test_a_file_that_crashes_its_child_is_named_and_the_others_are_read(files, picture, reader_that):
    reader_that("os.abort()")
    with Decoder(2) as decoder:
        assert_all_but_the_bad_one(read_all(decoder, files), "crashed", picture)


def test_a_file_that_hangs_is_given_up_and_the_others_are_read(files, picture, reader_that):
    reader_that("time.sleep(60)")
    with Decoder(2, time_limit_s=0.5) as decoder:
        results = read_all(decoder, files)
    assert_all_but_the_bad_one(results, "timeout", picture)
    assert failures_of(results)[5].text == "could not be decoded within 0.5 s"


def test_a_picture_that_needs_too_much_memory_is_refused_and_the_child_lives_on(tmp_path, picture):
    file = tmp_path / "large.png"
    Image.new("RGB", (6000, 6000)).save(file)
    with Decoder(1, memory_bytes=60_000_000) as decoder:
        with pytest.raises(ImageError, match="memory") as caught:
            decoder.decode_one(file)
        assert caught.value.kind == "too_large"
        picture().save(tmp_path / "small.png")
        assert decoder.decode_one(tmp_path / "small.png").shape == (30, 40, 3)


def test_an_honest_picture_of_97_megapixels_fits_into_the_default_limits(tmp_path):
    file = tmp_path / "large.png"
    Image.new("RGBA", (9850, 9850), (255, 0, 0, 255)).save(file, compress_level=1)
    with Decoder(1) as decoder:
        array = decoder.decode_one(file)
    assert array.shape == (1024, 1024, 3)
    assert (array == (255, 0, 0)).all()


def test_cancelling_acts_within_a_second_even_if_a_child_hangs(files, reader_that):
    reader_that("time.sleep(60)")
    ctx = JobContext()
    cancelled_s = []

    def cancel() -> None:
        cancelled_s.append(time.monotonic())
        ctx.cancel()

    timer = threading.Timer(1.0, cancel)
    timer.start()
    with pytest.raises(Cancelled), Decoder(2) as decoder:
        list(decoder.decode_batch(files, [1000] * len(files), WORK, ctx))
    assert time.monotonic() - cancelled_s[0] < 1.0
    timer.join()


def test_one_picture_equals_what_training_gets(files):
    spec = PreprocessSpec(side=16, channels=3, resize="stretch")
    with Decoder(1) as decoder:
        shown = decoder.decode_one(Path(files[0]))
        trained = pixels_of(read_all(decoder, files[:1]))[0]
    assert np.array_equal(to_pixels(shown, spec), trained)


def test_a_picture_from_memory_equals_the_one_from_the_file(files):
    with Decoder(1) as decoder:
        from_file = decoder.decode_one(Path(files[0]))
        assert np.array_equal(decoder.decode_one(Path(files[0]).read_bytes()), from_file)
    assert np.array_equal(from_file, read_image(Path(files[0])))


def test_errors_of_one_picture_are_whole_sentences(tmp_path):
    (tmp_path / "cat.jpg").write_bytes(b"")
    with Decoder(1) as decoder:
        with pytest.raises(ImageError) as caught:
            decoder.decode_one(tmp_path / "cat.jpg")
        assert caught.value.message == "'cat.jpg' is empty (0 bytes)."
        with pytest.raises(ImageError) as caught:
            decoder.decode_one(tmp_path / "dog.jpg")
        assert caught.value.message == f"{tmp_path / 'dog.jpg'} does not exist."
        with pytest.raises(ImageError) as caught:
            decoder.decode_one(b"<html>")
        assert caught.value.message == "The picture is a web page, not an image that can be read."


def test_it_works_from_several_threads_at_once(files):
    failures = []

    def look(path: str) -> None:
        if decoder.decode_one(Path(path)).shape != (30, 40, 3):
            failures.append(path)

    with Decoder(2) as decoder:
        threads = [threading.Thread(target=look, args=(path,)) for path in files]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert failures == []


def test_it_goes_on_when_its_idle_children_are_killed(files):
    with Decoder(2) as decoder:
        decoder.decode_one(Path(files[0]))
        for child in decoding_children():
            child.kill()
        assert decoder.decode_one(Path(files[0])).shape == (30, 40, 3)
        for child in decoding_children():
            child.kill()
        assert failures_of(read_all(decoder, files)) == {}


def test_closing_ends_a_wait_in_another_thread(files, reader_that):
    reader_that("time.sleep(60)")
    caught = []

    def wait() -> None:
        try:
            read_all(decoder, files)
        except DataError as error:
            caught.append(error.message)

    decoder = Decoder(1)
    thread = threading.Thread(target=wait)
    thread.start()
    while not list(decoding_children()):
        thread.join(0.05)
    decoder.close()
    thread.join(5)
    assert caught == ["The image decoder is closed."]


def decoding_children() -> Iterator[psutil.Process]:
    for child in psutil.Process().children():
        if "spawn_main" in " ".join(child.cmdline()):
            yield child


def test_children_load_neither_torch_nor_qt_nor_the_main_module(tmp_path):
    with Decoder(1) as decoder:
        decoder.decode_one(_png(tmp_path))
        child = next(decoding_children())
        mapped = {Path(part.path).name for part in child.memory_maps()}
    assert not [name for name in mapped if "torch" in name or "Qt6" in name or "pydantic" in name]
    assert [name for name in mapped if "_imaging" in name]


def _png(folder: Path) -> Path:
    Image.new("RGB", (8, 8)).save(folder / "a.png")
    return folder / "a.png"


def test_a_closed_decoder_says_so_and_closing_twice_is_fine(tmp_path):
    decoder = Decoder(1)
    decoder.decode_one(_png(tmp_path))
    decoder.close()
    decoder.close()
    with pytest.raises(DataError, match="closed"):
        decoder.decode_one(_png(tmp_path))


def test_children_end_when_the_program_is_killed(tmp_path):
    code = textwrap.dedent(f"""
        import time
        from pathlib import Path
        from cnnstudio.data.decoder import Decoder
        decoder = Decoder(2)
        decoder.decode_one(Path({str(_png(tmp_path))!r}))
        print("ready", flush=True)
        time.sleep(60)
    """)
    program = psutil.Popen([sys.executable, "-c", code], stdout=-1, text=True)
    assert program.stdout.readline() == "ready\n"
    children = program.children(recursive=True)
    assert len(children) >= 2
    program.kill()
    program.wait()
    program.stdout.close()
    _, alive = psutil.wait_procs(children, timeout=5)
    assert alive == []


@pytest.mark.parametrize(
    ("sizes", "parts", "lengths"),
    [
        ([10] * 10, 4, [2, 2, 2, 2, 2]),  # at most 25 bytes and 3 files each
        ([10] * 10, 2, [5, 5]),
        ([40, 1, 1, 1], 2, [1, 2, 1]),  # at most 22 bytes and 2 files each
        ([], 4, []),
        ([0], 4, [1]),
    ],
)
def test_files_are_cut_into_pieces_of_equal_work(sizes, parts, lengths):
    paths = [str(number) for number in range(len(sizes))]
    pieces = list(chunks(paths, sizes, parts))
    assert [path for piece in pieces for path in piece] == paths
    assert [len(piece) for piece in pieces] == lengths


def test_no_piece_is_larger_than_8_mb_or_256_files():
    assert [len(piece) for piece in chunks(["a"] * 600, [1] * 600, 1)] == [256, 256, 88]
    assert [len(piece) for piece in chunks(["a"] * 5, [5_000_000] * 5, 1)] == [1] * 5
