"""Weights files, good and bad, as they come from elsewhere."""

import io
import json
import struct
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import save_file
from torch import nn

from cnnstudio.core.errors import FileError
from cnnstudio.network.weights.file import read_weights
from cnnstudio.network.weights.safetensors_file import MAX_HEADER_BYTES, MAX_TENSORS
from cnnstudio.network.weights.sniff import sniff_weights
from cnnstudio.network.weights.torch_child import state_dict_of, tensor_problem
from cnnstudio.network.weights.torch_file import check_records


def safetensors_bytes(header: Any, data: bytes = b"") -> bytes:
    raw = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(raw)) + raw + data


def entry(begin: int, end: int, shape: list[int] | None = None, dtype: str = "F32") -> dict[str, Any]:
    return {"dtype": dtype, "shape": [(end - begin) // 4] if shape is None else shape, "data_offsets": [begin, end]}


def test_safetensors_come_back_as_saved(tmp_path: Path) -> None:
    weights = {"a.weight": torch.randn(4, 3), "b": torch.arange(5), "c": torch.randn(2).half()}
    save_file(weights, tmp_path / "w.safetensors")
    found = read_weights(tmp_path / "w.safetensors")
    assert (found.kind, found.has_order, len(found.sha256)) == ("safetensors", False, 64)
    assert found.tensors.keys() == weights.keys()
    assert all(torch.equal(found.tensors[name], weights[name]) for name in weights)


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (struct.pack("<Q", MAX_HEADER_BYTES + 1) + b"{" + b" " * 100, "at most 10,000,000"),
        (struct.pack("<Q", 500) + b"{}", "claims 500 of 10 bytes"),
        (safetensors_bytes(b"{not json"), "no JSON"),
        (safetensors_bytes(b'{"a": 1, "a": 2}'), "twice"),
        (safetensors_bytes({f"t{i}": entry(0, 0) for i in range(MAX_TENSORS + 1)}), "at most 20,000"),
        (safetensors_bytes({"a\0b": entry(0, 4)}, b"1234"), "name that is not allowed"),
        (safetensors_bytes({"../../x": entry(0, 4)}, b"1234"), "name that is not allowed"),
        (safetensors_bytes({"a": entry(0, 4)}, b"12345678"), "need 4 bytes and 8 are there"),
        (safetensors_bytes({"a": entry(0, 8)}, b"1234"), "need 8 bytes and 4 are there"),
        (safetensors_bytes({"a": entry(0, 8), "b": entry(4, 12)}, b"1" * 12), "overlap"),
        (safetensors_bytes({"a": entry(0, 4, [2**40, 2**30])}, b"1234"), "needs 4,7"),
        (safetensors_bytes({"a": entry(0, 4, [-1])}, b"1234"), "no legal shape"),
        (safetensors_bytes({"a": entry(0, 8, [1], "C64")}, b"12345678"), "'C64'"),
        (safetensors_bytes({"a": {"dtype": "F32"}}), "isn't described"),
        (safetensors_bytes({}), "holds no tensors"),
        (safetensors_bytes(b"[" * 100_000), "no weights file|no JSON"),
    ],
)
def test_a_safetensors_file_with_a_bad_header_is_refused(tmp_path: Path, content: bytes, text: str) -> None:
    path = tmp_path / "bad.safetensors"
    path.write_bytes(content)
    with pytest.raises(FileError, match=text):
        read_weights(path)


def zipped(names: dict[str, bytes], compression: int = zipfile.ZIP_STORED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as archive:
        for name, content in names.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def tarred() -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("storages"), io.BytesIO())
    return buffer.getvalue()


def npy() -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, np.zeros(3))
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"", "empty"),
        (b"\x89HDF\r\n\x1a\n" + bytes(100), "HDF5"),
        (npy(), "numpy array"),
        (tarred(), "tar archive"),
        (b"\x80\x04\x95\x10\0\0\0\0\0\0\0\x8c\x05posix\x94.", "pickle, which could contain program code"),
        (b"cos\nsystem\n(S'true'\ntR.", "no weights file|pickle"),
        (b"x\x9c" + bytes(30), "joblib"),
        (b"\x1f\x8b" + bytes(30), "compressed"),
        (b"\x7fELF" + bytes(30), "program"),
        (zipped({"m/data.pkl": b"", "m/constants.pkl": b"", "m/code/x.py": b""}), "TorchScript"),
        (zipped({"m/archive_format": b"pt2", "m/models/model.json": b""}), r"\.pt2"),
        (zipped({"config.json": b"{}", "metadata.json": b"{}", "model.weights.h5": b""}), "Keras"),
        (zipped({"a.npy": b"", "b.npy": b""}), r"\.npz"),
        (zipped({"inner.pt": zipped({"m/data.pkl": b""})}), "zip archive without weights"),
        (zipped({"m/data.pkl": b"1"})[:-30], "damaged or incomplete"),
        (b"<html>not found</html>", "no weights file"),
    ],
)
def test_what_is_no_weights_file_is_named_and_refused(tmp_path: Path, content: bytes, what: str) -> None:
    path = tmp_path / "weights.pt"
    path.write_bytes(content)
    with pytest.raises(FileError, match=what):
        read_weights(path)


def test_a_missing_file_and_a_folder_are_told_apart(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="does not exist"):
        sniff_weights(tmp_path / "nothing.pt")
    with pytest.raises(FileError, match="is not a file"):
        sniff_weights(tmp_path)


def test_compressed_records_are_refused_before_anything_is_read(tmp_path: Path) -> None:
    path = tmp_path / "bomb.pt"
    path.write_bytes(zipped({"m/data.pkl": b"x", "m/data/0": bytes(50_000_000)}, zipfile.ZIP_DEFLATED))
    with pytest.raises(FileError, match="is compressed"):
        read_weights(path)


def test_records_that_claim_more_than_the_file_has_are_refused(tmp_path: Path) -> None:
    raw = bytearray(zipped({"m/data.pkl": b"x" * 10, "m/data/0": b"y" * 100}))
    place = raw.rindex(b"PK\x01\x02")
    raw[place + 20 : place + 28] = struct.pack("<II", 2_000_000_000, 2_000_000_000)
    path = tmp_path / "liar.pt"
    path.write_bytes(raw)
    with pytest.raises(FileError, match="claim 2,000,000,010 bytes"):
        check_records(path, len(raw))


def test_the_state_dict_is_found_among_other_things() -> None:
    weights = {"a.weight": torch.zeros(2)}
    moments = {"x": torch.zeros(9), "y": torch.zeros(9)}
    assert state_dict_of(weights) == ("", weights)
    assert state_dict_of({"epoch": 3, "optimizer": moments, "state_dict": weights}) == ("state_dict", weights)
    assert state_dict_of({"ckpt": {"model": weights, "ema": moments}}) == ("ckpt/model", weights)
    assert state_dict_of({"epoch": 3, "names": ["a"]}) is None
    assert state_dict_of([torch.zeros(2)]) is None


@pytest.mark.parametrize(
    ("tensor", "problem"),
    [
        (torch.zeros(3), ""),
        (torch.zeros(3, dtype=torch.bfloat16), ""),
        (torch.zeros(3, dtype=torch.int64), ""),
        (torch.zeros(3).to_sparse(), "sparse"),
        (torch.zeros(3, dtype=torch.complex64), "complex64"),
        (torch.zeros(3, device="meta"), "without numbers"),
        (torch.zeros(1).expand(100_000, 100_000), "claims 10,000,000,000 numbers"),
    ],
)
def test_only_dense_plain_numbers_pass(tensor: torch.Tensor, problem: str) -> None:
    assert tensor_problem(tensor) == "" if not problem else problem in tensor_problem(tensor)


def test_values_that_are_no_numbers_are_named(tmp_path: Path) -> None:
    weights = {"good": torch.zeros(3), "conv1.weight": torch.tensor([1.0, float("nan"), float("inf")])}
    save_file(weights, tmp_path / "w.safetensors")
    with pytest.raises(FileError, match=r"conv1\.weight \(2 of 3\)"):
        read_weights(tmp_path / "w.safetensors")


def mutated(content: bytes, count: int) -> Iterator[bytes]:
    """The file with some bytes changed, a piece lost, or its end cut off; always the same ones."""
    random = np.random.default_rng(5)
    for number in range(count):
        raw = bytearray(content)
        if number % 3 == 0:
            raw = raw[: random.integers(0, len(raw))]
        elif number % 3 == 1:
            start = int(random.integers(0, len(raw)))
            del raw[start : start + int(random.integers(1, 20))]
        else:
            for place in random.integers(0, min(len(raw), 400), 3):
                raw[place] = random.integers(0, 256)
        yield bytes(raw)


def outcome(path: Path, content: bytes) -> str:
    path.write_bytes(content)
    try:
        read_weights(path)
    except FileError as refused:
        return "refused" if str(path) in refused.message else f"refused without a name: {refused}"
    return "read"


def test_a_damaged_safetensors_file_is_read_or_refused_in_words(tmp_path: Path) -> None:
    path = tmp_path / "w.safetensors"
    save_file({f"layer{i}.weight": torch.randn(3, 2) for i in range(8)}, path)
    outcomes = [outcome(path, content) for content in mutated(path.read_bytes(), 300)]
    assert set(outcomes) <= {"read", "refused"}
    assert outcomes.count("refused") > 200


@pytest.mark.slow
def test_a_damaged_pt_file_is_read_or_refused_in_words(tmp_path: Path) -> None:
    path = tmp_path / "w.pt"
    for options in ({}, {"_use_new_zipfile_serialization": False}):
        torch.save({f"layer{i}.weight": torch.randn(3, 2) for i in range(8)}, path, **options)
        outcomes = [outcome(path, content) for content in mutated(path.read_bytes(), 3)]
        assert "refused" in outcomes
        assert set(outcomes) <= {"read", "refused"}


class Attack:
    """Unpickling it writes a file, if anything unpickles it."""

    def __init__(self, canary: Path) -> None:
        self.canary = canary

    def __reduce__(self) -> tuple[Any, ...]:
        return (Path.touch, (self.canary,))


@pytest.mark.slow
def test_a_state_dict_of_torch_save_comes_back_in_its_order(tmp_path: Path) -> None:
    weights = {"z.weight": torch.randn(4, 3), "a.bias": torch.arange(5), "m": torch.randn(2).double()}
    for number, options in enumerate(({}, {"_use_new_zipfile_serialization": False})):
        path = tmp_path / f"w{number}.pth"
        torch.save({"state_dict": weights, "epoch": 4}, path, **options)
        found = read_weights(path)
        assert (list(found.tensors), found.place, found.has_order) == (list(weights), "state_dict", True)
        assert all(torch.equal(found.tensors[name], weights[name]) for name in weights)


@pytest.mark.slow
def test_program_code_in_a_file_is_refused_and_never_runs(tmp_path: Path) -> None:
    canary = tmp_path / "canary"
    for options in ({}, {"_use_new_zipfile_serialization": False}):
        torch.save({"state_dict": {"a": torch.zeros(2)}, "x": Attack(canary)}, tmp_path / "evil.pt", **options)
        with pytest.raises(FileError, match=r"contains program code|more than plain weights"):
            read_weights(tmp_path / "evil.pt")
    assert not canary.exists()


@pytest.mark.slow
def test_a_whole_module_is_refused_with_what_to_do(tmp_path: Path) -> None:
    torch.save(nn.Sequential(nn.Linear(2, 2)), tmp_path / "module.pt")
    with pytest.raises(FileError, match="whole module") as refused:
        read_weights(tmp_path / "module.pt")
    assert "model.state_dict()" in refused.value.hint


@pytest.mark.slow
def test_tensors_larger_than_their_file_and_damaged_ones_are_refused(tmp_path: Path) -> None:
    torch.save({"a": torch.zeros(1).expand(100_000, 100_000)}, tmp_path / "huge.pt")
    with pytest.raises(FileError, match=r"claims 10,000,000,000 numbers"):
        read_weights(tmp_path / "huge.pt")
    torch.save({"a": torch.zeros(1000)}, tmp_path / "good.pt", _use_new_zipfile_serialization=False)
    (tmp_path / "cut.pt").write_bytes((tmp_path / "good.pt").read_bytes()[:-2000])
    with pytest.raises(FileError, match="damaged or incomplete"):
        read_weights(tmp_path / "cut.pt")
