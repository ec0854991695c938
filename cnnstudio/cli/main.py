"""`cnnstudio`: a project or nothing opens the window; a command runs without it."""

import importlib
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path

from cnnstudio.core.allocation import keep_freed_memory
from cnnstudio.core.errors import Cancelled, FileError, StudioError
from cnnstudio.core.leaving import leave

COMMANDS = (
    "train",
    "check",
    "resume",
    "repeat",
    "evaluate",
    "predict",
    "explain",
    "runs",
    "compare",
    "history",
    "networks",
    "data",
    "download",
    "weights",
    "export",
    "tour",
    "doctor",
    "demo",
)
BUG = 70  # EX_SOFTWARE of sysexits.h


def main(argv: Sequence[str] | None = None) -> None:
    """Entry point of the program; ends the process with a stable exit code."""
    keep_freed_memory()
    args = list(sys.argv[1:] if argv is None else argv)
    leave(run(args))


def run(args: list[str]) -> int:
    """Run one command line and return its exit code; errors go to stderr as a sentence."""
    # typer and rich take 0.2 s to import: the window opens without them.
    if not args or (args[0] not in COMMANDS and not args[0].startswith("-")):
        return _window(args)
    try:
        return _command(args)
    except StudioError as error:
        _complain(error)
        return error.exit_code
    except KeyboardInterrupt:
        _complain(Cancelled())
        return Cancelled.exit_code
    except BrokenPipeError:
        return 0  # whoever read our output has seen enough
    except OSError as error:
        _complain(FileError(f"{error.filename or 'A file'}: {error.strerror or error}."))
        return FileError.exit_code
    except Exception:
        traceback.print_exc()
        print("This is a fault of CNN Studio; please report the lines above.", file=sys.stderr)
        return BUG


def _window(args: list[str]) -> int:
    if len(args) > 1:
        print(
            f"Error: one project at a time; got {len(args)} names. `cnnstudio --help` lists the commands.",
            file=sys.stderr,
        )
        return 2
    app = importlib.import_module("cnnstudio.gui.app")
    return int(app.run_app(Path(args[0]) if args else None))


def _command(args: list[str]) -> int:
    import typer

    from cnnstudio.cli.app import app

    command = typer.main.get_command(app)
    try:
        result = command.main(args=args, prog_name="cnnstudio", standalone_mode=False)
    except typer.Exit as ended:
        return ended.exit_code
    except typer.Abort:
        return Cancelled.exit_code
    except Exception as error:
        if hasattr(error, "exit_code") and hasattr(
            error, "show"
        ):  # click's usage errors, which typer re-exports in part
            error.show()
            return int(error.exit_code)
        raise
    return int(result or 0)


def _complain(error: StudioError) -> None:
    print(f"Error: {error.message}", file=sys.stderr)
    if error.hint:
        print(error.hint, file=sys.stderr)
