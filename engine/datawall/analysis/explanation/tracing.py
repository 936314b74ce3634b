"""Symbolic interpreter of JAX traces (jaxprs): equations of the functions of the model.

The function itself is traced with its inputs as symbols, so the printed equation is the computed one. A
quantity that the model holds as a log prints as the product that it stands for.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import jax
import numpy as np

from datawall.analysis.explanation import algebra
from datawall.analysis.explanation.algebra import Expression, add, constant, inverse, multiply, power, scale


@dataclass(frozen=True)
class Log:
    """ln of an expression."""

    of: Expression

    @property
    def value(self) -> float:
        """Its number."""
        return math.log(self.of.value) if self.of.value > 0.0 else math.nan


type _Symbolic = Expression | Log


def equation(function: Callable[[dict[str, Any]], Any], symbols: Mapping[str, Any]) -> np.ndarray:
    """Return the expressions computed by a function, in an array of the shape of its value.

    Parameters
    ----------
    function
        Function of a mapping of arrays that JAX can trace. Where it chooses by a condition, the branch
        that holds for the numbers of the symbols is taken; an operation that is no arithmetic gives its
        number.
    symbols
        The symbol of each argument, or an array of symbols.
    """
    lifted = {name: _array(symbol) for name, symbol in symbols.items()}
    values = {name: _values(symbol) for name, symbol in lifted.items()}
    traced = jax.make_jaxpr(function)(values)
    (result,) = _run(traced.jaxpr, traced.consts, [lifted[name] for name in sorted(lifted)])
    return result


def expression(symbol: _Symbolic) -> Expression:
    """Return the expression of a symbol, taken out of its log."""
    return symbol.of if isinstance(symbol, Log) else symbol


def _array(value: Any) -> np.ndarray:
    """Return an array of symbols; a number whose exp is short, and that is not short itself, is a log."""
    if isinstance(value, Expression | Log):
        found = np.empty((), object)
        found[()] = value
        return found
    found = np.asarray(value)
    return found if found.dtype == object else _each(_number)(found.astype(float))


def _values(symbols: np.ndarray) -> np.ndarray:
    return np.asarray(_each(lambda symbol: symbol.value)(symbols), float)


def _each(operation: Callable[..., Any]) -> Callable[..., np.ndarray]:
    def apply(*arrays: np.ndarray) -> np.ndarray:
        shape = np.broadcast_shapes(*(array.shape for array in arrays))
        found = np.empty(shape, object)
        spread = [np.broadcast_to(array, shape) for array in arrays]
        for place in np.ndindex(shape):
            found[place] = operation(*(array[place] for array in spread))
        return found

    return apply


def _number(value: float) -> _Symbolic:
    is_log = math.isfinite(value) and abs(value) < 300.0 and not algebra.is_short(value)
    if is_log and algebra.is_short(math.exp(value)):
        return Log(algebra.literal(float(f"{math.exp(value):.7g}")))
    return constant(value)


def _run(jaxpr: Any, consts: Any, arguments: list[np.ndarray]) -> list[np.ndarray]:
    known: dict[Any, np.ndarray] = dict(zip(jaxpr.constvars, map(_array, consts), strict=True))
    known |= dict(zip(jaxpr.invars, arguments, strict=True))

    def read(variable: Any) -> np.ndarray:
        return _array(variable.val) if hasattr(variable, "val") else known[variable]

    for line in jaxpr.eqns:
        results = _apply(line, [read(variable) for variable in line.invars])
        known |= dict(zip(line.outvars, results, strict=True))
    return [read(variable) for variable in jaxpr.outvars]


def _apply(line: Any, arguments: list[np.ndarray]) -> list[np.ndarray]:
    name, params = line.primitive.name, line.params
    inner = params.get("jaxpr") or params.get("call_jaxpr")
    if name in {"jit", "pjit", "closed_call", "custom_jvp_call"} and inner is not None:
        return _run(inner.jaxpr, inner.consts, arguments)
    if name == "select_n":
        return [_each(lambda which, *cases: cases[int(which.value)])(*arguments)]
    if name == "integer_pow":
        return [_each(lambda a: power(_plain(a), constant(params["y"])))(*arguments)]
    if name in _OPERATIONS:
        return [_each(_OPERATIONS[name])(*arguments)]
    if name in _SHAPING:
        return _SHAPING[name](arguments, params)
    values = [
        value.astype(v.aval.dtype) for value, v in zip(map(_values, arguments), line.invars, strict=True)
    ]
    results = line.primitive.bind(*values, **params)
    return [
        _each(constant)(np.asarray(r, float))
        for r in (results if line.primitive.multiple_results else [results])
    ]


def _plain(symbol: _Symbolic) -> Expression:
    """Return a symbol as a sum, for operations undefined on logs."""
    if isinstance(symbol, Expression):
        return symbol
    if symbol.of.number is not None:
        return constant(symbol.value)
    if len(symbol.of.terms) > 1:
        return algebra.function("log", symbol.of)
    term = next(iter(symbol.of.terms))
    exponents = {exponent.shown(True): exponent for _, exponent in term.powers}
    if len(term.powers) > 1 and len(exponents) == 1 and term.coefficient == 1.0:
        (exponent,) = exponents.values()
        bases = Expression((algebra.Term(1.0, tuple((factor, algebra.ONE) for factor, _ in term.powers)),))
        return multiply(exponent, algebra.function("log", bases))
    found = constant(math.log(term.coefficient)) if term.coefficient > 0.0 else constant(math.nan)
    for factor, exponent in term.powers:
        base = Expression((algebra.Term(1.0, ((factor, algebra.ONE),)),))
        inside = factor.parts[0] if factor.parts and not factor.function else base
        found = add(found, multiply(exponent, algebra.function("log", inside)))
    return found


def _exp(symbol: _Symbolic) -> Expression:
    if isinstance(symbol, Log):
        return symbol.of
    return constant(math.exp(symbol.value)) if symbol.number is not None else algebra.function("exp", symbol)


def _add(a: _Symbolic, b: _Symbolic) -> _Symbolic:
    if isinstance(a, Expression) and isinstance(b, Expression):
        return add(a, b)
    return Log(multiply(_exp(a), _exp(b)))


def _negate(a: _Symbolic) -> _Symbolic:
    return Log(inverse(a.of)) if isinstance(a, Log) else scale(a, -1.0)


def _multiply(a: _Symbolic, b: _Symbolic) -> _Symbolic:
    if isinstance(a, Expression) and isinstance(b, Log):
        a, b = b, a
    if isinstance(a, Log):
        exponent = _plain(b)
        return Log(power(a.of, exponent)) if exponent.terms else constant(0.0)
    return multiply(a, _plain(b))


def _divide(a: _Symbolic, b: _Symbolic) -> _Symbolic:
    over = inverse(_plain(b))
    return (
        Log(power(a.of, over))
        if isinstance(a, Log) and isinstance(b, Expression)
        else multiply(_plain(a), over)
    )


def _extreme(name: str) -> Callable[[_Symbolic, _Symbolic], _Symbolic]:
    """Return the lower or the higher one; both stay where each depends on inputs of its own."""

    def choose(a: _Symbolic, b: _Symbolic) -> _Symbolic:
        first, second = expression(a), expression(b)
        if not first.symbols or not second.symbols or first.symbols == second.symbols:
            return a if (a.value <= b.value) == (name == "min") else b
        if isinstance(a, Log) and isinstance(b, Log):
            return Log(algebra.function(name, first, second))
        return algebra.function(name, _plain(a), _plain(b))

    return choose


def _compare(test: Callable[[float, float], Any]) -> Callable[[_Symbolic, _Symbolic], Expression]:
    return lambda a, b: constant(float(test(a.value, b.value)))


_OPERATIONS: dict[str, Callable[..., Any]] = {
    "add": _add,
    "sub": lambda a, b: _add(a, _negate(b)),
    "mul": _multiply,
    "div": _divide,
    "neg": _negate,
    "exp": _exp,
    "exp2": lambda a: power(constant(2.0), _plain(a)),
    "expm1": lambda a: add(_exp(a), constant(-1.0)),
    "log": lambda a: Log(_plain(a)),
    "log1p": lambda a: Log(add(algebra.ONE, _plain(a))),
    "sqrt": lambda a: power(_plain(a), constant(0.5)),
    "square": lambda a: power(_plain(a), constant(2.0)),
    "pow": lambda a, b: power(_plain(a), _plain(b)),
    "abs": lambda a: _negate(a) if a.value < 0.0 else a,
    "max": _extreme("max"),
    "min": _extreme("min"),
    "lt": _compare(lambda a, b: a < b),
    "le": _compare(lambda a, b: a <= b),
    "gt": _compare(lambda a, b: a > b),
    "ge": _compare(lambda a, b: a >= b),
    "eq": _compare(lambda a, b: a == b),
    "ne": _compare(lambda a, b: a != b),
    "and": _compare(lambda a, b: bool(a) and bool(b)),
    "or": _compare(lambda a, b: bool(a) or bool(b)),
    "convert_element_type": lambda a: a,
    "copy": lambda a: a,
}


def _called(name: str, symbol: _Symbolic) -> _Symbolic:
    """Return a quantity that the model names as its abbreviation, unless it is a plain number."""
    if expression(symbol).number is not None:
        return symbol
    if isinstance(symbol, Log):
        return Log(algebra.abbreviated(name, symbol.of))
    return algebra.abbreviated(name, symbol)


def _broadcast(arguments: list[np.ndarray], params: Mapping[str, Any]) -> list[np.ndarray]:
    (array,) = arguments
    shape = [1] * len(params["shape"])
    for axis, size in zip(params["broadcast_dimensions"], array.shape, strict=True):
        shape[axis] = size
    return [np.broadcast_to(array.reshape(shape), params["shape"])]


def _slice(arguments: list[np.ndarray], params: Mapping[str, Any]) -> list[np.ndarray]:
    strides = params["strides"] or [1] * len(params["start_indices"])
    cuts = zip(params["start_indices"], params["limit_indices"], strides, strict=True)
    return [arguments[0][tuple(slice(*cut) for cut in cuts)]]


def _dynamic_slice(arguments: list[np.ndarray], params: Mapping[str, Any]) -> list[np.ndarray]:
    array, *starts = arguments
    places = (int(start.item().value) for start in starts)
    return [array[tuple(slice(k, k + n) for k, n in zip(places, params["slice_sizes"], strict=True))]]


_SHAPING: dict[str, Callable[[list[np.ndarray], Mapping[str, Any]], list[np.ndarray]]] = {
    "broadcast_in_dim": _broadcast,
    "slice": _slice,
    "dynamic_slice": _dynamic_slice,
    "reshape": lambda arguments, params: [arguments[0].reshape(params["new_sizes"])],
    "squeeze": lambda arguments, params: [np.squeeze(arguments[0], tuple(params["dimensions"]))],
    "concatenate": lambda arguments, params: [np.concatenate(arguments, params["dimension"])],
    "stack": lambda arguments, params: [np.stack(arguments, params["axis"])],
    "optimization_barrier": lambda arguments, _: arguments,
    "name": lambda arguments, params: [_each(lambda a: _called(params["name"], a))(*arguments)],
}
