"""The parity certificate: an exported folder is run in a clean process and compared with the app, stage by stage."""

import copy
import hashlib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.resources import files as package_files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from cnnstudio.core import files
from cnnstudio.core.jobs import JobContext
from cnnstudio.runs.parity import NET, STAGES, StageResult, compare
from cnnstudio.runs.samples import Samples

if TYPE_CHECKING:
    from cnnstudio.runs.loaded import LoadedRun

CERTIFICATE = "certificate.json"
TIME_LIMIT_S = 900.0
POLL_S = 0.05
BATCH = 8
# Variables that would let other code into the clean process, or change what it computes.
KEPT_VARIABLES = ("PATH", "SYSTEMROOT", "TEMP", "TMP", "HOME", "OMP_NUM_THREADS", "LD_LIBRARY_PATH")


@dataclass(frozen=True)
class Certificate:
    """What came out of the comparison; `failed_stage` is the first that differs, or "run" if nothing ran."""

    passed: bool
    failed_stage: str
    text: str
    run: str
    images: int
    images_from: str
    stages: tuple[StageResult, ...]
    largest_logit: float | None
    largest_logit_difference: float | None
    same_first_guess: float | None
    own_rounding: float
    files: dict[str, str]
    made: str

    def to_json(self) -> dict[str, Any]:
        """As certificate.json holds it."""
        return {"version": 1, **asdict(self)}


def certify(loaded: "LoadedRun", folder: Path, samples: Samples, ctx: JobContext) -> Certificate:
    """Compare an exported folder with the app, and write `certificate.json` into it, passed or failed.

    Raises:
        FileError: The certificate can't be written.
        Cancelled: The user stopped it; no process is left.
    """
    ctx.progress(0, 0, "Checking: what the app gives")
    ours = our_stages(loaded, samples.paths, ctx)
    ctx.progress(0, 0, "Checking: what predict.py gives, in a clean process")
    theirs, problem = their_stages(folder, samples.paths, ctx)
    is_onnx = _uses_onnx(folder)
    rounding = own_rounding(loaded, ours) if is_onnx else 0.0
    stages = compare(ours, theirs, other_runtime=is_onnx, own_rounding=rounding) if theirs is not None else ()
    failed = "run" if theirs is None else next((stage.stage for stage in stages if not stage.passed), "")
    net = next((stage for stage in stages if stage.stage == NET), None)
    certificate = Certificate(
        passed=not failed,
        failed_stage=failed,
        text=_text(failed, stages, problem, len(samples.paths)),
        run=loaded.run.id,
        images=len(samples.paths),
        images_from=samples.origin,
        stages=tuple(stages),
        largest_logit=float(np.abs(ours[NET]).max()),
        largest_logit_difference=None if net is None else net.largest_difference,
        same_first_guess=_agreement(ours[NET], theirs),
        own_rounding=rounding,
        files={path.name: _sha256(path) for path in sorted(folder.iterdir()) if _is_exported(path)},
        made=datetime.now(UTC).isoformat(timespec="seconds"),
    )
    files.write_json(folder / CERTIFICATE, certificate.to_json())
    return certificate


def our_stages(loaded: "LoadedRun", paths: Sequence[Path], ctx: JobContext) -> dict[str, np.ndarray]:
    """What the app itself makes of the pictures: decode0, …, resize0, …, normalise, net."""
    from cnnstudio.data.decoder import Decoder
    from cnnstudio.data.preprocess import to_pixels
    from cnnstudio.evaluation.predict import predict, to_input

    found: dict[str, np.ndarray] = {}
    with Decoder(workers=1) as decoder:
        for index, path in enumerate(paths):
            picture = decoder.decode_one(path, ctx=ctx, float_range=loaded.preprocess.float_range)
            found[f"decode{index}"] = picture
            found[f"resize{index}"] = to_pixels(picture, loaded.preprocess)
    pixels = np.stack([found[f"resize{index}"] for index in range(len(paths))])
    found["normalise"] = to_input(pixels, loaded.preprocess, loaded.network).numpy()
    found[NET] = predict(loaded.network, pixels, loaded.preprocess, ctx, batch=BATCH)
    return found


def own_rounding(loaded: "LoadedRun", ours: dict[str, np.ndarray]) -> float:
    """How far the app's logits in float32 are from those in float64."""
    import torch

    exact = copy.deepcopy(loaded.network).double()
    largest = 0.0
    with torch.inference_mode():
        for start in range(0, len(ours[NET]), BATCH):
            logits = exact(torch.from_numpy(ours["normalise"][start : start + BATCH]).double()).numpy()
            largest = max(largest, float(np.abs(logits - ours[NET][start : start + BATCH]).max()))
    return largest


def their_stages(folder: Path, paths: Sequence[Path], ctx: JobContext) -> tuple[dict[str, np.ndarray] | None, str]:
    """The same of the exported predict.py, in a process that can't import cnnstudio; or why it didn't run."""
    with tempfile.TemporaryDirectory(prefix="cnnstudio-") as place:
        script, pictures, out = (Path(place) / name for name in ("check.py", "pictures.json", "out.npz"))
        files.write_text(script, package_files("cnnstudio.runs.exported").joinpath("check.py").read_text("utf-8"))
        files.write_text(pictures, json.dumps([str(path.absolute()) for path in paths]))
        problem = _run_clean([str(script), str(folder.absolute()), str(pictures), str(out)], Path(place), ctx)
        if problem:
            return None, problem
        with np.load(out, allow_pickle=False) as arrays:
            return {name: arrays[name] for name in arrays.files}, ""


def _run_clean(arguments: Sequence[str], place: Path, ctx: JobContext) -> str:
    """Run a script in an isolated Python; what went wrong, or nothing."""
    log = place / "errors.txt"
    with files.replacing(log) as errors:
        child = subprocess.Popen(
            [sys.executable, "-I", "-B", *arguments],
            cwd=place,
            env={name: os.environ[name] for name in KEPT_VARIABLES if name in os.environ},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=errors,
        )
        try:
            code = _wait(child, ctx)
        finally:
            child.kill()
            child.wait()
    if code is None:
        return f"it took longer than {TIME_LIMIT_S:g} s"
    last = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()[-1:]
    return "" if code == 0 else (last[0][:300] if last else f"it ended with the code {code}")


def _wait(child: "subprocess.Popen[bytes]", ctx: JobContext) -> int | None:
    deadline_s = time.monotonic() + TIME_LIMIT_S
    while (code := child.poll()) is None and time.monotonic() < deadline_s:
        ctx.check()
        time.sleep(POLL_S)
    return code


def _uses_onnx(folder: Path) -> bool:
    """Does predict.py compute with onnxruntime? The folder may hold files of another form beside it."""
    try:
        return b"onnxruntime" in (folder / "predict.py").read_bytes()
    except OSError as error:
        raise files.read_error(folder / "predict.py", error) from error


def _agreement(ours: np.ndarray, theirs: dict[str, np.ndarray] | None) -> float | None:
    if theirs is None or theirs[NET].shape != ours.shape:
        return None
    return float((ours.argmax(axis=1) == theirs[NET].argmax(axis=1)).mean())


def _text(failed: str, stages: Sequence[StageResult], problem: str, images: int) -> str:
    if failed == "run":
        return f"The exported predict.py could not be run: {problem}."
    if not failed:
        return f"On {images} images the exported network gives what the app gives, in all {len(STAGES)} stages."
    stage = next(stage for stage in stages if stage.stage == failed)
    found = "another shape" if stage.largest_difference is None else f"differences up to {stage.largest_difference:.3g}"
    return (
        f"The exported network differs from the app's in the stage '{failed}': {found} {stage.unit}, {stage.allowed}."
    )


def _is_exported(path: Path) -> bool:
    return path.is_file() and path.name != CERTIFICATE and not path.name.startswith(".")


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
