"""Which pictures are the same: byte for byte, or resized, re-encoded or mirrored?

Candidates come from buckets of coarse features, so that 60,000 pictures take a second and not 1.8 billion comparisons;
each candidate is then compared by its fingerprint.
"""

from collections.abc import Iterator, Sequence

import numpy as np

from cnnstudio.data.fingerprint import SIDE

# Measured on 2,000 CIFAR pictures, their copies (JPEG quality 30, half to double size, mirrored) and 60,000 others.
MIN_LIKENESS = 0.985
MAX_DISTANCE = 6.2
# Grey levels; pictures with less are all alike, and only equal files count as copies.
MIN_SPREAD = 5.0
TABLES = 8
FEATURES = 6
CELL = 0.16
NEAR = 0.12
REACH = 16
BLOCK = 50_000
# Waves down and across, coarse ones first; those with an odd number across change their sign in a mirror.
WAVES = ((0, 1), (1, 0), (0, 2), (1, 1), (2, 0), (1, 2), (2, 1), (0, 3), (3, 0), (2, 2))


def exact_groups(digests: Sequence[bytes]) -> np.ndarray:
    """A number for each file, equal for files of equal content; int64, shape (N,)."""
    if not digests:
        return np.arange(0)
    array = np.frombuffer(b"".join(digests), np.dtype((np.void, len(digests[0]))))
    return np.unique(array, return_inverse=True)[1].astype(np.int64)


def near_pairs(prints: np.ndarray, tables: range = range(TABLES)) -> np.ndarray:
    """Pairs of pictures that show the same, mirrored or not.

    Args:
        prints: uint8, shape (N, 64), from `fingerprints`.
        tables: Which tables of candidates to go through; several processes share them.

    Returns:
        int64, shape (M, 2), each pair once, the smaller position first.
    """
    plain, spread = _unit(prints)
    usable = np.flatnonzero(spread >= MIN_SPREAD)
    waves = _waves(plain[usable])
    # In a mirror the odd waves change their sign only: by their size a picture and its mirror image look alike.
    odd = np.array([across % 2 == 1 for _, across in WAVES])
    waves[:, odd] = np.abs(waves[:, odd])
    found = [_alike(prints, usable[pairs]) for pairs in _candidates(waves, tables)]
    pairs = np.concatenate([np.empty((0, 2), np.int64), *found])
    return np.unique(np.sort(pairs, axis=1), axis=0)


def joined(n: int, pairs: np.ndarray) -> np.ndarray:
    """The smallest position that each picture is linked to, directly or through others; int64, shape (N,)."""
    groups = np.arange(n)
    while len(pairs):
        low = np.minimum(groups[pairs[:, 0]], groups[pairs[:, 1]])
        before = groups.copy()
        np.minimum.at(groups, groups[pairs[:, 0]], low)
        np.minimum.at(groups, groups[pairs[:, 1]], low)
        np.minimum.at(groups, pairs[:, 0], low)
        np.minimum.at(groups, pairs[:, 1], low)
        groups = groups[groups]
        if np.array_equal(before, groups):
            break
    return groups


def clusters(digests: Sequence[bytes], prints: np.ndarray, near: np.ndarray | None = None) -> np.ndarray:
    """Pictures that are copies of each other, exact or near, get the same number; int64, shape (N,).

    Args:
        digests: Hash of each picture's file; empty if there are no files.
        prints: uint8, shape (N, 64).
        near: What `near_pairs` finds, if that is known.
    """
    pairs = near_pairs(prints) if near is None else near
    if len(digests):
        pairs = np.concatenate([pairs, _links(exact_groups(digests))])
    return joined(len(prints), pairs)


def members_of(groups: np.ndarray) -> list[np.ndarray]:
    """The positions in each group of two or more, ascending, in the order of their first ones."""
    order = np.argsort(groups, kind="stable")
    starts = np.concatenate([[0], np.flatnonzero(np.diff(groups[order])) + 1, [len(order)]])
    large = np.flatnonzero(np.diff(starts) > 1).tolist()
    return sorted((order[starts[at] : starts[at + 1]] for at in large), key=lambda members: int(members[0]))


def _links(groups: np.ndarray) -> np.ndarray:
    """Pairs that link each picture with the first one of its group."""
    _, first, inverse = np.unique(groups, return_index=True, return_inverse=True)
    heads = first[inverse]
    others = np.flatnonzero(heads != np.arange(len(groups)))
    return np.stack([heads[others], others], axis=1)


def _unit(prints: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Fingerprints without their mean and contrast, float32 (N, 64), and their spread in grey levels."""
    levels = prints.astype(np.float32)
    levels -= levels.mean(axis=1, keepdims=True)
    spread = np.sqrt(np.einsum("ij,ij->i", levels, levels) / SIDE**2)
    return levels / np.maximum(spread, 1e-3)[:, None], spread


def _waves(plain: np.ndarray) -> np.ndarray:
    """The shares of some waves (of the discrete cosine transform) in each picture; float32, shape (N, waves)."""
    places = np.arange(SIDE) + 0.5
    basis = np.array([np.cos(np.pi * places * wave / SIDE) for wave in range(4)], np.float32)
    patterns = np.array([np.outer(basis[down], basis[across]).ravel() for down, across in WAVES])
    patterns /= np.linalg.norm(patterns, axis=1, keepdims=True)
    return np.asarray(plain @ patterns.T.astype(np.float32)) / SIDE


def _candidates(waves: np.ndarray, tables: range) -> Iterator[np.ndarray]:
    """Pairs that share a bucket in one of several tables, shape (M, 2).

    A table cuts some of the features into cells, shifted by chance: a small difference seldom crosses a border in all.
    """
    for table in tables:
        chance = np.random.default_rng(table)
        chosen = chance.permutation(len(WAVES))[:FEATURES]
        cells = np.floor(waves[:, chosen] / CELL + chance.random(FEATURES)).astype(np.int64)
        keys = cells @ (1_000_003 ** np.arange(FEATURES, dtype=np.int64))
        # Inside a bucket by one feature, so that in a crowded one the nearest lie side by side.
        order = np.lexsort((waves[:, chosen[0]], keys))
        sorted_keys, sorted_waves = keys[order], waves[order]
        left = np.arange(len(order))
        for step in range(1, REACH + 1):
            left = left[left + step < len(order)]
            left = left[sorted_keys[left] == sorted_keys[left + step]]
            if not len(left):
                break
            apart = sorted_waves[left] - sorted_waves[left + step]
            near = left[np.einsum("ij,ij->i", apart, apart) < NEAR**2]
            yield np.stack([order[near], order[near + step]], axis=1)


def _alike(prints: np.ndarray, pairs: np.ndarray) -> np.ndarray:
    """Those of the pairs that show the same."""
    kept = [np.empty((0, 2), np.int64)]
    for start in range(0, len(pairs), BLOCK):
        part = pairs[start : start + BLOCK]
        first, other = prints[part[:, 0]], prints[part[:, 1]]
        mirrored = other.reshape(-1, SIDE, SIDE)[:, :, ::-1].reshape(-1, SIDE**2)
        kept.append(part[_is_same(first, other) | _is_same(first, mirrored)])
    return np.concatenate(kept)


def _is_same(first: np.ndarray, other: np.ndarray) -> np.ndarray:
    (a, spread), (b, other_spread) = _unit(first), _unit(other)
    likeness = np.einsum("ij,ij->i", a, b) / SIDE**2
    apart = a * spread[:, None] - b * other_spread[:, None]
    distance = np.sqrt(np.einsum("ij,ij->i", apart, apart) / SIDE**2)
    return np.asarray((likeness >= MIN_LIKENESS) & (distance <= MAX_DISTANCE))
