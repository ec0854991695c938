"""The files behind a run, each with its class and part: so that a later difference can be told file by file."""

from dataclasses import replace
from pathlib import Path

import numpy as np

from cnnstudio.core.errors import FileError
from cnnstudio.data.dataset import Dataset
from cnnstudio.data.difference import difference
from cnnstudio.data.manifest import Manifest, load_manifest, save_manifest
from cnnstudio.data.splits import EXCLUDED

INVENTORY = "files.safetensors"
OUT_OF_USE = -2


def inventory_of(dataset: Dataset) -> Manifest | None:
    """Names, contents, classes and parts as they are in use; None where the pictures are no files."""
    manifest = dataset.raw.manifest if dataset.raw is not None else None
    if manifest is None:
        return None
    good, n = manifest.readable, len(manifest)
    labels, splits = manifest.labels.copy(), np.full(n, -1, np.int8)
    labels[good] = dataset.labels
    splits[good] = np.where(dataset.splits == EXCLUDED, OUT_OF_USE, dataset.splits.astype(np.int8))
    # What can be computed again is left out: a third of the size.
    sums, prints = np.zeros((n, 0), np.int64), np.zeros((n, 0), np.uint8)
    return replace(manifest, labels=labels, splits=splits, sums=sums, prints=prints, facts={})


def save_inventory(folder: Path, dataset: Dataset) -> None:
    """Write the inventory into a run's folder; nothing where the pictures are no files.

    Raises:
        FileError: The place can't be written.
    """
    found = inventory_of(dataset)
    if found is not None:
        save_manifest(folder / INVENTORY, found)


def changes_since(folder: Path, dataset: Dataset) -> str:
    """What changed since the inventory was written, in words; empty if that can't be told."""
    now = inventory_of(dataset)
    try:
        return "" if now is None else difference(load_manifest(folder / INVENTORY), now).text()
    except FileError:
        # Runs of older versions have none.
        return ""
