"""The machine and the software in words, without the name of any host."""

import os
import platform
import re
import shutil
import subprocess
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import jax

PACKAGES = (
    "datawall",
    "jax",
    "jaxlib",
    "numpy",
    "scipy",
    "numpyro",
    "pymc",
    "pytensor",
    "salib",
    "squigglepy",
)


def describe() -> dict[str, Any]:
    """Return the device, the processor and the memory."""
    device = jax.devices()[0]
    info = _file("/proc/cpuinfo")
    model = re.search(r"^model name\s*:\s*(.+)$", info, re.MULTILINE)
    features = re.search(r"^flags\s*:\s*(.+)$", info, re.MULTILINE)
    names = features.group(1).split() if features else []
    memory = re.search(r"^MemTotal:\s*(\d+) kB", _file("/proc/meminfo"), re.MULTILINE)
    return {
        "device": device.device_kind if device.platform != "cpu" else "CPU",
        "devices": jax.device_count(),
        "processor": model.group(1) if model else platform.processor() or platform.machine(),
        "cores": cores(),
        "vectors": next((name for name in ("avx512f", "avx2", "avx") if name in names), platform.machine()),
        "memory_gib": round(int(memory.group(1)) / 2**20) if memory else None,
        "system": platform.system(),
    }


def label(machine: dict[str, Any]) -> str:
    """Return the name of the device's file, such as ``cpu-amd-epyc-2-cores``."""
    what = machine["device"] if machine["device"] != "CPU" else f"cpu {machine['processor']}"
    count = f"{machine['cores']} cores" if machine["device"] == "CPU" else f"{machine['devices']} devices"
    return re.sub(r"[^a-z0-9]+", "-", f"{what} {count}".lower()).strip("-")


def cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def versions() -> dict[str, str]:
    """Return the version of everything that was timed and is installed."""
    found = {"python": platform.python_version()}
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    compiler = shutil.which("cc")
    if compiler:
        found["cc"] = _output(compiler, "--version").splitlines()[0]
    return found


def commit(root: Path) -> str:
    """Return the short hash of the checkout, with a plus when files differ from it."""
    short = _output("git", "-C", str(root), "rev-parse", "--short", "HEAD").strip()
    changed = _output("git", "-C", str(root), "status", "--porcelain", "--untracked-files=no").strip()
    return (short or "unknown") + ("+" if changed else "")


def _output(*command: str) -> str:
    try:
        return subprocess.run(command, capture_output=True, text=True, check=False).stdout
    except OSError:
        return ""


def _file(path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8")
    except OSError:
        return ""
