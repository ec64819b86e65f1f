"""Formulas with one fault each: a number, a sign, an operator or a comparison changed in the source of a module.

A mutant is put into the functions that are already there (their code is exchanged), so that everybody who holds them sees the
fault; afterwards they are as before.
"""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, fields
from functools import cache, cached_property
from importlib import import_module
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Any

OPERATORS: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.Pow: ast.Mult,
}
COMPARISONS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.Gt,
    ast.LtE: ast.Gt,
    ast.Gt: ast.Lt,
    ast.GtE: ast.Lt,
}
CALLS = {
    "chdtrc": "chdtr",
    "fdtrc": "fdtr",
    "p_t": "p_normal",
    "std": "var",
    "mean": "sum",
    "nansum": "nanmean",
    "max": "min",
    "maximum": "minimum",
    "argmin": "argmax",
}
"""Functions that are easily taken for one another. `p_t` loses its degrees of freedom."""


@dataclass(frozen=True)
class Mutant:
    """One fault in one module."""

    module: str
    where: str
    """The function it is in, or the name that is given a value."""
    fault: str
    """`before -> after`, as source."""
    number: int
    """Its place among the faults of the module; of fields of a row, minus one."""
    field: str = ""
    """The field that is changed in a row of the file's table."""

    def __str__(self) -> str:
        """What pytest calls it."""
        return f"{self.module.rpartition('.')[2]}.{self.where}: {self.fault}"


@cache
def mutants(module: str) -> tuple[Mutant, ...]:
    """All faults of a module, in the order of its source."""
    made = [
        Mutant(module, where, f"{ast.unparse(before)} -> {ast.unparse(after)}", number)
        for number, (where, before, after) in enumerate(_places(source(module)))
    ]
    return (*made, *_of_fields(import_module(module)))


def source(module: str) -> ast.Module:
    """What its file says."""
    return ast.parse(Path(inspect.getfile(import_module(module))).read_text(encoding="utf-8"))


def _places(tree: ast.Module) -> Iterator[tuple[str, ast.AST, ast.AST]]:
    """(function or name, node, its faulty form) of everything that can be wrong, by walking the source in order."""
    for statement in tree.body:
        if isinstance(statement, ast.FunctionDef):
            yield from _faults(statement.name, statement)
        elif isinstance(statement, ast.ClassDef):
            for part in statement.body:
                if isinstance(part, ast.FunctionDef):
                    yield from _faults(f"{statement.name}.{part.name}", part)
        elif isinstance(statement, ast.Assign) and isinstance(statement.value, ast.Constant):
            name = ast.unparse(statement.targets[0])
            yield from ((name, node, other) for node, other in _faulty(statement.value))


def _faults(where: str, function: ast.FunctionDef) -> Iterator[tuple[str, ast.AST, ast.AST]]:
    skipped = {
        id(n) for raised in ast.walk(function) if isinstance(raised, (ast.Raise, ast.While)) for n in ast.walk(raised)
    }
    skipped |= {id(n) for text in ast.walk(function) if isinstance(text, ast.JoinedStr) for n in ast.walk(text)}
    skipped |= {id(n) for a in [function.args, function.returns, *function.decorator_list] if a for n in ast.walk(a)}
    skipped |= {id(n) for node in ast.walk(function) for n in _unmeant(node)}
    for node in ast.walk(function):
        if id(node) not in skipped:
            yield from ((where, node, other) for node, other in _faulty(node))


def _unmeant(node: ast.AST) -> list[ast.AST]:
    """Numbers that are no part of a formula: axes, and the zero that something is held against (which is turned round)."""
    if isinstance(node, ast.keyword) and node.arg in ("axis", "maxiter", "max_iter", "tol", "size"):
        return [node.value]
    if isinstance(node, ast.Compare):
        return [n for n in (node.left, *node.comparators) if isinstance(n, ast.Constant) and n.value == 0]
    return []


def _faulty(node: ast.AST) -> Iterator[tuple[ast.AST, ast.AST]]:
    """The node and each way in which it may be wrong."""
    if isinstance(node, ast.BinOp) and type(node.op) in OPERATORS:
        yield node, ast.BinOp(node.left, OPERATORS[type(node.op)](), node.right)
    elif isinstance(node, ast.Compare) and type(node.ops[0]) in COMPARISONS:
        yield node, ast.Compare(node.left, [COMPARISONS[type(node.ops[0])](), *node.ops[1:]], node.comparators)
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub) and not isinstance(node.operand, ast.Constant):
        yield node, node.operand
    elif isinstance(node, ast.Constant):
        yield from ((node, ast.Constant(other)) for other in _other_numbers(node.value))
    elif isinstance(node, ast.Call):
        yield from ((node, other) for other in _other_calls(node))


def _other_numbers(value: object) -> list[float]:
    """One more, or half as much again; not of tolerances below a millionth, nor of the 0.0 that stands for nothing."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return []
    if isinstance(value, int):
        return [value + 1]
    return [value * 1.5] if abs(value) > 1e-6 else []


def _other_calls(node: ast.Call) -> Iterator[ast.AST]:
    """sqrt(x) -> x, and functions taken for one another."""
    called = node.func
    name = called.attr if isinstance(called, ast.Attribute) else called.id if isinstance(called, ast.Name) else ""
    if name == "sqrt" and len(node.args) == 1:
        yield node.args[0]
    elif name == "p_t":
        yield ast.Call(
            ast.Name("p_t", ast.Load()), [node.args[0], ast.BinOp(node.args[1], ast.Add(), ast.Constant(1))], []
        )
    elif name in CALLS and isinstance(called, ast.Attribute):
        yield ast.Call(ast.Attribute(called.value, CALLS[name], ast.Load()), node.args, node.keywords)


def _of_fields(module: ModuleType) -> list[Mutant]:
    """Other values of the fields of linear models, row by row of their table."""
    rows = {name: row for name, row in getattr(module, "MODELS", {}).items() if type(row).__name__ == "LinearModel"}
    return [
        Mutant(module.__name__, f"MODELS.{name}", f"{f.name}={_other(getattr(row, f.name))!r}", -1, f.name)
        for name, row in rows.items()
        for f in _choices(row)
    ]


def _choices(member: Any) -> list[Any]:
    """The fields that make a model what it is; where nothing is estimated, the intercept is not one of them."""
    used = {"difference"} if member.difference else {"factors", "intercept", "excess"}
    return [f for f in fields(member) if f.name in used and _other(getattr(member, f.name)) != getattr(member, f.name)]


def _other(value: Any) -> Any:
    """A value that a field might have by mistake."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, tuple):
        return value[:-1] if value else ("benchmark",)
    return {"benchmark": "peer", "peer": "benchmark", None: ("mkt_rf",)}.get(value, value)


@contextmanager
def planted(mutant: Mutant) -> Iterator[None]:
    """The fault is in the program while the block runs."""
    module = import_module(mutant.module)
    row = mutant.where.removeprefix("MODELS.")
    undo = _plant_field(module.MODELS[row], mutant.field) if mutant.field else _plant(module, mutant)
    try:
        yield
    finally:
        for take_back in undo:
            take_back()


def _plant_field(row: Any, field: str) -> list[Any]:
    before = getattr(row, field)
    object.__setattr__(row, field, _other(before))
    return [lambda: object.__setattr__(row, field, before)]


def _plant(module: ModuleType, mutant: Mutant) -> list[Any]:
    """Exchange the code of the functions that differ, or the value of the name; gives what takes it back."""
    tree = source(mutant.module)
    where, node, other = list(_places(tree))[mutant.number]
    if not any(isinstance(s, (ast.FunctionDef, ast.ClassDef)) and s.name == where.split(".")[0] for s in tree.body):
        before = getattr(module, where)
        setattr(module, where, ast.literal_eval(other))
        return [lambda: setattr(module, where, before)]
    tree = _Exchange(node, other).visit(tree)
    compiled = compile(ast.fix_missing_locations(tree), inspect.getfile(module), "exec")
    function = _function(module, where)
    before_code = function.__code__
    function.__code__ = _code(compiled, where.split("."))
    return [lambda: setattr(function, "__code__", before_code)]


class _Exchange(ast.NodeTransformer):
    def __init__(self, node: ast.AST, other: ast.AST) -> None:
        self._node, self._other = node, deepcopy(other)

    def visit(self, node: ast.AST) -> Any:
        """The other node in the place of this one."""
        return ast.copy_location(self._other, node) if node is self._node else self.generic_visit(node)


def _function(module: ModuleType, where: str) -> FunctionType:
    """The function of that name, under its decorators."""
    owner, _, name = where.rpartition(".")
    found = vars(getattr(module, owner))[name] if owner else getattr(module, name)
    if isinstance(found, cached_property):
        found = found.func
    elif isinstance(found, property):
        found = found.fget
    elif isinstance(found, (classmethod, staticmethod)):
        found = found.__func__
    unwrapped = inspect.unwrap(found)
    assert isinstance(unwrapped, FunctionType), where
    return unwrapped


def _code(code: CodeType, path: list[str]) -> CodeType:
    """The code object that stands at `path` inside a compiled module."""
    for name in path:
        code = next(c for c in code.co_consts if isinstance(c, CodeType) and c.co_name == name)
    return code
