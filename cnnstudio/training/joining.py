"""How a process finds the others that train with it: torchrun's, SLURM's or our own variables; loopback only, unless
several machines are asked for."""

import os
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from cnnstudio.core.errors import RecipeError

if TYPE_CHECKING:
    import torch

STORE = "CNNSTUDIO_STORE"
TIMEOUT = timedelta(minutes=30)  # rank 0 may scan a large folder while the others wait
FIRST_PORT, PORTS = 20_000, 20_000


@dataclass(frozen=True)
class Place:
    """This process's place among those that train together.

    Args:
        rank: Its number among all, from 0.
        size: How many there are.
        local_rank: Its number on this machine.
        local_size: How many are on this machine.
        store: Where they find each other: "env://", "tcp://…" or "file://…".
    """

    rank: int
    size: int
    local_rank: int
    local_size: int
    store: str

    @property
    def spans_machines(self) -> bool:
        """True if some of the others are elsewhere."""
        return self.local_size < self.size


def find_place(variables: Mapping[str, str]) -> Place | None:
    """The place that the environment gives this process; None if it trains alone.

    Raises:
        RecipeError: The variables contradict each other.
    """
    try:
        place = _torchrun(variables) if "WORLD_SIZE" in variables else _slurm(variables)
    except (KeyError, ValueError) as error:
        raise RecipeError(
            f"The variables for several processes are incomplete: {error}.",
            hint="Start with `torchrun --nproc-per-node N -m cnnstudio train …`, or with SLURM's srun.",
        ) from None
    return place if place is not None and place.size > 1 else None


def _torchrun(variables: Mapping[str, str]) -> Place:
    rank, size = int(variables["RANK"]), int(variables["WORLD_SIZE"])
    local_rank, local_size = int(variables.get("LOCAL_RANK", rank)), int(variables.get("LOCAL_WORLD_SIZE", size))
    store = f"file://{variables[STORE]}" if STORE in variables else "env://"
    return Place(rank, size, local_rank, local_size, store)


def _slurm(variables: Mapping[str, str]) -> Place | None:
    # An interactive allocation has the first two as well: only srun's tasks have the third.
    if not {"SLURM_NTASKS", "SLURM_PROCID", "SLURM_STEP_ID"} <= variables.keys():
        return None
    size, nodes = int(variables["SLURM_NTASKS"]), int(variables.get("SLURM_NNODES", "1"))
    local_size = size if nodes == 1 else int(variables["SLURM_NTASKS_PER_NODE"].split("(")[0])
    job = f"{variables['SLURM_JOB_ID']}.{variables['SLURM_STEP_ID']}"
    if nodes == 1:
        store = f"file://{tempfile.gettempdir()}/cnnstudio-{job}"
    else:
        address = variables.get("MASTER_ADDR") or variables["SLURM_LAUNCH_NODE_IPADDR"]
        port = variables.get("MASTER_PORT") or str(FIRST_PORT + int(variables["SLURM_JOB_ID"]) % PORTS)
        store = f"tcp://{address}:{port}"
    return Place(int(variables["SLURM_PROCID"]), size, int(variables["SLURM_LOCALID"]), local_size, store)


@contextmanager
def joined(place: Place, wanted: str, *, several_machines: bool) -> "Iterator[torch.device]":
    """Join the others; gives the device that this process computes on.

    Args:
        place: Of this process.
        wanted: The recipe's device: auto takes a GPU for each process of this machine if there are as many.
        several_machines: Connections to other machines are wanted.

    Raises:
        RecipeError: Some of the others are on other machines, and that wasn't asked for; or there are too few GPUs.
    """
    from torch import distributed

    if place.spans_machines and not several_machines:
        raise RecipeError(
            f"{place.size - place.local_size:,} of the {place.size:,} processes are on other machines. What they "
            "exchange is neither encrypted nor checked.",
            hint="If all who can reach these machines are trusted, add --several-nodes.",
        )
    if not place.spans_machines:
        # Otherwise the sockets would listen to the whole network.
        loopback = "lo0" if sys.platform == "darwin" else "lo"
        os.environ["GLOO_SOCKET_IFNAME"] = os.environ["NCCL_SOCKET_IFNAME"] = loopback
    device = _device(place, wanted)
    backend = "nccl" if device.type == "cuda" else "gloo"
    distributed.init_process_group(
        backend, init_method=place.store, rank=place.rank, world_size=place.size, timeout=TIMEOUT
    )
    try:
        yield device
    finally:
        if sys.exception() is None:
            # With a dead partner this would wait for it; the end of the process closes everything anyway.
            distributed.destroy_process_group()


def _device(place: Place, wanted: str) -> "torch.device":
    import torch

    from cnnstudio.training.device import choose_device

    device = choose_device(wanted)
    if device.type == "mps":
        return torch.device("cpu")
    if device.type == "cuda":
        if torch.cuda.device_count() < place.local_size:
            raise RecipeError(
                f"{place.local_size:,} processes need a GPU each, and this machine has {torch.cuda.device_count():,}.",
                hint="Start fewer processes, or set the device to cpu.",
            )
        torch.cuda.set_device(place.local_rank)
        return torch.device("cuda", place.local_rank)
    return device
