"""Errors of ours are raised with sentences, which catalogues know, never with finished English text."""

from __future__ import annotations

import ast

import pytest
from eventstudy import errors

from tests.language.templates import PACKAGE
from tests.parsed import nodes

KINDS = {
    name for name, kind in vars(errors).items() if isinstance(kind, type) and issubclass(kind, errors.EventStudyError)
}
KINDS -= {"UnknownName"}
"""The errors that are given what is wrong; one of an unknown name is given names."""


def plain(node: ast.AST) -> bool:
    """Whether an error is made here of a text put down or put together, as what is wrong or what to do."""
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in KINDS):
        return False
    given = [*node.args[:1], *(word.value for word in node.keywords if word.arg in ("what", "hint"))]
    return any(
        isinstance(one, ast.JoinedStr | ast.BinOp) or (isinstance(one, ast.Constant) and isinstance(one.value, str))
        for one in given
    )


def test_no_error_is_raised_with_a_plain_text() -> None:
    found = [
        f"{path.name}: {ast.unparse(node)}" for path in PACKAGE.rglob("*.py") for node in nodes(path) if plain(node)
    ]
    assert found == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('InvalidRequest("no such day")', True),
        ('InvalidFile(f"{path} is empty")', True),
        ('InvalidRequest(Sentence("no such day"), hint="name " + day)', True),
        ('InvalidRequest(Sentence("no such day"), available="2025-01-27", hint=Sentence("name one"))', False),
    ],
)
def test_a_plain_text_is_noticed(text: str, expected: bool) -> None:
    assert plain(ast.parse(text, mode="eval").body) is expected
