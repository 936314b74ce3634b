"""Leases: one holder at a time, unless it is dead."""

import os
import subprocess
import sys

from datawall.sampling.execution.shared_folder import Lease


def test_one_holds_it_at_a_time(tmp_path):
    one, other = Lease(tmp_path / "x.lease"), Lease(tmp_path / "x.lease")
    assert one.claim()
    assert not other.claim()
    one.renew()
    one.release()
    assert other.claim()


def test_a_lease_of_a_dead_process_is_void(tmp_path):
    code = (
        "import sys; from pathlib import Path; from datawall.sampling.execution.shared_folder import Lease\n"
    )
    code += "assert Lease(Path(sys.argv[1])).claim()"
    subprocess.run([sys.executable, "-c", code, tmp_path / "x.lease"], check=True)
    assert Lease(tmp_path / "x.lease").claim()
    assert not Lease(tmp_path / "x.lease").claim()


def test_a_lease_of_another_machine_runs_out(tmp_path):
    path = tmp_path / "x.lease"
    path.write_text("elsewhere 1")
    assert not Lease(path).claim()
    os.utime(path, (1.0, 1.0))
    assert Lease(path).claim()
    assert not Lease(path).claim()


def test_what_was_never_held_is_given_up_in_peace(tmp_path):
    lease = Lease(tmp_path / "x.lease")
    lease.renew()
    lease.release()
