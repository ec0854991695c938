"""How a process finds the others that train with it: torchrun's, SLURM's or our own variables; loopback only, unless
several machines are asked for."""

import os
import socket
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from cnnstudio.core.errors import RecipeError, RunError

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
    size = int(variables.get("SLURM_STEP_NUM_TASKS") or variables["SLURM_NTASKS"])
    nodes = int(variables.get("SLURM_STEP_NUM_NODES") or variables.get("SLURM_NNODES") or 1)
    local_size = size if nodes == 1 else _tasks_here(variables)
    job = f"{variables['SLURM_JOB_ID']}.{variables['SLURM_STEP_ID']}"
    if nodes == 1:
        store = f"file://{tempfile.gettempdir()}/cnnstudio-{job}"
    else:
        address = variables.get("MASTER_ADDR") or variables["SLURM_LAUNCH_NODE_IPADDR"]
        port = variables.get("MASTER_PORT") or str(FIRST_PORT + int(variables["SLURM_JOB_ID"]) % PORTS)
        store = f"tcp://{address}:{port}"
    return Place(int(variables["SLURM_PROCID"]), size, int(variables["SLURM_LOCALID"]), local_size, store)


def _tasks_here(variables: Mapping[str, str]) -> int:
    """How many tasks of this step are on this node, from texts like "2(x3),1": three nodes with two, one with one."""
    told = variables.get("SLURM_STEP_TASKS_PER_NODE") or variables.get("SLURM_TASKS_PER_NODE")
    if not told:
        # Only set where the user named it.
        return int(variables["SLURM_NTASKS_PER_NODE"].split("(")[0])
    counts: list[int] = []
    for part in told.split(","):
        count, _, times = part.strip().removesuffix(")").partition("(x")
        counts += [int(count)] * int(times or 1)
    node = int(variables["SLURM_NODEID"])
    if node >= len(counts):
        raise ValueError(f"SLURM_NODEID is {node}, and '{told}' names {len(counts)} nodes")
    return counts[node]


@contextmanager
def joined(place: Place, wanted: str, *, several_machines: bool) -> "Iterator[torch.device]":
    """Join the others; gives the device that this process computes on.

    Args:
        place: Of this process.
        wanted: The recipe's device: auto takes a GPU for each process of this machine if there are as many.
        several_machines: Connections to other machines are wanted.

    Raises:
        RecipeError: Some of the others are on other machines, and that wasn't asked for; or there are too few GPUs.
        RunError: The others can't be reached.
    """
    from torch import distributed

    if place.spans_machines and not several_machines:
        raise RecipeError(
            f"{place.size - place.local_size:,} of the {place.size:,} processes are on other machines. What they "
            "exchange is neither encrypted nor checked.",
            hint="If all who can reach these machines are trusted, add --several-nodes.",
        )
    name = _interface(place)
    for variable in ("GLOO_SOCKET_IFNAME", "NCCL_SOCKET_IFNAME") if name else ():
        # On one machine the sockets would otherwise listen to the whole network; on several a user may know better.
        os.environ[variable] = (os.environ.get(variable) or name) if place.spans_machines else name
    device = _device(place, wanted)
    backend = "nccl" if device.type == "cuda" else "gloo"
    try:
        distributed.init_process_group(
            backend, init_method=place.store, rank=place.rank, world_size=place.size, timeout=TIMEOUT
        )
    except (RuntimeError, ValueError, OSError) as error:
        raise _not_met(place, error) from error
    try:
        yield device
    finally:
        if sys.exception() is None:
            # With a dead partner this would wait for it; the end of the process closes everything anyway.
            distributed.destroy_process_group()


def _interface(place: Place) -> str:
    """The network interface by which this process reaches the others; empty where the backend is to guess.

    A backend guesses by the machine's own name, which many systems translate to the loopback: unreachable for others.
    """
    if not place.spans_machines:
        return "lo0" if sys.platform == "darwin" else "lo"
    import psutil

    host = os.environ.get("MASTER_ADDR", "") if place.store == "env://" else urlsplit(place.store).hostname or ""
    own = _own_address(host)
    found = {address.address: name for name, addresses in psutil.net_if_addrs().items() for address in addresses}
    return "" if own.startswith("127.") else found.get(own, "")


def _own_address(host: str) -> str:
    """The address that this machine has on the way to another one; a datagram socket sends nothing by connecting."""
    try:
        family, _, _, _, address = socket.getaddrinfo(host, FIRST_PORT, type=socket.SOCK_DGRAM)[0]
        with socket.socket(family, socket.SOCK_DGRAM) as way:
            way.connect(address)
            return str(way.getsockname()[0])
    except OSError:
        return ""


def _not_met(place: Place, error: Exception) -> RunError:
    """What to tell where the processes did not find each other."""
    where = "the others" if not place.spans_machines else f"those on other machines, by {place.store}"
    hint = "Look whether all of them were started, and what the others said."
    if place.spans_machines:
        hint += " MASTER_ADDR must be an address of the first machine, GLOO_SOCKET_IFNAME the network between them."
    said = (str(error).strip().splitlines() or ["no message"])[0][:200]
    return RunError(f"Process {place.rank + 1} of {place.size} could not join {where}: {said}", hint=hint)


def _device(place: Place, wanted: str) -> "torch.device":
    import torch

    from cnnstudio.training.device import choose_device

    device = choose_device(wanted)
    if device.type in ("mps", "xpu"):
        # Apple's GPUs can't exchange tensors, and Intel's need a backend that PyTorch's usual builds lack.
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
