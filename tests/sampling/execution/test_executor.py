"""The same bits whoever counts: devices, processes on a folder, hosts in step, runs that are killed."""

import os
import random
import signal
import socket
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import pytest

from datawall.sampling.execution.executor import Checkpoint, serial_executor
from datawall.sampling.execution.shared_folder import shared_folder_executor
from support import toy_run as toy_module
from support.toy_run import DRAWS, toy_run

pytestmark = pytest.mark.integration

SCRIPT = str(Path(toy_module.__file__))


def on(devices):
    """Return the environment of a process whose processor is so many devices."""
    return {"XLA_FLAGS": f"--xla_force_host_platform_device_count={devices}"} if devices else {}


def start(*arguments, devices=None):
    command = [sys.executable, SCRIPT, *map(str, arguments)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=os.environ | on(devices))


def answer(process):
    """Return the draws, whether they are part of the run, and the digest that a process prints at its end."""
    with process:
        text, _ = process.communicate(timeout=120)
    assert process.returncode == 0
    draws, is_partial, digest = text.split()[-3:]
    return int(draws), is_partial == "True", digest


def wait_for(path, process):
    while not path.exists():
        assert process.poll() is None
        time.sleep(0.02)


@pytest.fixture(scope="module")
def whole():
    return toy_run().digest


def test_eight_devices_give_the_bits_of_one(whole):
    assert answer(start("plain", devices=8)) == (DRAWS, False, whole)


BASELINE = """
import json
from datawall.forecasting import forecast
print(json.loads(forecast("baseline", draws=8193).attrs["manifest"])["result_digest"])
"""


@pytest.mark.slow
def test_devices_give_the_bits_of_one_on_the_model_itself():
    # two blocks, one a device; the toy is too small for the compiler to round it in more ways than one
    found = [
        subprocess.check_output([sys.executable, "-c", BASELINE], text=True, env=os.environ | on(devices))
        for devices in (1, 2)
    ]
    assert found[0] == found[1]


@pytest.mark.parametrize(("hosts", "devices"), [(2, 2), (4, 1)])
def test_hosts_in_step_give_the_bits_of_one_process(hosts, devices, whole):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        coordinator = f"127.0.0.1:{probe.getsockname()[1]}"
    started = [start("hosts", coordinator, hosts, host, devices=devices) for host in range(hosts)]
    first, *others = map(answer, started)
    assert first == (DRAWS, False, whole)
    # the others hold all counts, but no draws
    assert {draws for draws, *_ in others} == {DRAWS}


def test_a_run_that_is_killed_and_interrupted_goes_on(tmp_path, whole):
    path, moments = tmp_path / "checkpoint.npz", random.Random(5)
    for number in (signal.SIGKILL, signal.SIGKILL, signal.SIGINT):
        before = path.read_bytes() if path.exists() else b""
        process = start("serial", path)
        while not path.exists() or path.read_bytes() == before:
            assert process.poll() is None
            time.sleep(0.02)
        time.sleep(moments.uniform(0.0, 0.3))
        process.send_signal(number)
        if number == signal.SIGINT:
            draws, is_partial, digest = answer(process)
            assert is_partial
            assert 0 < draws < DRAWS
            assert digest != whole
        else:
            process.communicate()
    assert toy_run(partial(serial_executor, checkpoint=Checkpoint(path))).digest == whole


def test_workers_share_a_folder_and_bury_their_dead(tmp_path, whole):
    doomed = start("shared", tmp_path)
    wait_for(tmp_path / f"{0:019d}.npz", doomed)
    other = start("shared", tmp_path)
    doomed.kill()
    doomed.communicate()
    assert answer(other) == (DRAWS, False, whole)


def test_a_worker_finishes_what_another_left(tmp_path, whole):
    calls = iter(range(1000))
    left = toy_run(partial(shared_folder_executor, folder=tmp_path), stop=lambda: next(calls) > 30)
    assert left.partial
    assert 0 < left.draws < DRAWS
    damaged = sorted(tmp_path.glob("*.npz"))[1]
    damaged.write_bytes(damaged.read_bytes()[:-200])
    assert toy_run(partial(shared_folder_executor, folder=tmp_path)).digest == whole
    assert not list(tmp_path.glob("*.lease"))


@pytest.mark.parametrize("chunk", [500, 1024, 4096, 16384])
def test_chunks_change_no_bit(chunk, whole):
    assert toy_run(chunk=chunk, block=65_536).digest == whole


def test_the_digest_tells_runs_apart(whole):
    assert toy_run(seed=2).digest != whole
    assert toy_run(draws=DRAWS - 1).digest != whole


MEMORY = """
import resource, jax.numpy as jnp
from datawall.sampling.prng import stream_ids
from datawall.sampling.run import propagate
from datawall.sampling.summaries import Histogram
def function(_, z):
    return {"y": z[0]}
for draws in (2**18, 2**25):
    sketches = {"y": Histogram(-4.0, 4.0, 64)}
    propagate(function, None, draws, seed=1, streams=stream_ids(["a"]), sketches=sketches)
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


@pytest.mark.slow
def test_memory_does_not_grow_with_the_draws():
    found = subprocess.run([sys.executable, "-c", MEMORY], capture_output=True, text=True, check=True)
    few, many = map(int, found.stdout.split())
    assert many - few < 16 * 1024
