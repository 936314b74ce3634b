"""Symbolic algebra: sums and products that print as equations, with names or with numbers.

An expression is a sum of terms; a term is a coefficient and powers of factors. Every factor has a
number. Dates are kept apart: only differences of dates are meaningful, and these print as one number.
"""

import math
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, reduce
from itertools import groupby

TIME = "t"
"""Name of the date at which a path is evaluated."""
_TINY = 1e-12
"""Threshold below which a coefficient is the rounding error of a difference of equal numbers."""


def digits(value: float) -> str:
    """Return a number with enough digits for further calculation."""
    return f"{float(value):.7g}"


@dataclass(frozen=True)
class _Factor:
    """Factor of a term: a number, a named quantity, or a function of expressions.

    Attributes
    ----------
    text
        Its name in an equation; equal for equal factors.
    value
        Its number.
    function
        ``exp``, ``log``, ``min`` or ``max``; empty for parentheses round the one part.
    parts
        Arguments of the function; none for a number or a name.
    date
        Whether it is a date.
    named, meaning
        Whether `text` is a name, and the expression that it abbreviates, if any.
    """

    text: str
    value: float
    function: str = ""
    parts: tuple["Expression", ...] = ()
    date: bool = False
    named: bool = False
    meaning: "Expression | None" = None

    def shown(self, names: bool) -> str:
        """Return its printed form."""
        if self.parts:
            inside = ", ".join(part.shown(names) for part in self.parts)
            return inside if not self.function and _is_bare(inside) else f"{self.function}({inside})"
        return self.text if names else digits(self.value)


@dataclass(frozen=True)
class Term:
    """Term: a coefficient times factors, each to an exponent."""

    coefficient: float
    powers: tuple[tuple[_Factor, "Expression"], ...] = ()

    @cached_property
    def value(self) -> float:
        """Its number; nan if there is none."""
        try:
            found = self.coefficient * math.prod(f.value**e.value for f, e in self.powers)
        except ArithmeticError:
            return math.nan
        return math.nan if isinstance(found, complex) else found

    @cached_property
    def key(self) -> str:
        """Key equal for terms that differ by their coefficient alone."""
        return " ".join(sorted(f"{f.text}^{e.shown(True)}" for f, e in self.powers))

    @property
    def date(self) -> _Factor | None:
        """The date that it is proportional to."""
        return next((f for f, e in self.powers if f.date and e.number == 1.0), None)

    def shown(self, names: bool) -> str:
        """Return its printed form without the sign."""
        above, below, times = [], [], " x " if names else " * "
        size = abs(self.coefficient)
        if size != 1.0 and is_short(1.0 / size) and not is_short(size):
            below.append(digits(1.0 / size))
        elif size != 1.0:
            above.append(digits(size))
        for size, same in groupby(_by_exponent(self.powers), lambda power: _size(power[1])):
            bases = [(factor.shown(names), exponent) for factor, exponent in same]
            over = [base for base, exponent in bases if exponent.number is None or exponent.number > 0.0]
            under = [base for base, exponent in bases if base not in over]
            if size is None:
                for base, exponent in bases:
                    falls = exponent.sign < 0.0
                    shown = (scale(exponent, -1.0) if falls else exponent).shown(names)
                    (below if falls else above).append(_raised(base, shown, names))
            elif size == 1.0 or len(bases) == 1:
                above += [_raised(base, digits(size), names) for base in over]
                below += [_raised(base, digits(size), names) for base in under]
            elif over:
                product = " / ".join([times.join(over), *under])
                above.append(_raised(f"({product})", digits(size), names))
            else:
                below.append(_raised(f"({times.join(under)})", digits(size), names))
        return " / ".join([times.join(above) or "1", *below])


@dataclass(frozen=True)
class Expression:
    """Expression: a sum of terms."""

    terms: tuple[Term, ...]

    @cached_property
    def value(self) -> float:
        """Its number."""
        return math.fsum(term.value for term in self.terms) if self.terms else 0.0

    @property
    def number(self) -> float | None:
        """Its number if it has no names, else None."""
        return None if any(term.powers for term in self.terms) else self.value

    @cached_property
    def symbols(self) -> frozenset[str]:
        """Its names, except those of dates."""
        return frozenset(factor.text for factor in _factors(self) if factor.named and not factor.date)

    @property
    def sign(self) -> float:
        """Sign of the date at which the expression is evaluated, or else of the first term."""
        leading = next((term for term in self.terms if term.date and term.date.text == TIME), self.terms[0])
        return math.copysign(1.0, leading.coefficient)

    @property
    def equation(self) -> str:
        """Printed form with names, and the meanings of its abbreviations."""
        meanings = {f.text: f.meaning.shown(names=True) for f in _factors(self) if f.meaning is not None}
        return self.shown(names=True) + "".join(f"; {name} = {text}" for name, text in meanings.items())

    @property
    def numbers(self) -> str:
        """Printed form with numbers."""
        return self.shown(names=False)

    def shown(self, names: bool) -> str:
        """Return its printed form."""
        terms = sorted(_gathered(self.terms, names), key=lambda term: term.coefficient < 0.0)
        text = ""
        for term in terms:
            sign = "-" if term.coefficient < 0.0 else "+"
            text += f" {sign} {term.shown(names)}" if text else f"{sign}{term.shown(names)}".lstrip("+")
        return text or "0"


ONE = Expression((Term(1.0),))


def constant(value: float) -> Expression:
    """Return a number as an expression."""
    return Expression((Term(float(value)),) if value else ())


def named(text: str, value: float, date: bool = False) -> Expression:
    """Return a quantity with a name."""
    return _of(_Factor(text, float(value), date=date, named=True))


def abbreviated(text: str, meaning: Expression) -> Expression:
    """Return an abbreviation of an expression, explained by `Expression.equation`."""
    return _of(_Factor(text, meaning.value, named=True, meaning=meaning))


def literal(value: float) -> Expression:
    """Return a number that stays a separate factor in a product."""
    return _of(_Factor(digits(value), value))


def function(name: str, *parts: Expression) -> Expression:
    """Return ``exp``, ``log``, ``min`` or ``max`` of expressions."""
    try:
        value = {"exp": math.exp, "log": math.log, "min": min, "max": max}[name](*(p.value for p in parts))
    except (ArithmeticError, ValueError):
        value = math.nan
    return _of(_Factor(f"{name}({', '.join(part.shown(True) for part in parts)})", value, name, parts))


def add(a: Expression, b: Expression) -> Expression:
    """Return a sum."""
    terms: dict[str, Term] = {}
    for term in (*a.terms, *b.terms):
        size = term.coefficient + (terms[term.key].coefficient if term.key in terms else 0.0)
        terms[term.key] = Term(0.0 if abs(size) < _TINY * abs(term.coefficient) else size, term.powers)
    return Expression(tuple(term for term in terms.values() if term.coefficient))


def scale(a: Expression, by: float) -> Expression:
    """Return a multiple, term by term."""
    return Expression(tuple(Term(by * term.coefficient, term.powers) for term in a.terms if by))


def multiply(a: Expression, b: Expression) -> Expression:
    """Return a product; a sum of dates is multiplied out, any other sum is a factor."""
    for one, other in ((a, b), (b, a)):
        if one.number is not None and (abs(one.value) == 1.0 or len(other.terms) < 2 or _has_dates(other)):
            return scale(other, one.value)
        if _has_dates(one) and len(one.terms) > 1 and _is_plain(other):
            return reduce(add, (multiply(Expression((term,)), other) for term in one.terms))
    left, right = _grouped(a), _grouped(b)
    if left is None or right is None:
        return constant(0.0)
    powers: dict[str, tuple[_Factor, Expression]] = {}
    for factor, exponent in (*left.powers, *right.powers):
        before = powers[factor.text][1] if factor.text in powers else constant(0.0)
        powers[factor.text] = (factor, add(before, exponent))
    kept = tuple(power for power in powers.values() if power[1].terms)
    return _opened(Term(left.coefficient * right.coefficient, kept))


def power(a: Expression, exponent: Expression) -> Expression:
    """Return a power."""
    if exponent.number == 1.0:
        return a
    if not exponent.terms:
        return ONE
    whole = exponent.number is not None and exponent.number.is_integer()
    term = _grouped(a, signed=whole)
    if term is None:
        return constant(0.0 if exponent.value > 0.0 else math.nan)
    if term.coefficient == 1.0:
        found = ONE
    elif whole or (exponent.number is not None and term.coefficient > 0.0):
        found = constant(term.coefficient**exponent.value)
    else:
        found = _of(_Factor(digits(term.coefficient), term.coefficient), exponent)
    for factor, inner in term.powers:
        found = multiply(found, _of(factor, multiply(inner, exponent)))
    return found


def inverse(a: Expression) -> Expression:
    """Return one over an expression."""
    return power(a, constant(-1.0))


def _of(factor: _Factor, exponent: Expression = ONE) -> Expression:
    return Expression((Term(1.0, ((factor, exponent),)),))


def _factors(expression: Expression) -> Iterator[_Factor]:
    """Yield every factor, and those in its parts and exponents."""
    for term in expression.terms:
        for factor, exponent in term.powers:
            yield factor
            for part in (*factor.parts, *((exponent,) if exponent is not ONE else ())):
                yield from _factors(part)


def _is_plain(expression: Expression) -> bool:
    """Return whether it is a product of numbers and names, which can be distributed over a sum of dates."""
    return len(expression.terms) == 1 and not any(f.parts or f.date for f, _ in expression.terms[0].powers)


def _has_dates(expression: Expression) -> bool:
    return any(term.date for term in expression.terms)


def _grouped(expression: Expression, signed: bool = True) -> Term | None:
    """Return a term that is the expression, with its sign apart; None for zero."""
    if len(expression.terms) > 1:
        sign = expression.sign if signed else 1.0
        inside = scale(expression, sign)
        return Term(sign, ((_Factor(f"({inside.shown(True)})", inside.value, "", (inside,)), ONE),))
    return expression.terms[0] if expression.terms else None


def _opened(term: Term) -> Expression:
    """Return the sum in parentheses, if the term is nothing else."""
    if abs(term.coefficient) == 1.0 and len(term.powers) == 1:
        factor, exponent = term.powers[0]
        if factor.parts and not factor.function and exponent.number == 1.0:
            return scale(factor.parts[0], term.coefficient)
    return Expression((term,))


def _gathered(terms: Iterable[Term], names: bool) -> list[Term]:
    """Return terms with dates of equal multipliers gathered into one difference."""
    groups: dict[str, list[Term]] = {}
    for term in terms:
        groups.setdefault(_undated(term).key, []).append(term)
    found = []
    for group in groups.values():
        dated = sorted((term for term in group if term.date), key=lambda term: term.coefficient < 0.0)
        if not dated:
            found += group
            continue
        size = abs(dated[0].coefficient)
        rest = Term(size, _undated(dated[0]).powers)
        dates = (Term(t.coefficient / size, ((t.date, ONE),) if t.date else ()) for t in group)
        span = Expression(tuple(dates))
        if not names:
            found += [Term(rest.coefficient * span.value, rest.powers)] if span.value else []
        elif not rest.powers and rest.coefficient == 1.0:
            found += span.terms
        else:
            inner = _grouped(span)
            assert inner is not None
            found.append(Term(rest.coefficient * inner.coefficient, (*rest.powers, *inner.powers)))
    return found


def _undated(term: Term) -> Term:
    """Return a term without the date that it is proportional to."""
    return Term(term.coefficient, tuple(power for power in term.powers if power[0] is not term.date))


def _size(exponent: Expression) -> float | None:
    """Return the absolute value of an exponent that is a number."""
    return None if exponent.number is None else abs(exponent.number)


def _by_exponent(powers: Sequence[tuple[_Factor, Expression]]) -> list[tuple[_Factor, Expression]]:
    """Return powers grouped by numeric exponent, simple ones first."""
    order = list(dict.fromkeys([1.0, *(_size(exponent) for _, exponent in powers)]))
    return sorted(powers, key=lambda power: order.index(_size(power[1])))


def _is_bare(text: str) -> bool:
    """Return whether a text needs no parentheses."""
    return re.fullmatch(r"[\w.]+", text) is not None


def is_short(value: float) -> bool:
    """Return whether seven digits represent a number, rounding errors aside."""
    return math.isfinite(value) and abs(float(f"{value:.7g}") - value) <= _TINY * abs(value)


def _raised(base: str, exponent: str, names: bool) -> str:
    if exponent == "1":
        return base
    base = base if re.fullmatch(r"[\w.+]+|\w*\(.*\)", base) else f"({base})"
    return f"{base}{'^' if names else '**'}{exponent if _is_bare(exponent) else f'({exponent})'}"
