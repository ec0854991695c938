"""Tell from its content what a weights file is, whatever its name says; nothing is unpickled here."""

import zipfile
from pathlib import Path
from typing import Literal

from cnnstudio.core import files
from cnnstudio.core.errors import FileError

WeightsKind = Literal["safetensors", "torch_zip", "torch_stream"]

HEAD_BYTES = 512
# The first pickle in the files of torch.save before 2020: its magic number, 0x1950a86a20f9469cfc6c.
_TORCH_MAGIC = b"\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19."
SAVE_AGAIN = "In the program that made it, save the plain weights: torch.save(model.state_dict(), file)."
CONVERT = "In the program that made it, save the weights as .safetensors."

_FOREIGN: tuple[tuple[int, bytes, str, str], ...] = (
    (0, b"\x89HDF", "an HDF5 file, as Keras writes it", CONVERT),
    (0, b"\x93NUMPY", "a numpy array", "Name its arrays, and save them as .safetensors."),
    (257, b"ustar", "a tar archive, as PyTorch wrote it before version 0.1.10", SAVE_AGAIN),
    (0, b"\x1f\x8b", "a compressed file", "Unpack it first."),
    (0, b"BZh", "a compressed file", "Unpack it first."),
    (0, b"\xfd7zXZ", "a compressed file", "Unpack it first."),
    (0, b"x\x9c", "a compressed pickle, as joblib writes it; it could contain program code", CONVERT),
    (0, b"x\x01", "a compressed pickle, as joblib writes it; it could contain program code", CONVERT),
    (0, b"7z\xbc\xaf", "an archive", "Unpack it first."),
    (0, b"Rar!", "an archive", "Unpack it first."),
    (0, b"\x7fELF", "a program", ""),
    (0, b"MZ", "a program", ""),
)


def sniff_weights(path: Path) -> WeightsKind:
    """Which of the formats that are read a file has.

    Raises:
        FileError: It can't be read, or is something else; what it is and what to do is said.
    """
    head = _head(path)
    if not head:
        raise FileError(f"{path} is empty (0 bytes).")
    if head[:4] == b"PK\3\4":
        return _zip_kind(path)
    # PROTO, the number's opcode: pickles of protocol 2 begin so.
    if head[:2] == b"\x80\x02" and head[2:].startswith(_TORCH_MAGIC):
        return "torch_stream"
    for offset, magic, name, hint in _FOREIGN:
        if head[offset : offset + len(magic)] == magic:
            raise _refusal(path, name, hint)
    if head[8:9] == b"{":
        return "safetensors"
    if head[:1] == b"\x80" or head[:2] in (b"(d", b"(l", b"cc", b"c_", b"}q", b"]q"):
        raise _refusal(path, "a pickle, which could contain program code", SAVE_AGAIN)
    raise _refusal(path, "no weights file that is known", "Weights are read from .safetensors, .pt and .pth.")


def _zip_kind(path: Path) -> WeightsKind:
    names = _record_names(path)
    last = {name.rpartition("/")[2] for name in names}
    folders = {part for name in names for part in name.split("/")[:-1]}
    if "constants.pkl" in last or "code" in folders:
        raise _refusal(path, "a TorchScript program; it contains program code", SAVE_AGAIN)
    if "archive_format" in last or "models" in folders or "aotinductor" in folders:
        raise _refusal(path, "an exported PyTorch program (.pt2)", SAVE_AGAIN)
    if "model.weights.h5" in last or "metadata.json" in last:
        raise _refusal(path, "a Keras model", CONVERT)
    if names and all(name.endswith(".npy") for name in names):
        raise _refusal(path, "an archive of numpy arrays (.npz)", CONVERT)
    if "data.pkl" not in last:
        raise _refusal(path, "a zip archive without weights in it", "Unpack it, and open the weights file in it.")
    return "torch_zip"


def _record_names(path: Path) -> list[str]:
    try:
        with zipfile.ZipFile(path) as archive:
            return archive.namelist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise _refusal(path, f"a damaged or incomplete archive ({error})", "Copy or download it again.") from None


def _refusal(path: Path, what: str, hint: str) -> FileError:
    return FileError(f"{path} is {what}. It was not opened.", hint=hint)


def _head(path: Path) -> bytes:
    try:
        if not path.is_file():
            raise FileError(f"{path} is not a file." if path.exists() else f"{path} does not exist.")
        with path.open("rb") as file:
            return file.read(HEAD_BYTES)
    except OSError as error:
        raise files.read_error(path, error) from error
