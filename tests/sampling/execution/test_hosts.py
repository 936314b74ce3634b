"""Joining a cluster: which devices a task takes, by JAX's own detection in a made-up environment."""

import os

import jax
import pytest
from jax._src import distributed, xla_bridge

from datawall.errors import DatawallError
from datawall.sampling.execution import hosts

TASKS, GPUS = 4, 8
VISIBLE = ",".join(map(str, range(GPUS)))


class Unconnected:
    """Stands in for the library that talks to other processes, and answers nothing."""

    def __getattr__(self, _name):
        return lambda *_, **__: self


def slurm(task):
    """Return what Slurm sets for a task of `srun --ntasks=4 --gpus-per-task=8`, each on a node of its own."""
    return {
        "SLURM_JOB_ID": "77",
        "SLURM_STEP_NODELIST": "node[001-004]",
        "SLURM_NTASKS": str(TASKS),
        "SLURM_PROCID": str(task),
        "SLURM_LOCALID": "0",
        "SLURM_STEP_NUM_NODES": str(TASKS),
        "CUDA_VISIBLE_DEVICES": VISIBLE,
    }


@pytest.fixture
def state(monkeypatch):
    """Have JAX detect clusters but connect to nobody, and count as a GPU plug-in would; return its state."""
    made = distributed.State()
    for name in (hosts._CHOSEN, *hosts._VISIBLE):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(distributed, "_jax", Unconnected())
    monkeypatch.setattr(jax.distributed, "initialize", made.initialize)
    monkeypatch.setattr(jax, "process_index", lambda: made.process_id)
    monkeypatch.setattr(jax, "process_count", lambda: made.num_processes)
    monkeypatch.setattr(jax, "default_backend", lambda: "gpu")
    monkeypatch.setattr(jax, "local_device_count", devices)
    yield made
    for maker in ("cuda", "rocm", "oneapi"):
        jax.config.update(f"jax_{maker}_visible_devices", "all")


def taken():
    return xla_bridge.CUDA_VISIBLE_DEVICES.value


def devices():
    """Return how many devices the plug-in would make of those that are visible."""
    return len((os.environ["CUDA_VISIBLE_DEVICES"] if taken() == "all" else taken()).split(","))


def setenv(monkeypatch, variables):
    for name, value in variables.items():
        monkeypatch.setenv(name, value)


@pytest.mark.parametrize("task", range(TASKS))
@pytest.mark.parametrize("explicit", [False, True])
def test_a_task_of_slurm_takes_every_device_that_it_sees(task, explicit, state, monkeypatch):
    setenv(monkeypatch, slurm(task))
    joined = hosts.join_hosts("10.0.0.1:9900", TASKS, task) if explicit else hosts.join_hosts()
    assert joined == (task, TASKS)
    assert state.coordinator_address.startswith("10.0.0.1:" if explicit else "node001:")
    assert devices() == GPUS


@pytest.mark.usefixtures("state")
def test_a_task_takes_the_devices_that_it_is_told_to(monkeypatch):
    setenv(monkeypatch, slurm(1) | {"JAX_LOCAL_DEVICE_IDS": "2,3"})
    hosts.join_hosts()
    assert taken() == "2,3"
    assert devices() == 2


@pytest.mark.usefixtures("state")
def test_jax_left_to_itself_takes_one_device(monkeypatch):
    # when this fails, JAX has mended it
    setenv(monkeypatch, slurm(3))
    jax.distributed.initialize()
    assert taken() == "0"


@pytest.mark.usefixtures("state")
def test_devices_left_unused_are_named(monkeypatch):
    setenv(monkeypatch, slurm(0))
    monkeypatch.setattr(jax, "local_device_count", lambda: 1)
    with pytest.raises(DatawallError) as raised:
        hosts.join_hosts()
    assert str(raised.value) == (
        "--distributed: CUDA_VISIBLE_DEVICES=0,1,2,3,4,5,6,7 lists 8 devices, but JAX uses 1; "
        "list devices that exist, or choose some with JAX_LOCAL_DEVICE_IDS"
    )
