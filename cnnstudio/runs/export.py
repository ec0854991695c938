"""Taking a trained network out of CNN Studio: weights, plain PyTorch code or ONNX, with all that is needed to use it.

Every folder also holds `labels.json`, `preprocess.json`, a `predict.py` that needs no CNN Studio, and a certificate.
"""

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from cnnstudio.core import files
from cnnstudio.core.errors import FileError, RunError
from cnnstudio.core.jobs import JobContext
from cnnstudio.data.spec import SourceSpec
from cnnstudio.network.source import source_code
from cnnstudio.runs.certificate import CERTIFICATE, Certificate, certify
from cnnstudio.runs.loaded import LoadedRun, load_run_network
from cnnstudio.runs.predict_code import predict_code
from cnnstudio.runs.run import Run
from cnnstudio.runs.samples import sample_pictures

ExportForm = Literal["safetensors", "source", "onnx"]
FORMS: tuple[ExportForm, ...] = ("safetensors", "source", "onnx")


@dataclass(frozen=True)
class Export:
    """A folder that was written or checked, and how it compares with the app."""

    folder: Path
    paths: tuple[Path, ...]
    certificate: Certificate

    def require_passed(self) -> None:
        """Check that the export gives what the app gives.

        Raises:
            RunError: It doesn't; the stage is named.
        """
        if not self.certificate.passed:
            raise RunError(
                f"The export in {self.folder} failed its check. {self.certificate.text}",
                hint=f"Don't use it; {CERTIFICATE} has the differences of all stages.",
            )


def export_run(
    run: Run, form: ExportForm, folder: Path, ctx: JobContext | None = None, source: SourceSpec | None = None
) -> Export:
    """Write the best weights with what is needed to use them, and certify them; files of the same names are replaced.

    Args:
        run: With at least one checkpoint.
        form: "safetensors": weights that also carry graph, labels and preprocessing; "source": the same weights with
            plain PyTorch code in front; "onnx": one file for any runtime.
        folder: Where to.
        ctx: For progress and Cancel.
        source: Images to check with; None for the run's own.

    Raises:
        RunError: Nothing was saved yet, or the network has no such form.
        FileError: The folder can't be written.
    """
    if folder.exists() and not folder.is_dir():
        raise FileError(f"{folder} is a file, not a folder.", hint="Name a folder.")
    loaded = load_run_network(run)
    # A certificate of an earlier export must not stand beside files that it never saw.
    (folder / CERTIFICATE).unlink(missing_ok=True)
    paths = _write(loaded, form, folder)
    certificate = _certified(loaded, folder, ctx or JobContext(), source)
    return Export(folder, (*paths, folder / CERTIFICATE), certificate)


def check_export(run: Run, folder: Path, ctx: JobContext | None = None, source: SourceSpec | None = None) -> Export:
    """Certify a folder that was exported earlier, as it is now.

    Raises:
        RunError: It is no exported folder.
        FileError: The certificate can't be written.
    """
    if not (folder / "predict.py").is_file():
        raise RunError(f"{folder} is no exported folder: it has no predict.py.", hint="Export into it first.")
    certificate = _certified(load_run_network(run), folder, ctx or JobContext(), source)
    return Export(folder, (folder / CERTIFICATE,), certificate)


def _certified(loaded: LoadedRun, folder: Path, ctx: JobContext, source: SourceSpec | None) -> Certificate:
    with tempfile.TemporaryDirectory(prefix="cnnstudio-") as place:
        return certify(loaded, folder, sample_pictures(loaded.run, Path(place), ctx, source), ctx)


def _write(loaded: LoadedRun, form: ExportForm, folder: Path) -> list[Path]:
    run = loaded.run
    if form == "onnx":
        from cnnstudio.runs.onnx_form import onnx_bytes

        written = {"network.onnx": onnx_bytes(loaded.network)}
    else:
        written = {
            "weights.safetensors": _weights(loaded, with_graph=form == "safetensors"),
            "network.py": source_code(run.graph).encode(),
        }
    written["predict.py"] = predict_code("onnx" if form == "onnx" else "torch").encode()
    for name, content in written.items():
        files.write_bytes(folder / name, content)
    described = {"labels.json": list(run.classes), "preprocess.json": run.data.preprocess.to_json()}
    for name, value in described.items():
        files.write_json(folder / name, value)
    return [folder / name for name in (*written, *described)]


def _weights(loaded: LoadedRun, *, with_graph: bool) -> bytes:
    from safetensors.torch import save

    weights = {name: tensor.contiguous() for name, tensor in loaded.network.state_dict().items()}
    if not with_graph:
        return save(weights)
    described = {
        "network": loaded.run.graph.to_json(),
        "labels": list(loaded.run.classes),
        "preprocess": loaded.preprocess.to_json(),
    }
    metadata = {name: files.to_line(value) for name, value in described.items()}
    return save(weights, {"format": "pt", **metadata})
