import torch

from cnnstudio.training.hits import count_hits, hits


def drawn(images: int, seed: int) -> tuple[torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(images, 5, generator=generator), torch.randint(5, (images,), generator=generator)


def by_hand(logits: torch.Tensor, targets: torch.Tensor) -> int:
    return sum(max(range(5), key=row.__getitem__) == truth for row, truth in zip(logits.tolist(), targets, strict=True))


def test_hits_of_steps_of_different_sizes_are_counted_apart() -> None:
    scores = [drawn(images, seed) for seed, images in enumerate((32, 32, 7, 32, 1))]
    assert count_hits(scores) == [by_hand(*score) for score in scores]
    assert sum(count_hits(scores)) > 0


def test_hits_that_were_counted_already_are_only_fetched() -> None:
    assert count_hits([torch.tensor(3.0), torch.tensor(0.0)]) == [3, 0]
    assert count_hits([]) == []


def test_for_mixed_targets_the_larger_share_is_the_truth() -> None:
    logits = torch.tensor([[0.0, 2.0], [0.0, 2.0]])
    shares = torch.tensor([[0.3, 0.7], [0.6, 0.4]])
    assert int(hits(logits, shares)) == 1
    assert count_hits([(logits, shares), (logits[:1], shares[:1])]) == [1, 1]
