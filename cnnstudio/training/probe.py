"""A simple learner that tells in a fraction of a second whether labels have anything to do with their pictures."""

import torch
from torch import Tensor
from torch.nn import functional

FILTERS, PATCH, THUMB, MOST_PX = 128, 6, 8, 32
RIDGE = 10.0


def probe_accuracy(images: Tensor, labels: Tensor) -> float:
    """Share of labels that a ridge regression guesses right on the half it hasn't seen, both ways round.

    Features are the answers to random patches of the images themselves, pooled over the quarters of the picture,
    and a tiny picture; nothing is trained but the last linear layer.

    Args:
        images: Normalised, shape (N, C, H, W), in random order.
        labels: int64, shape (N,).

    Source: Coates, Ng and Lee 2011, "An analysis of single-layer networks in unsupervised feature learning".
    """
    features = _features(images.float().cpu())
    targets = functional.one_hot(labels.cpu(), int(labels.max()) + 1).double()
    half = len(labels) // 2
    parts = (slice(0, half), slice(half, 2 * half))
    right = sum(_right(features[a], targets[a], features[b], targets[b]) for a, b in (parts, parts[::-1]))
    return right / (2 * half)


def _features(images: Tensor) -> Tensor:
    images = (images - images.mean((0, 2, 3), keepdim=True)) / images.std().clamp(min=1e-6)
    if max(images.shape[2:]) > MOST_PX:
        images = functional.interpolate(images, size=MOST_PX, mode="area")
    answers = functional.relu(functional.conv2d(images, _patches(images)) - 1.0)
    pooled = [functional.adaptive_avg_pool2d(answers, 2), functional.adaptive_max_pool2d(answers, 1)]
    thumb = functional.adaptive_avg_pool2d(images, min(THUMB, *images.shape[2:]))
    parts = [part.flatten(1).double() for part in (*pooled, thumb)]
    # Each kind of feature gets the same say, however many numbers it has.
    return torch.cat([_standard(part) / part.shape[1] ** 0.5 for part in parts], 1)


def _patches(images: Tensor) -> Tensor:
    """Random patches of the images as filters of mean 0 and length 1."""
    generator = torch.Generator().manual_seed(0)
    side = min(PATCH, *images.shape[2:])
    rows = torch.randint(0, images.shape[2] - side + 1, (FILTERS,), generator=generator).tolist()
    columns = torch.randint(0, images.shape[3] - side + 1, (FILTERS,), generator=generator).tolist()
    which = torch.randint(0, len(images), (FILTERS,), generator=generator).tolist()
    cut = [images[i, :, r : r + side, c : c + side] for i, r, c in zip(which, rows, columns, strict=True)]
    patches = torch.stack(cut)
    patches = patches - patches.mean((1, 2, 3), keepdim=True)
    made: Tensor = patches / patches.flatten(1).norm(dim=1).clamp(min=1e-3)[:, None, None, None]
    return made


def _standard(features: Tensor) -> Tensor:
    return (features - features.mean(0)) / features.std(0).clamp(min=1e-6)


def _right(known: Tensor, targets: Tensor, unknown: Tensor, truth: Tensor) -> int:
    """How many of the unknown are guessed right, by kernel ridge regression on the known (n is small)."""
    mean = targets.mean(0)
    gram = known @ known.T + RIDGE * torch.eye(len(known), dtype=known.dtype) / len(known)
    guesses = unknown @ (known.T @ torch.linalg.solve(gram, targets - mean)) + mean
    return int((guesses.argmax(1) == truth.argmax(1)).sum())
