"""Work of a compiled program, counted in the optimised HLO text that XLA dumps.

XLA's own cost analysis takes every loop for one pass, so loops with a known number of passes are multiplied
out here. A loop without one, the engine's loop over chunks, counts as one pass.
"""

import math
import os
import re
import subprocess
import sys
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

TRANSCENDENTAL = frozenset(
    {
        *("exponential", "log", "log-plus-one", "exponential-minus-one", "erf", "power", "tanh"),
        *("logistic", "sqrt", "rsqrt", "sine", "cosine", "cbrt"),
    }
)
ARITHMETIC = frozenset(
    {
        *("add", "subtract", "multiply", "divide", "maximum", "minimum", "compare", "select", "clamp"),
        *("negate", "abs", "sign", "floor", "ceil", "and", "or", "xor", "not", "shift-left"),
        *("shift-right-logical", "shift-right-arithmetic", "convert", "is-finite", "remainder"),
        *("round-nearest-even"),
    }
)
NO_KERNEL = frozenset(
    {
        *("parameter", "constant", "tuple", "get-tuple-element", "bitcast", "while", "call"),
        *("conditional", "after-all", "opt-barrier", "optimization-barrier", "partition-id", "replica-id"),
    }
)
BYTES = {"pred": 1, "s8": 1, "u8": 1, "s16": 2, "u16": 2, "bf16": 2, "f16": 2, "s64": 8, "u64": 8, "f64": 8}

_HEADER = re.compile(r"^(ENTRY )?%?([\w.\-]+) \(.*\) -> .* \{$")
_LINE = re.compile(r"^\s+(?:ROOT )?%?([\w.\-]+) = (\(.*?\)|\S+) ([a-z][\w\-]*)\((.*)$")
_ARRAY = re.compile(r"([a-z]+\d*)\[([\d,]*)\]")
_TRIPS = re.compile(r'"known_trip_count":\{"n":"(\d+)"\}')
_CALLED = re.compile(r"(?:calls|to_apply|body)=%?([\w.\-]+)")


@dataclass
class Cost:
    """Work of one pass: kernels started, elementwise operations, special functions, bytes through kernels."""

    kernels: float = 0.0
    operations: float = 0.0
    special: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    bytes: float = 0.0

    def add(self, other: "Cost", times: float) -> None:
        self.kernels += times * other.kernels
        self.operations += times * other.operations
        self.bytes += times * other.bytes
        for name, count in other.special.items():
            self.special[name] += times * count


@dataclass(frozen=True)
class Instruction:
    """One line of a computation."""

    shape: str
    opcode: str
    rest: str

    @property
    def elements(self) -> int:
        return sum(_elements(dims) for _, dims in _ARRAY.findall(self.shape))

    @property
    def bytes(self) -> int:
        return sum(BYTES.get(kind, 4) * _elements(dims) for kind, dims in _ARRAY.findall(self.shape))

    @property
    def called(self) -> str:
        found = _CALLED.search(self.rest)
        return found.group(1) if found else ""


class Program:
    """A module's computations."""

    def __init__(self, text: str) -> None:
        self.computations: dict[str, dict[str, Instruction]] = {}
        self.entry = ""
        current: dict[str, Instruction] = {}
        for line in text.splitlines():
            if header := _HEADER.match(line):
                current = self.computations.setdefault(header.group(2), {})
                self.entry = header.group(2) if header.group(1) else self.entry
            elif found := _LINE.match(line):
                name, shape, opcode, rest = found.groups()
                current[name] = Instruction(shape, opcode, rest)

    def kernels(self) -> int:
        """Return how many kernels were compiled: every fusion, and every instruction left alone."""
        inside = {i.called for c in self.computations.values() for i in c.values() if i.opcode != "while"}
        inside -= {i.called for c in self.computations.values() for i in c.values() if i.opcode == "call"}
        outside = {name: c for name, c in self.computations.items() if name not in inside}
        conditions = set(re.findall(r"condition=%?([\w.\-]+)", " ".join(self._rests())))
        return sum(
            instruction.opcode not in NO_KERNEL
            for name, computation in outside.items()
            if name not in conditions
            for instruction in computation.values()
        )

    def cost(self) -> Cost:
        """Return the work of one pass of the outermost loop."""
        return self._cost(self.entry, kernels=True)

    def _rests(self) -> list[str]:
        return [i.rest for c in self.computations.values() for i in c.values()]

    def _cost(self, name: str, kernels: bool) -> Cost:
        total, computation = Cost(), self.computations[name]
        for instruction in computation.values():
            match instruction.opcode:
                case "while":
                    trips = _TRIPS.search(instruction.rest)
                    total.add(
                        self._cost(instruction.called, kernels), float(trips.group(1)) if trips else 1.0
                    )
                case "call":
                    total.add(self._cost(instruction.called, kernels), 1.0)
                case "fusion":
                    total.add(self._cost(instruction.called, kernels=False), 1.0)
                case "reduce":
                    operand = computation.get(_operands(instruction)[0])
                    total.operations += operand.elements if operand else instruction.elements
                case opcode if opcode in TRANSCENDENTAL:
                    total.special[opcode] += instruction.elements
                case opcode if opcode in ARITHMETIC:
                    total.operations += instruction.elements
            if kernels and instruction.opcode not in NO_KERNEL:
                total.kernels += 1
                total.bytes += instruction.bytes + self._read(instruction, computation)
        return total

    def _read(self, instruction: Instruction, computation: dict[str, Instruction]) -> int:
        """Bytes that a kernel reads, each operand once and at most as much of it as it writes elements of."""
        operands = [computation[name] for name in _operands(instruction) if name in computation]
        return sum(min(operand.bytes, 4 * max(instruction.elements, 1)) for operand in operands)


def _elements(dims: str) -> int:
    return math.prod(int(size) for size in dims.split(",") if size)


def _operands(instruction: Instruction) -> list[str]:
    return re.findall(r"%([\w.\-#]+)", instruction.rest.split(")", 1)[0])


def dump(contender: str, draws: int, folder: Path) -> Program:
    """Build a contender in a fresh process and return the largest program that it compiled."""
    flags = f"--xla_dump_to={folder} --xla_dump_hlo_as_text"
    env = os.environ | {
        "XLA_FLAGS": f"{os.environ.get('XLA_FLAGS', '')} {flags}",
        "JAX_ENABLE_COMPILATION_CACHE": "0",
        "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
    }
    command = [sys.executable, "-m", "benchmarks.workers", contender, str(draws), str(folder / "kept.npz")]
    subprocess.run(command, env=env, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    texts = list(folder.glob("*after_optimizations.txt"))
    largest = max(texts, key=lambda path: path.stat().st_size)
    return Program(largest.read_text(encoding="utf-8"))
