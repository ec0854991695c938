"""The parts of a training script that make its batches: their order, and pictures distorted as in CNN Studio."""

import ast
import importlib
import inspect
import json
from collections.abc import Iterable, Iterator
from string import Template
from typing import Any

from cnnstudio.data.augmentation import AugmentSpec
from cnnstudio.data.dataset import Dataset
from cnnstudio.data.loader import FAR_OFF, PARTNER

PACKAGE, DRAWN_FILE = "distortions", "drawn.py"
OWN = "cnnstudio"

DRAWN = Template('''\
"""The training pictures as an epoch gets them: what is drawn for one follows from (seed, epoch, place) alone.

The folder $package holds the operations; they need pydantic, and some of them SciPy or torchvision.
"""

from pathlib import Path

import numpy as np
import torch
$imports
SEED, CLASSES = $seed, $classes
$distorter

def drawn(pixels, labels, chosen, epoch):
    """Pictures (uint8, or numbers from 0 to 1) and their classes, or shares of classes where pictures are mixed.

    What a balanced order repeats is drawn anew each time, as in an epoch far off.
    """
    epochs = [epoch + $far_off * times for times in (chosen // len(labels)).tolist()]
    chosen = chosen % len(labels)
    return $drawn
''')
DISTORTED = Template('''
OPERATIONS = $operations
DISTORTER = Distorter(parse_augment(OPERATIONS), SEED, $mean, $colours)
PLACES = torch.from_numpy(np.load(Path(__file__).resolve().parent / "data.npz", allow_pickle=False)["train_places"])


def distorted(pixels, chosen, epochs):
    """The chosen pictures, each with its own draw."""
    return DISTORTER.distorted(pixels[chosen], PLACES[chosen], epochs)

''')
MIXED = Template('''
def mixed(pixels, labels, chosen, epochs):
    """Pictures mixed with others, and the shares of the classes."""
    images = to_unit(distorted(pixels, chosen, epochs)).clone()
    targets = torch.nn.functional.one_hot(labels[chosen], CLASSES).float()
    for draw in DISTORTER.mixes(PLACES[chosen], epochs, tuple(images.shape[2:])):
        rows = torch.from_numpy(draw.rows)
        partners = torch.from_numpy((draw.draws.at($partner).uniforms(1)[:, 0] * len(labels)).astype(np.int64))
        others = to_unit(distorted(pixels, partners, [epochs[row] for row in draw.rows.tolist()]))
        images[rows], own = draw.operation.mix(images[rows], others, draw.columns)
        share = torch.from_numpy(own.astype(np.float32))[:, None]
        other_targets = torch.nn.functional.one_hot(labels[partners], CLASSES)
        targets[rows] = targets[rows] * share + other_targets * (1 - share)
    return images, targets

''')


def has_own_batches(augment: AugmentSpec) -> bool:
    """Are the batches more than the pictures as they are, in a random order?"""
    return bool(augment.active) or augment.sampling == "balanced"


def batch_parts(augment: AugmentSpec, layout: str) -> dict[str, str]:
    """What the script's text holds of its batches, by the name of the gap.

    Args:
        layout: How the network's input is brought into its layout; stands behind a tensor.
    """
    is_balanced = augment.sampling == "balanced"
    order = "balanced_order(labels, generator)" if is_balanced else "torch.randperm(len(labels), generator=generator)"
    if not has_own_batches(augment):
        plain = "yield normalised(pixels[chosen]), labels[chosen].to(DEVICE)"
        return {"drawn_imports": "", "order": order, "picked": plain, "as_numbers": "", "more_files": ""}
    imports = [f"from {PACKAGE}.data.balance import balanced_order"] if is_balanced else []
    return {
        "drawn_imports": "".join(f"{line}\n" for line in [*imports, "from drawn import drawn"]),
        "order": order,
        "picked": "images, targets = drawn(pixels, labels, chosen, epoch)\n"
        "            yield normalised(images), targets.to(DEVICE)",
        "as_numbers": "\n    if pixels.is_floating_point():  # from 0 to 1 already\n"
        f"        return pixels.to(DEVICE).sub(mean).div_(std){layout}",
        "more_files": f"\n{DRAWN_FILE} and the folder {PACKAGE} say which pictures come, and how they are distorted.",
    }


def batch_files(augment: AugmentSpec, dataset: Dataset, seed: int) -> dict[str, str]:
    """The files that the script needs beside it to make its batches, by their names."""
    if not has_own_batches(augment):
        return {}
    modules = [f"{OWN}.data.balance"] if augment.sampling == "balanced" else []
    if augment.active:
        modules += [f"{OWN}.data.distort", *{type(operation).__module__ for operation in augment.active}]
    return {DRAWN_FILE: _drawn_text(augment, dataset, seed), **package_files(modules)}


def package_files(modules: Iterable[str]) -> dict[str, str]:
    """Some modules of this program and all that they import of it, as files of a package of their own."""
    waiting, found = list(modules), dict[str, str]()
    while waiting:
        name = waiting.pop()
        if name not in found:
            found[name] = inspect.getsource(importlib.import_module(name))
            waiting += _imported(found[name])
    # Names of modules stand in imports, and in the text by which a family finds its members.
    return {
        f"{name.replace(OWN, PACKAGE, 1).replace('.', '/')}.py": text.replace(f"{OWN}.", f"{PACKAGE}.")
        for name, text in sorted(found.items())
    }


def _imported(text: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith(f"{OWN}."):
            yield node.module


def _drawn_text(augment: AugmentSpec, dataset: Dataset, seed: int) -> str:
    imports, distorter, drawn = "", "", "pixels[chosen], labels[chosen]"
    if augment.active:
        names = {"data.augmentation": "parse_augment", "data.distort": "Distorter"}
        drawn = "distorted(pixels, chosen, epochs), labels[chosen]"
        needs_colours = any(operation.kind == "pca_colour" for operation in augment.active)
        if augment.mixing:
            names["data.warp"] = "to_unit"
            drawn = "mixed(pixels, labels, chosen, epochs)"
        if needs_colours:
            names = {"data.augmentation": "parse_augment", "data.colours": "ColourStatistics", **names}
        imports = "".join(f"from {PACKAGE}.{module} import {name}\n" for module, name in names.items()) + "\n"
        distorter = DISTORTED.substitute(
            operations=_literal(augment.to_json()),
            mean=repr(tuple(dataset.spec.preprocess.mean or ())),
            colours=_colours_text(dataset) if needs_colours else "None",
        )
        if augment.mixing:
            distorter += MIXED.substitute(partner=PARTNER)
    return DRAWN.substitute(
        package=PACKAGE,
        imports=imports,
        seed=seed,
        classes=len(dataset.classes),
        distorter=distorter,
        far_off=FAR_OFF,
        drawn=drawn,
    )


def _colours_text(dataset: Dataset) -> str:
    colours = dataset.colours
    assert colours is not None
    values, vectors = colours.eigenvalues.tolist(), colours.eigenvectors.tolist()
    return f"ColourStatistics(np.array({values}), np.array({vectors}))"


def _literal(value: dict[str, Any]) -> str:
    """JSON as Python, an operation a line."""
    operations = "".join(f"\n        {json.loads(json.dumps(one))!r}," for one in value["operations"])
    rest = "".join(f"\n    {key!r}: {part!r}," for key, part in value.items() if key != "operations")
    return f'{{\n    "operations": [{operations}\n    ],{rest}\n}}'
