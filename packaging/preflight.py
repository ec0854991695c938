"""Before anything is installed: is this machine able to run CNN Studio?

Runs on the system's Python, so it uses nothing newer than Python 3.6 and nothing but the standard library.
Prints one sentence for each thing that is missing, with the way to mend it, and exits with 1.
"""

import os
import shutil
import sys

NEEDED_PYTHON = (3, 11)
NEEDED_DISK_GB = 7.0


def problems(venv):
    """Sentences for what is missing to make the virtual environment `venv`."""
    found = []
    if sys.version_info < NEEDED_PYTHON:
        found.append(
            "Python %d.%d is too old: CNN Studio needs %d.%d or newer. Name one with `make PYTHON=python3.12 run`."
            % (sys.version_info[0], sys.version_info[1], NEEDED_PYTHON[0], NEEDED_PYTHON[1])
        )
    try:
        import ensurepip  # noqa: F401
        import venv as _venv  # noqa: F401
    except ImportError:
        found.append("Python's venv module is missing. On Debian or Ubuntu: `sudo apt install python3-venv`.")
    folder = os.path.dirname(os.path.abspath(venv))
    if not os.access(folder, os.W_OK):
        found.append("The folder %s is read-only. Copy the project to a place that you may write to." % folder)
    elif not os.path.exists(os.path.join(venv, ".app")):
        free_gb = shutil.disk_usage(folder).free / 1e9
        if free_gb < NEEDED_DISK_GB:
            found.append(
                "%.1f GB are free on this disk; torch and its libraries need %.0f GB. Free some space."
                % (free_gb, NEEDED_DISK_GB)
            )
    return found


if __name__ == "__main__":
    missing = problems(sys.argv[1] if len(sys.argv) > 1 else ".venv")
    for sentence in missing:
        sys.stderr.write(sentence + "\n")
    sys.exit(1 if missing else 0)
