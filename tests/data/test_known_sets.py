"""Well-known sets: their table against torchvision's, and their way from a server of this machine to open data."""

import hashlib
import inspect
import io
import json
import urllib.parse
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from cnnstudio.cli import main
from cnnstudio.core.errors import Cancelled, DataError, FileError
from cnnstudio.core.jobs import JobContext, run_inline
from cnnstudio.core.paths import datasets_dir
from cnnstudio.data.dataset import Dataset, open_dataset
from cnnstudio.data.known import KNOWN
from cnnstudio.data.known.cifar_sets import Cifar10
from cnnstudio.data.known.flowers102 import Flowers102
from cnnstudio.data.known.food101 import Food101
from cnnstudio.data.known.imagenette import CLASSES, Imagenette
from cnnstudio.data.known.mnist_family import NAMES, Emnist, FashionMnist, Kmnist, Mnist
from cnnstudio.data.known.stl10 import Stl10
from cnnstudio.data.known.svhn import Svhn
from cnnstudio.data.sources.known import KnownSource
from cnnstudio.data.spec import data_spec, parse_source
from tests.data.archive_corpus import tar_of, zip_of

RNG = np.random.default_rng(1)


# The table against torchvision's definitions -----------------------------------------------------------------------


@pytest.fixture(scope="module")
def torchvision_sets():
    return pytest.importorskip("torchvision.datasets")


def remote(known) -> dict[str, str]:
    return {file.url: file.digest for file in known.remote}


@pytest.mark.slow
@pytest.mark.parametrize("known", [Mnist, FashionMnist, Kmnist])
def test_the_mnist_family_is_torchvisions(torchvision_sets, known):
    theirs = {"mnist": "MNIST", "fashion-mnist": "FashionMNIST", "kmnist": "KMNIST"}[known.key]
    cls = getattr(torchvision_sets, theirs)
    assert remote(known) == {cls.mirrors[0] + name: f"md5:{md5}" for name, md5 in cls.resources}


@pytest.mark.slow
def test_the_others_are_torchvisions(torchvision_sets):
    tv = torchvision_sets
    assert remote(Emnist) == {tv.EMNIST.url: f"md5:{tv.EMNIST.md5}"}
    assert remote(Svhn) == {row[0]: f"md5:{row[2]}" for part, row in tv.SVHN.split_list.items() if part != "extra"}
    assert remote(Stl10) == {tv.STL10.url: f"md5:{tv.STL10.tgz_md5}"}
    flowers = tv.Flowers102
    assert remote(Flowers102) == {
        flowers._download_url_prefix + name: f"md5:{md5}" for name, md5 in flowers._file_dict.values()
    }
    assert remote(Food101) == {tv.Food101._URL: f"md5:{tv.Food101._MD5}"}
    url, md5 = tv.Imagenette._ARCHIVES["160px"]
    assert remote(Imagenette) == {url: f"md5:{md5}"}
    names = {number: names[0] for number, names in tv.Imagenette._WNID_TO_CLASS.items()}
    assert names == CLASSES
    assert list(FashionMnist.class_names)[5:] == tv.FashionMNIST.classes[5:]


@pytest.mark.slow
@pytest.mark.parametrize(("key", "theirs"), [("cifar-10", "CIFAR10"), ("cifar-100", "CIFAR100")])
def test_cifar_comes_from_the_same_page_but_in_its_binary_version(torchvision_sets, key, theirs):
    cls = getattr(torchvision_sets, theirs)
    (file,) = KNOWN[key].remote
    assert file.url == cls.url.replace("-python.", "-binary.")
    assert file.digest != f"md5:{cls.tgz_md5}"


@pytest.mark.parametrize("known", KNOWN.values(), ids=list(KNOWN))
def test_every_set_says_what_a_user_must_know(known):
    assert known.about.endswith(".")
    assert known.licence
    assert urllib.parse.urlparse(known.home).scheme in ("http", "https")
    assert known.download_bytes() > 1_000_000
    assert inspect.getdoc(known)
    assert not known.is_installed()
    assert all(len(file.digest) == 36 and file.digest.startswith("md5:") for file in known.remote)


# From the server to open data ----------------------------------------------------------------------------------------


class Server:
    """Stands for `download`: files by their names, and what was asked for."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.files: dict[str, bytes] = {}
        self.asked: list[str] = []
        monkeypatch.setattr("cnnstudio.data.known.known_set.download", self.download)

    def download(self, url: str, target: Path, *, digest: str, size: int | None, ctx: JobContext) -> Path:
        ctx.check()
        self.asked.append(url)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(self.files[target.name])
        return target


@pytest.fixture
def server(monkeypatch):
    return Server(monkeypatch)


def idx(values: np.ndarray) -> bytes:
    import gzip
    import struct

    head = bytes((0, 0, 8, values.ndim)) + struct.pack(f">{values.ndim}I", *values.shape)
    return gzip.compress(head + values.tobytes())


def four_files() -> dict[str, bytes]:
    images, labels = RNG.integers(0, 256, (20, 28, 28), np.uint8), np.arange(20, dtype=np.uint8) % 10
    return dict(zip(NAMES, (idx(images), idx(labels), idx(images[:10]), idx(labels[:10])), strict=True))


def png(side: int = 40) -> bytes:
    from PIL import Image

    file = io.BytesIO()
    Image.fromarray(RNG.integers(0, 256, (side, side, 3), np.uint8)).save(file, "PNG")
    return file.getvalue()


def jpg() -> bytes:
    from PIL import Image

    file = io.BytesIO()
    Image.fromarray(RNG.integers(0, 256, (40, 40, 3), np.uint8)).save(file, "JPEG")
    return file.getvalue()


def mat(**arrays: np.ndarray) -> bytes:
    from scipy.io import savemat

    file = io.BytesIO()
    savemat(file, arrays)
    return file.getvalue()


def opened(name: str) -> Dataset:
    run_inline(lambda ctx: KNOWN[name].install(ctx))
    return run_inline(lambda ctx: open_dataset(data_spec(parse_source(name)), ctx))


@pytest.mark.parametrize("name", ["mnist", "fashion-mnist", "kmnist"])
def test_mnist_and_its_like_open_by_their_names(server, name):
    server.files = four_files()
    dataset = opened(name)
    assert len(dataset) == 30
    assert dataset.classes == (KNOWN[name].class_names or tuple("0123456789"))
    assert dataset.spec.source == KnownSource(name=name)
    assert [path.rpartition("/")[2] for path in server.asked] == list(NAMES)


def test_a_set_that_is_not_here_yet_says_how_to_get_it():
    with pytest.raises(DataError, match="MNIST is not on this machine yet") as caught:
        data_spec(parse_source("mnist"))
    assert "cnnstudio download mnist" in caught.value.hint


def test_an_installed_set_is_not_fetched_again(server):
    server.files = four_files()
    for _ in range(2):
        run_inline(lambda ctx: Mnist.install(ctx))
    assert len(server.asked) == 4


def test_emnist_is_unpacked_and_turned(server):
    files = four_files()
    inner = [(f"gzip/emnist-balanced-{name.replace('t10k', 'test')}", content) for name, content in files.items()]
    server.files = {"gzip.zip": zip_of(*inner)}
    dataset = opened("emnist")
    assert len(dataset) == 30
    assert not (datasets_dir() / "emnist" / "gzip.zip").exists()


def emnist_zip() -> bytes:
    """Two of EMNIST's sets: the balanced one, and the letters, which count from 1."""
    files = four_files()
    inner = [(f"gzip/emnist-balanced-{name.replace('t10k', 'test')}", content) for name, content in files.items()]
    labels = np.array([1, 2, 3] * 4, np.uint8)
    images = RNG.integers(0, 256, (12, 28, 28), np.uint8)
    for part in ("train", "test"):
        inner.append((f"gzip/emnist-letters-{part}-images-idx3-ubyte.gz", idx(images)))
        inner.append((f"gzip/emnist-letters-{part}-labels-idx1-ubyte.gz", idx(labels)))
    inner.append(("gzip/emnist-letters-mapping.txt", b"1 65 97\n2 66 98\n3 67 99\n"))
    return zip_of(*inner)


def test_emnists_letters_are_a_version_of_it_with_a_class_for_each_letter(server):
    server.files = {"gzip.zip": emnist_zip()}
    run_inline(lambda ctx: Emnist.install(ctx))
    source = parse_source("emnist-letters")
    assert source == KnownSource(name="emnist", variant="emnist-letters")
    assert source.title == "EMNIST (letters)"
    dataset = run_inline(lambda ctx: open_dataset(data_spec(source), ctx))
    # Labels 1, 2, 3 are A, B, C; there is no class without a picture.
    assert dataset.counts() == {"A": 8, "B": 8, "C": 8}
    assert sorted(KNOWN["emnist"].variants) == ["", *sorted(f"emnist-{name}" for name in EMNISTS)]


EMNISTS = ("byclass", "bymerge", "letters", "digits", "mnist")


@pytest.mark.slow
def test_emnists_versions_and_their_classes_are_torchvisions(torchvision_sets):
    tv = torchvision_sets.EMNIST
    assert {*EMNISTS, "balanced"} == set(tv.splits)
    classes = {name: len(tv.classes_split_dict[name]) for name in tv.splits}
    # torchvision counts a class "N/A" among the letters.
    classes["letters"] -= 1
    for variant, text in Emnist.variants.items():
        assert text.endswith(f"{classes[variant.removeprefix('emnist-') or 'balanced']} classes")


def test_cifar_100_is_opened_by_its_classes_or_its_groups(server):
    record = bytes((3, 7)) + bytes(3072)
    other = bytes((4, 8)) + bytes(3072)
    inner = [
        ("cifar-100-binary/train.bin", record * 4 + other * 4),
        (
            "cifar-100-binary/fine_label_names.txt",
            "\n".join(f"fine {n}".replace(" ", "_") for n in range(100)).encode(),
        ),
        ("cifar-100-binary/coarse_label_names.txt", "\n".join(f"group_{n}" for n in range(20)).encode()),
    ]
    server.files = {"cifar-100-binary.tar.gz": tar_of(*inner)}
    fine, coarse = opened("cifar-100").counts(), None
    coarse = run_inline(lambda ctx: open_dataset(data_spec(parse_source("cifar-100-coarse")), ctx)).counts()
    assert {name: n for name, n in fine.items() if n} == {"fine_7": 4, "fine_8": 4}
    assert {name: n for name, n in coarse.items() if n} == {"group_3": 4, "group_4": 4}


def test_class_names_of_ones_own_and_a_folder_of_ones_own(server, tmp_path):
    server.files = four_files()
    run_inline(lambda ctx: Mnist.install(ctx, tmp_path / "mine"))
    names = tuple("abcdefghij")
    source = KnownSource(name="mnist", class_names=names, folder=str(tmp_path / "mine"))
    assert run_inline(lambda ctx: open_dataset(data_spec(source), ctx)).classes == names


def test_a_version_that_there_is_not_is_refused_with_those_there_are(server):
    server.files = {"gzip.zip": emnist_zip()}
    run_inline(lambda ctx: Emnist.install(ctx))
    with pytest.raises(DataError, match="EMNIST has no version 'greek'") as caught:
        data_spec(KnownSource(name="emnist", variant="greek"))
    assert "emnist-letters" in caught.value.hint


@pytest.mark.parametrize("known", KNOWN.values(), ids=list(KNOWN))
def test_every_setting_of_a_set_is_one_of_its_files(known, tmp_path):
    """What the window offers must reach what reads the files."""
    inner = type(known.source(tmp_path)).model_fields
    fields = {known.variant_field if name == "variant" else name for name in known.settings}
    assert fields <= set(inner)
    assert bool(known.variants) == ("variant" in known.settings)
    # And what reads the files and a user may want to set is offered.
    assert {"class_names", "accept_problems"} & set(inner) <= set(known.settings)


def test_cifar_10_is_unpacked(server):
    record = bytes((1,)) + bytes(3072)
    inner = [("cifar-10-batches-bin/data_batch_1.bin", record * 4 + (bytes(3073)) * 4)]
    server.files = {"cifar-10-binary.tar.gz": tar_of(*inner)}
    assert opened("cifar-10").counts() == {"0": 4, "1": 4}


def test_svhns_zeros_are_its_class_10_and_its_arrays_are_turned(server):
    from torchvision.datasets import SVHN  # noqa: F401  # the oracle of the axes below: data.transpose(3, 2, 0, 1)

    x, y = RNG.integers(0, 256, (32, 32, 3, 4), np.uint8), np.array([[10], [1], [10], [2]], np.uint8)
    server.files = {"train_32x32.mat": mat(X=x, y=y), "test_32x32.mat": mat(X=x[..., :2], y=y[:2])}
    dataset = opened("svhn")
    assert dataset.labels.tolist() == [0, 1, 0, 2, 0, 1]
    assert np.array_equal(dataset.pixels[:4], x.transpose(3, 2, 0, 1))


def test_stl_10_is_turned_and_the_rest_deleted(server):
    x = RNG.integers(0, 256, (4, 3, 96, 96), np.uint8)
    y = np.array([1, 2, 1, 2], np.uint8)
    inner = {
        "train_X.bin": x.tobytes(),
        "train_y.bin": y.tobytes(),
        "test_X.bin": x[:2].tobytes(),
        "test_y.bin": y[:2].tobytes(),
        "class_names.txt": b"airplane\nbird\n",
        "unlabeled_X.bin": b"\0" * 100,
    }
    archive = tar_of(*[(f"stl10_binary/{name}", content) for name, content in inner.items()])
    server.files = {"stl10_binary.tar.gz": archive}
    dataset = opened("stl-10")
    assert dataset.classes == ("airplane", "bird")
    # As torchvision's reader does: np.transpose(images, (0, 1, 3, 2)).
    assert np.array_equal(dataset.pixels[:4], np.transpose(x, (0, 1, 3, 2)))
    assert sorted(path.name for path in (datasets_dir() / "stl-10").iterdir()) == ["cnnstudio-set.json", "stl10.npz"]


@pytest.mark.slow
def test_imagenettes_folders_get_their_names(server):
    numbers = list(CLASSES)[:2]
    inner = [
        (f"imagenette2-160/{part}/{number}/{i}.JPEG", jpg())
        for part in ("train", "val")
        for number in numbers
        for i in range(3)
    ]
    server.files = {"imagenette2-160.tgz": tar_of(*inner)}
    dataset = opened("imagenette")
    assert set(dataset.classes) == {CLASSES[number] for number in numbers}
    assert len(dataset.indices("val")) == 6


@pytest.mark.slow
def test_flowers_get_a_table_of_their_kinds(server):
    server.files = {
        "102flowers.tgz": tar_of(*[(f"jpg/image_{i:05d}.jpg", jpg()) for i in range(1, 7)]),
        "imagelabels.mat": mat(labels=np.array([[1, 2, 1, 2, 1, 2]])),
        "setid.mat": mat(trnid=np.array([[1, 2]]), valid=np.array([[3, 4]]), tstid=np.array([[5, 6]])),
    }
    dataset = opened("flowers-102")
    assert dataset.counts() == {"001": 3, "002": 3}
    assert dataset.describe()["splits"] == {"train": 2, "val": 2, "test": 2}


@pytest.mark.slow
def test_food_gets_a_table_of_its_lists(server):
    lists = {"train": "apple_pie/1\nsushi/2\napple_pie/3\nsushi/4\n", "test": "apple_pie/5\nsushi/6\n"}
    inner = [(f"food-101/images/{line}.jpg", jpg()) for text in lists.values() for line in text.split()]
    inner += [(f"food-101/meta/{part}.txt", text.encode()) for part, text in lists.items()]
    server.files = {"food-101.tar.gz": tar_of(*inner)}
    dataset = opened("food-101")
    assert dataset.counts("test") == {"apple pie": 1, "sushi": 1}


def test_cancelling_an_installation_leaves_nothing_that_counts(server):
    server.files = four_files()
    ctx = JobContext()
    ctx.cancel()
    with pytest.raises(Cancelled):
        Mnist.install(ctx)
    assert not Mnist.is_installed()


def test_an_archive_that_breaks_the_rules_leaves_nothing_that_counts(server):
    server.files = {"cifar-10-binary.tar.gz": tar_of(("../evil.bin", b"x"))}
    with pytest.raises(DataError, match="unsafe path"):
        run_inline(lambda ctx: Cifar10.install(ctx))
    assert not Cifar10.is_installed()
    assert [path.name for path in (datasets_dir() / "cifar-10").iterdir()] == ["cifar-10-binary.tar.gz"]


def test_too_little_room_is_said_before_the_download(server, monkeypatch):
    monkeypatch.setattr(Food101, "unpacked_bytes", 10**18)
    with pytest.raises(FileError, match=r"Food-101 needs .* MB are free"):
        run_inline(lambda ctx: Food101.install(ctx))
    assert server.asked == []


def test_a_real_download_over_http_is_verified_and_opened(web_of_files, monkeypatch, capsys, tmp_path):
    files = four_files()
    base = web_of_files(files)
    remote_files = tuple(
        replace(file, url=base + file.name, digest="md5:" + hashlib.md5(files[file.name]).hexdigest(), is_exact=False)
        for file in Mnist.remote
    )
    monkeypatch.setattr(Mnist, "remote", remote_files)
    assert main.run(["download", "mnist", "--out", str(tmp_path / "here"), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["folder"] == str(tmp_path / "here")
    assert parse_source(told["source"]).kind == "idx"
    assert main.run(["download", "mnist"]) == 0
    assert "--data mnist" in capsys.readouterr().out
    assert main.run(["data", "mnist", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["n"] == 30


def test_the_list_of_sets_is_printed_without_any_connection(capsys):
    assert main.run(["download", "--json"]) == 0
    entries = json.loads(capsys.readouterr().out)
    assert [entry["name"] for entry in entries] == list(KNOWN)
    assert not any(entry["is_installed"] for entry in entries)
    assert main.run(["download"]) == 0
    assert "cifar-10" in capsys.readouterr().out


def test_an_unknown_set_is_refused_with_those_that_are_known(capsys):
    assert main.run(["download", "nimst"]) == 3
    assert "fashion-mnist" in capsys.readouterr().err


@pytest.fixture
def web_of_files():
    """A function that serves files by their names on this machine; gives the address."""
    import threading
    from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

    served: dict[str, bytes] = {}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            content = served[self.path.rpartition("/")[2]]
            self.send_response(200)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()

    def serve(files: dict[str, bytes]) -> str:
        served.update(files)
        return f"http://127.0.0.1:{server.server_port}/"

    yield serve
    server.shutdown()
    server.server_close()
    thread.join()
