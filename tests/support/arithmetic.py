"""Arithmetic of an explained step, redone."""

import ast
import math
import operator
from typing import Any

OPERATIONS = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
}
FUNCTIONS = {"exp": math.exp, "log": math.log, "min": min, "max": max}


def redo(node: Any) -> Any:
    """Do the arithmetic of a step as a reader with a calculator would."""
    match node:
        case ast.Expression():
            return redo(node.body)
        case ast.Constant():
            return node.value
        case ast.UnaryOp(op=ast.USub()):
            return -redo(node.operand)
        case ast.BinOp():
            return OPERATIONS[type(node.op)](redo(node.left), redo(node.right))
        case ast.Call(func=ast.Name(id=name)):
            return FUNCTIONS[name](*map(redo, node.args))
    raise AssertionError(ast.dump(node))
