"""A run's network, loaded in the lane that uses it and kept there; it is never shared with another lane."""

from typing import TYPE_CHECKING

from cnnstudio.core.errors import RunError
from cnnstudio.runs.run import Run

if TYPE_CHECKING:
    from cnnstudio.runs.loaded import LoadedRun


class LaneNetwork:
    """The network that was asked for last. Only job functions of one lane may call `get`."""

    def __init__(self) -> None:
        self._key: tuple[object, ...] = ()
        self._loaded: LoadedRun | None = None

    def get(self, run: Run, checkpoint: str = "best") -> "LoadedRun":
        """The network as the checkpoint has it now; read again when training has saved a newer one.

        Raises:
            RunError: Nothing was saved yet, or it can't be read.
        """
        import torch

        from cnnstudio.runs.loaded import load_run_network
        from cnnstudio.training.device import thread_count

        # OpenMP keeps the number per thread; more than this and the window's own thread would wait.
        torch.set_num_threads(thread_count(0))
        key = (run.path, checkpoint, newest_change(run))
        if self._loaded is None or key != self._key:
            self._loaded = None
            self._loaded, self._key = load_run_network(run, checkpoint), key
        return self._loaded

    def forget(self) -> None:
        """Let go of the memory."""
        self._loaded = None


def newest_change(run: Run) -> int:
    """When a checkpoint of the run was written last, in nanoseconds; 0 if none is there."""
    marks = (run.checkpoints / "latest.json", run.checkpoints / "best" / "state.json")
    try:
        return max((mark.stat().st_mtime_ns for mark in marks if mark.exists()), default=0)
    except OSError as error:
        raise RunError(f"The checkpoints of {run.name} can't be read: {error.strerror}.") from error
