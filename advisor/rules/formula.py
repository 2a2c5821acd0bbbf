"""The closed arithmetic of rules: numbers, fact names, operators, comparison, conditional, and eight functions.

Text is parsed with `ast` and every node is checked against an allow-list before anything is evaluated, by a walker of
our own: there is no attribute access, no other call, no subscript, and no way to name anything but a fact.
"""

from __future__ import annotations

import ast
import math
import operator
import re
import warnings
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from advisor.jvm.commandline import parse_size

MAX_LENGTH = 400
MAX_DEPTH = 24
MAX_MAGNITUDE = 2.0**70
MAX_EXPONENT = 64

Value = bool | int | float | str
Facts = Mapping[str, Any]

_SIZE = re.compile(r"(?<![\w.])(\d+)([kmgtKMGT])(?!\w)")
_BINARY: Mapping[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
}
_COMPARE: Mapping[type[ast.cmpop], Callable[[Any, Any], bool]] = {
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
}
_FUNCTIONS: Mapping[str, tuple[Callable[..., Any], int, int]] = {
    "min": (min, 2, 8),
    "max": (max, 2, 8),
    "clamp": (lambda value, low, high: max(low, min(value, high)), 3, 3),
    "ceil": (math.ceil, 1, 1),
    "floor": (math.floor, 1, 1),
    "round": (round, 1, 1),
    "log2": (math.log2, 1, 1),
}
"""Name -> function, fewest and most arguments."""


class FormulaError(ValueError):
    """The text is no formula of the closed form."""


class UnknownFactError(Exception):
    """A formula needs a fact that is not known; its argument is the name."""


class UndefinedError(Exception):
    """A formula has no value for these facts: a division by zero, a logarithm of nothing, a number out of bounds."""


@lru_cache(maxsize=4096)
def parse(text: str) -> ast.expr:
    """The checked tree of a formula. Sizes such as 64m are numbers of bytes. Raises FormulaError."""
    if len(text) > MAX_LENGTH:
        raise FormulaError(f"a formula is at most {MAX_LENGTH} characters long")
    spelled = _SIZE.sub(lambda found: str(parse_size(found[0])), text.strip())
    try:
        with warnings.catch_warnings():
            # Python only warns of `1if x else 2` and of unknown escapes, on the terminal of whoever asked.
            warnings.simplefilter("error")
            tree = ast.parse(spelled, mode="eval").body
        _check(tree, 0)
    except (SyntaxError, ValueError, MemoryError, RecursionError) as error:
        if isinstance(error, FormulaError):
            raise
        raise FormulaError(f"not a formula: {text!r}") from error
    return tree


def _check(node: ast.expr, depth: int) -> None:
    """Refuses everything that is not on the list. Raises FormulaError."""
    if depth > MAX_DEPTH:
        raise FormulaError("the formula is nested too deeply")
    for child in _children(node):
        _check(child, depth + 1)


def _children(node: ast.expr) -> list[ast.expr]:
    match node:
        case ast.Constant(value=str()):
            return []
        case ast.Constant(value=bool() | int() | float() as number):
            if not abs(number) <= MAX_MAGNITUDE:
                raise FormulaError("a number is too large")
            return []
        case ast.Name():
            return []
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _BINARY:
            return [left, right]
        case ast.UnaryOp(op=ast.USub() | ast.Not(), operand=operand):
            return [operand]
        case ast.BoolOp(values=values):
            return values
        case ast.Compare(left=left, ops=ops, comparators=others) if all(type(op) in _COMPARE for op in ops):
            return [left, *others]
        case ast.IfExp(test=test, body=body, orelse=orelse):
            return [test, body, orelse]
        case ast.Call(func=ast.Name(id=name), args=arguments, keywords=[]) if name in _FUNCTIONS:
            _, fewest, most = _FUNCTIONS[name]
            if not fewest <= len(arguments) <= most:
                raise FormulaError(f"{name} takes {fewest} to {most} values")
            return arguments
        case _:
            raise FormulaError(f"not allowed in a formula: {ast.unparse(node)[:60]}")


def names(tree: ast.expr) -> frozenset[str]:
    """The facts a formula may need."""
    calls = {node.func for node in ast.walk(tree) if isinstance(node, ast.Call)}
    return frozenset(node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and node not in calls)


def evaluate(tree: ast.expr, facts: Facts) -> Value:
    """The value of a checked formula. Raises UnknownFactError and UndefinedError."""
    try:
        value = _value(tree, facts)
    except (ZeroDivisionError, OverflowError, ValueError, TypeError) as error:
        raise UndefinedError(str(error)) from error
    if isinstance(value, complex):
        raise UndefinedError("not a real number")
    return value  # type: ignore[no-any-return]


def _value(node: ast.expr, facts: Facts) -> Any:
    match node:
        case ast.Constant(value=value):
            return value
        case ast.Name(id=name):
            found = facts.get(name)
            if found is None:
                raise UnknownFactError(name)
            return found
        case ast.BinOp(left=left, op=op, right=right):
            return _bounded(_BINARY[type(op)], op, _value(left, facts), _value(right, facts))
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return not _value(operand, facts)
        case ast.UnaryOp(operand=operand):
            return -_value(operand, facts)
        case ast.BoolOp(op=ast.And(), values=values):
            return all(_value(value, facts) for value in values)
        case ast.BoolOp(values=values):
            return any(_value(value, facts) for value in values)
        case ast.Compare(left=left, ops=ops, comparators=others):
            terms = [_value(left, facts), *(_value(other, facts) for other in others)]
            return all(_COMPARE[type(op)](a, b) for op, a, b in zip(ops, terms, terms[1:], strict=False))
        case ast.IfExp(test=test, body=body, orelse=orelse):
            return _value(body if _value(test, facts) else orelse, facts)
        case ast.Call(func=ast.Name(id=name), args=arguments):
            return _FUNCTIONS[name][0](*(_value(argument, facts) for argument in arguments))
    raise UndefinedError("not a formula")


def _bounded(function: Callable[[Any, Any], Any], op: ast.operator, left: Any, right: Any) -> Any:
    """An operation whose operands and result stay within what sizes and times can be."""
    if isinstance(left, str) or isinstance(right, str):
        raise UndefinedError("text has no arithmetic")
    if isinstance(op, ast.Pow) and abs(right) > MAX_EXPONENT:
        raise UndefinedError("the exponent is too large")
    result = function(left, right)
    if isinstance(result, complex) or not abs(result) <= MAX_MAGNITUDE:
        raise UndefinedError("the number is too large")
    return result
