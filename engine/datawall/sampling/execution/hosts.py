"""Multi-host executor, in step by `jax.distributed`: each counts its share, and the counts are summed."""

import os
import sys
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.sharding import Mesh, NamedSharding
from jax.sharding import PartitionSpec as P

from datawall.errors import DatawallError
from datawall.sampling.counts import Tally
from datawall.sampling.execution.blocks import Block, Total, fields_of
from datawall.sampling.execution.executor import Checkpoint, Job, own_share

_JOIN = {"minimum": jnp.min, "maximum": jnp.max}

_CHOSEN = "JAX_LOCAL_DEVICE_IDS"
"""Environment variable by which a user restricts JAX to some of the visible devices."""
_VISIBLE = ("CUDA_VISIBLE_DEVICES", "ROCR_VISIBLE_DEVICES", "HIP_VISIBLE_DEVICES")
"""Environment variables, set by schedulers, that list the devices visible to a process."""


def join_hosts(
    coordinator: str | None = None, processes: int | None = None, process: int | None = None
) -> tuple[int, int]:
    """Join the processes of a cluster; the first thing that a process does with JAX.

    A process takes all visible devices, or those that ``JAX_LOCAL_DEVICE_IDS`` names.

    Parameters
    ----------
    coordinator
        ``HOST:PORT`` of process 0, which listens on this address only. Without it JAX detects the cluster
        (Slurm, Open MPI, Kubernetes, TPU).
    processes, process
        Number of processes, and the index of this one; with `coordinator`.

    Returns
    -------
    tuple of int
        Index of this process, and the number of processes.

    Raises
    ------
    DatawallError
        If no cluster is detected, the others cannot be reached, or devices are left unused.
    """
    explicit: dict[str, Any] = {}
    if not os.environ.get(_CHOSEN):
        # Under Slurm and Open MPI None means one device per task; an empty list leaves all visible devices.
        explicit["local_device_ids"] = []
    if coordinator is not None:
        explicit |= {
            "coordinator_address": coordinator,
            "coordinator_bind_address": coordinator,
            "num_processes": processes,
            "process_id": process,
        }
    try:
        with _stdout_on_stderr():
            jax.distributed.initialize(**explicit)
            joined = jax.process_index(), jax.process_count()
    except (RuntimeError, ValueError) as error:
        reason = next(iter(str(error).splitlines()), type(error).__name__)
        raise DatawallError(
            f"--distributed: {reason}; start under Slurm, Open MPI or Kubernetes, or give --coordinator, "
            "--processes and --process"
        ) from error
    _check_used(jax.default_backend(), jax.local_device_count())
    return joined


def _check_used(backend: str, used: int) -> None:
    """Raise DatawallError if a process does not use all GPUs it was given, where their number is known."""
    if backend != "gpu" or os.environ.get(_CHOSEN):
        return
    name = next((name for name in _VISIBLE if os.environ.get(name)), None)
    visible = len(os.environ[name].split(",")) if name else used
    if visible != used:
        raise DatawallError(
            f"--distributed: {name}={os.environ[name or '']} lists {visible} devices, but JAX uses {used}; "
            f"list devices that exist, or choose some with {_CHOSEN}"
        )


@contextmanager
def _stdout_on_stderr() -> Iterator[None]:
    """Redirect the output of compiled code on joining to stderr: stdout is for results."""
    sys.stdout.flush()
    stdout = os.dup(1)
    try:
        os.dup2(2, 1)
        yield
    finally:
        os.dup2(stdout, 1)
        os.close(stdout)


def multi_host_executor(job: Job, checkpoint: Checkpoint | None = None) -> Generator[Total]:
    """Run a job together with all processes of the cluster, each of which calls this with the same job.

    The checkpoint is that of the share of this process.

    Yields
    ------
    Total
        After each stage, in all processes; draws are kept in process 0 only.

    Raises
    ------
    KeyboardInterrupt
        When stopped: the others cannot be waited for.
    """
    hosts, host = jax.process_count(), jax.process_index()

    def mine(block: Block) -> bool:
        return (0 if block.keep else block.first // job.plan.block % hosts) == host

    def progress(done: int, draws: int) -> None:
        job.progress(min(done * hosts, draws), draws)

    for total in own_share(replace(job, progress=progress), checkpoint, mine):
        if job.stop():
            raise KeyboardInterrupt
        yield _sum(total)


def _sum(total: Total) -> Total:
    """Return the sum of the totals of all processes; its blocks and kept draws are those of this process."""
    first_of = {device.process_index: device for device in reversed(jax.devices())}
    mesh = Mesh(np.array([first_of[host] for host in sorted(first_of)]), ("host",))
    with jax.enable_x64(True):
        fields = {
            name: _joined(mesh, _JOIN.get(name, jnp.sum), value) for name, value in fields_of(total.tally)
        }
        draws = _joined(mesh, jnp.sum, np.int64(total.draws))
    tally: Any = fields
    return Total(Tally(**tally), total.kept, total.blocks, int(draws))


def _joined(mesh: Mesh, join: Callable[..., jax.Array], value: Any) -> np.ndarray:
    """Return an array joined over the processes, each of which holds one."""
    own = np.asarray(value)[None]
    parts = jax.make_array_from_process_local_data(
        NamedSharding(mesh, P("host")), own, (mesh.size, *own.shape[1:])
    )
    joined = jax.jit(join, static_argnames="axis", out_shardings=NamedSharding(mesh, P()))(parts, axis=0)
    return np.asarray(joined.addressable_data(0))
