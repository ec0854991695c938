"""The text of an exported training script, with gaps for what a recipe decides; `runs.script` fills them."""

from string import Template

SCRIPT = Template('''\
"""$about

    python train.py               trains, and writes trained.safetensors
    python train.py --steps 10    prints the losses of the first ten steps, and ends

Needs torch, numpy and safetensors; CNN Studio is not needed. network.py holds the network, data.npz the pictures, and
start.safetensors the weights before the first step: with them the first losses are the run's own.$more_files
"""

import hashlib
import math
import sys
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file, save_file
from torch.nn import functional

${drawn_imports}from network import $network

HERE = Path(__file__).resolve().parent
DEVICE = torch.device($device)
SEED, EPOCHS, BATCH = $seed, $epochs, $batch
LEAST = $least  # pictures left over by whole batches that make a last one: batch norms measure few badly
RATE = $rate  # the full learning rate
MEAN, STD = $mean, $std  # of each channel, for pixels from 0 to 1$rules


def random_key(*parts):
    """A number that depends on all parts and on nothing else, so that an epoch's order follows from (seed, epoch)."""
    text = ",".join(str(part) for part in parts)
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big") >> 1


def load_split(name):
    """Pictures (uint8, shape (N, C, H, W)) and class numbers of "train" or "val"."""
    with np.load(HERE / "data.npz", allow_pickle=False) as arrays:
        return torch.from_numpy(arrays[f"{name}_pixels"]), torch.from_numpy(arrays[f"{name}_labels"])


def normalised(pixels):
    """What the network gets: numbers around 0, with a spread of about 1."""
    mean, std = (torch.tensor(values, device=DEVICE).view(1, -1, 1, 1) for values in (MEAN, STD))$as_numbers
    return pixels.to(DEVICE).to(torch.float32).div_(255).sub_(mean).div_(std)$layout


def batches(pixels, labels, epoch):
    """One epoch's batches in their random order; fewer than LEAST pictures left over are dropped."""
    generator = torch.Generator().manual_seed(random_key(SEED, epoch))
    for chosen in $order.split(BATCH):
        if len(chosen) >= LEAST or len(labels) <= BATCH:
            $picked


def rate_factor(epoch):
    """What the full learning rate is multiplied by; epoch 2.5 is the middle of the third one."""
$schedule


def loss_of(logits, targets):
    """The number that training makes small."""
$loss

$weight
def judge(network, pixels, labels):
    """Mean loss and share of right answers for the validation pictures."""
    network.eval()
    total, hits = 0.0, 0
    with torch.no_grad():
        for some, truths in zip(pixels.split($judged), labels.split($judged)):
            with $autocast:
                logits = network(normalised(some)).float()
            truths = truths.to(DEVICE)
            total += $judged_loss.item() * len(truths)
            hits += int((logits.argmax(1) == truths).sum())
    network.train()
    return total / len(labels), hits / len(labels)
$patience

def parameter_groups(network):
    """What the optimiser moves, and what weight decay pulls at."""
$groups


def main(most_steps):
$setup
    (pixels, labels), (val_pixels, val_labels) = load_split("train"), load_split("val")
    network = $network()
    network.load_state_dict(load_file(HERE / "start.safetensors"))
    network.to(DEVICE)$memory_format$freeze
    optimizer = $optimizer$average$waits
    whole, rest = divmod(len(labels), BATCH)
    steps_per_epoch, step = whole + (rest >= LEAST or whole == 0), 0
    for epoch in range(EPOCHS):
        network.train()$rest
        for images, targets in batches(pixels, labels, epoch):
            for group in optimizer.param_groups:
                group["lr"] = RATE$factor * rate_factor(step / steps_per_epoch)$stalled$momentum
            torch.manual_seed(random_key(SEED, step))  # dropout's chance in this step
            optimizer.zero_grad()
$passes$unscale$clip
$step$update
            step += 1
            if most_steps:
                print(f"step {step}  loss {loss.item():.9g}", flush=True)
            if step == most_steps:
                return
        val_loss, accuracy = judge($judged_network, val_pixels, val_labels)
        print(f"epoch {epoch + 1:>3}  loss {loss.item():.4f}  validation {val_loss:.4f}  accuracy {accuracy:.2%}")$noted
    weights = {name: tensor.contiguous() for name, tensor in $judged_network.state_dict().items()}
    save_file(weights, HERE / "trained.safetensors")


if __name__ == "__main__":
    main(int(sys.argv[2]) if sys.argv[1:2] == ["--steps"] else 0)
''')
