"""Files made to do harm, for the tests of every door through which files come.

Whoever runs code from one of them leaves a canary: a file that must never be there.
"""

import io
import json
import pickle
import random
import struct
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch
from torch import nn

from cnnstudio.network.zoo import architectures


class Attack:
    """Runs a command when it is unpickled."""

    def __init__(self, canary: Path) -> None:
        self._canary = canary

    def __reduce__(self) -> tuple[Any, ...]:
        import os

        return os.system, (f"touch '{self._canary}'",)


def weights_files(folder: Path, canary: Path) -> list[Path]:
    """Weights that are none, damaged, too large, or programs."""
    folder.mkdir(parents=True, exist_ok=True)
    found = []
    for number, (name, content) in enumerate(_weights(canary)):
        path = folder / f"{number:02d}-{name}"
        path.write_bytes(content)
        found.append(path)
    return found


def _weights(canary: Path) -> Iterator[tuple[str, bytes]]:
    attack = Attack(canary)
    for protocol in (0, 1, 2, 4):
        yield f"pickle{protocol}.pt", pickle.dumps(attack, protocol)
        yield f"inside{protocol}.pth", pickle.dumps({"conv1.weight": attack}, protocol)
    for name, value in (
        ("attack.pt", attack),
        ("among-weights.pt", {"conv1.weight": torch.zeros(3), "evil": attack}),
        ("module.pt", nn.Linear(2, 2)),
        ("too-large.pt", {"w": torch.zeros(1).expand(200_000, 200_000)}),
        ("not-numbers.pt", {"w": torch.full((3,), float("nan"))}),
    ):
        yield name, _saved(value)
        yield f"old-{name}", _saved(value, new=False) if name != "too-large.pt" else b"\x80\x02"
    good = _saved({"a.weight": torch.randn(40, 30), "b.weight": torch.randn(30)})
    yield "deflated.pt", _repacked(good)
    yield "bomb.pt", _zipped({"m/data.pkl": bytes(30_000_000), "m/version": b"3"}, zipfile.ZIP_DEFLATED)
    yield "outside.pt", _zipped({"../../../evil/data.pkl": pickle.dumps(attack), "m/version": b"3"})
    yield "script.pt", _zipped({"m/data.pkl": b"", "m/constants.pkl": b"", "m/code/x.py": b"import os"})
    rng = random.Random(7)
    for number in range(12):
        damaged = bytearray(good)
        for _ in range(5):
            damaged[rng.randrange(len(damaged))] = rng.randrange(256)
        yield f"flipped{number}.pt", bytes(damaged[: rng.randrange(len(damaged) // 2, len(damaged))])
    for number, header in enumerate(_headers()):
        yield f"header{number}.safetensors", struct.pack("<Q", len(header)) + header + b"1234"
    yield "huge-header.safetensors", struct.pack("<Q", 2**63) + b"{" + bytes(50)


def _headers() -> Iterator[bytes]:
    def tensor(**changes: object) -> dict[str, object]:
        return {"dtype": "F32", "shape": [1], "data_offsets": [0, 4], **changes}

    yield json.dumps({"../../../../tmp/evil": tensor()}).encode()
    yield json.dumps({"a": tensor(shape=[2**40, 2**40])}).encode()
    yield json.dumps({"a": tensor(data_offsets=[0, 2**62])}).encode()
    yield json.dumps({"a": tensor(), "b": tensor(data_offsets=[2, 6])}).encode()
    yield b"[" * 200_000
    yield b'{"a": ' * 200_000


def network_files(folder: Path) -> list[Path]:
    """Networks that are none, damaged, hostile, or too large to be built."""
    folder.mkdir(parents=True, exist_ok=True)
    found = []
    for number, text in enumerate(_networks()):
        path = folder / f"{number:02d}.json"
        path.write_text(text, encoding="utf-8")
        found.append(path)
    return found


def _networks() -> Iterator[str]:
    good = architectures["lenet5"].build().to_json()
    nodes, edges = good["nodes"], good["edges"]

    def changed(**parts: object) -> str:
        return json.dumps({**good, **parts})

    yield ""
    yield "[]"
    yield '{"nodes": 1}'
    yield json.dumps(good)[:400]
    yield "[" * 100_000
    yield '{"nodes": ' * 50_000
    yield '{"version": 1, "nodes": [], "name": NaN}'
    yield '{"version": 1, "nodes": [], "nodes": []}'
    yield '{"version": ' + "9" * 10_000 + ', "nodes": []}'
    yield changed(version=99)
    yield changed(version=-1)
    yield changed(edges=[*edges, {"source": "nobody", "target": "conv1", "port": 7}])
    yield changed(nodes=[*nodes, nodes[0]])
    yield changed(nodes=[{**nodes[0], "id": "a'; import os; os.system('true') #"}, *nodes[1:]], edges=[])
    yield changed(nodes=[{**nodes[0], "id": "__class__"}, *nodes[1:]], edges=[])
    yield changed(nodes=[{**nodes[0], "id": "../../etc/passwd"}, *nodes[1:]], edges=[])
    yield changed(nodes=[{**nodes[0], "layer": {"kind": "os.system", "command": "true"}}, *nodes[1:]])
    yield changed(groups=[{"id": "a", "title": "A", "parent": "b"}, {"id": "b", "title": "B", "parent": "a"}])
    yield changed(nodes=[{"id": f"relu{n}", "layer": {"kind": "relu"}} for n in range(10_001)], edges=[])


def sound_but_unbuildable(folder: Path) -> list[Path]:
    """Networks that may be opened, to be mended, but never built: 10¹² parameters, shapes that don't add up."""
    folder.mkdir(parents=True, exist_ok=True)
    graph = architectures["lenet5"].build()
    vast = graph.set_layer("fc1", graph.node("fc1").layer.replace(units=1_000_000)).set_layer(
        "fc2", graph.node("fc2").layer.replace(units=1_000_000)
    )
    misfit = graph.set_layer("conv2", graph.node("conv2").layer.replace(kernel=99))
    values = {"vast": vast.to_json(), "misfit": misfit.to_json(), "circle": graph.to_json()}
    circle = {"source": "output", "target": "conv1", "port": 5}
    values["circle"] = {**values["circle"], "edges": [*values["circle"]["edges"], circle]}
    found = []
    for name, value in values.items():
        path = folder / f"{name}.json"
        path.write_text(json.dumps(value), encoding="utf-8")
        found.append(path)
    return found


def project_folders(folder: Path) -> list[Path]:
    """Project folders whose project.json is damaged or points elsewhere."""
    texts = [
        "",
        "{",
        "[" * 100_000,
        '{"version": 1, "name": "x", "network": {"nodes": 3}}',
        '{"version": 99, "name": "x"}',
        json.dumps({"version": 1, "name": "../../../x", "data": {"source": {"kind": "folder", "path": "/dev/zero"}}}),
        json.dumps({"version": 1, "name": "x", "data": {"source": {"kind": "os.system"}}}),
    ]
    found = []
    for number, text in enumerate(texts):
        place = folder / f"project{number}"
        (place / "runs" / "run-001").mkdir(parents=True)
        (place / "project.json").write_text(text, encoding="utf-8")
        (place / "runs" / "run-001" / "run.json").write_text('{"id": "../../.."}', encoding="utf-8")
        found.append(place)
    return found


def _saved(value: object, *, new: bool = True) -> bytes:
    buffer = io.BytesIO()
    torch.save(value, buffer, _use_new_zipfile_serialization=new)
    return buffer.getvalue()


def _zipped(names: dict[str, bytes], compression: int = zipfile.ZIP_STORED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as archive:
        for name, content in names.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def _repacked(content: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return _zipped({name: archive.read(name) for name in archive.namelist()}, zipfile.ZIP_DEFLATED)
