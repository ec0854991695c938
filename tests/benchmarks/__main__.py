"""Runs the benchmarks that are named, or all of them."""

import importlib
import pkgutil
import sys
from pathlib import Path

import tests.benchmarks as package


def names() -> list[str]:
    """All benchmarks: modules whose name begins with `bench_`."""
    found = [module.name for module in pkgutil.iter_modules(package.__path__)]
    return [name.removeprefix("bench_") for name in found if name.startswith("bench_")]


def main() -> None:
    """Run them one after another, each with its question as a title; other words are left to the benchmark."""
    for name in [word for word in sys.argv[1:] if word in names()] or names():
        module = importlib.import_module(f"tests.benchmarks.bench_{name}")
        print(f"\n{name}: {(module.__doc__ or '').splitlines()[0]}", flush=True)
        module.run()


if __name__ == "__main__":
    sys.path.insert(0, str(Path.cwd()))
    main()
