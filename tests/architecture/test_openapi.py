"""The OpenAPI file says what the code reads: every form and every word of a query is declared."""

from __future__ import annotations

import ast
import inspect
import json
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from flask_wtf import FlaskForm
from wtforms import FileField, Form, StringField

from tests.architecture.answers import FILES, JSON
from tests.architecture.measure import expect_none
from tests.architecture.openapi import (
    FILE,
    UnknownField,
    described,
    field_shape,
    fields_of,
    reads_of,
    written,
)
from tests.architecture.tables import unconnected_app


@pytest.fixture(scope="module")
def whole() -> Flask:
    """Return the application with all its parts; nothing here asks its database."""
    return unconnected_app()


def test_the_committed_file_is_the_code_s(whole: Flask) -> None:
    assert FILE.read_text(encoding="utf-8") == written(described(whole)), (
        "python -m tests.architecture.openapi writes it anew"
    )


def nodes_of(view: Any) -> Iterator[ast.AST]:
    """Yield every node of a view's code."""
    yield from ast.walk(ast.parse(inspect.getsource(inspect.unwrap(view))))


def forms_made(view: Any) -> Iterator[type[Form]]:
    """Yield the forms a view makes out of what was sent; an empty one of a link reads nothing."""
    known = inspect.unwrap(view).__globals__
    for node in nodes_of(view):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            form = known.get(node.func.id)
            if inspect.isclass(form) and issubclass(form, FlaskForm if not node.args else Form):
                yield form


def words_read(view: Any) -> Iterator[str]:
    """Yield the words a view takes from the query by itself."""
    for node in nodes_of(view):
        match node:
            case ast.Call(
                func=ast.Attribute(value=ast.Attribute(attr="args"), attr="get"), args=[word, *_]
            ) if isinstance(word, ast.Constant):
                yield str(word.value)
            case ast.Compare(
                left=ast.Constant(value=word), comparators=[ast.Attribute(attr="args")]
            ):
                yield str(word)


def test_every_view_declares_what_it_reads(whole: Flask) -> None:
    wrong = []
    for endpoint, view in whole.view_functions.items():
        if endpoint == "static":
            continue
        bodies, queries, words = reads_of(whole, endpoint)
        if set(forms_made(view)) != {*bodies, *queries} or not set(words_read(view)) <= {*words}:
            wrong.append(
                f"{endpoint} needs @reads({list(forms_made(view))}, {[*words_read(view)]})"
            )
    expect_none(wrong)


def test_the_check_sees_what_is_read(whole: Flask) -> None:
    views = [view for endpoint, view in whole.view_functions.items() if endpoint != "static"]
    made = {form.__name__ for view in views for form in forms_made(view)}
    read = {word for view in views for word in words_read(view)}
    assert {"HoldForm", "ChoiceForm", "StaffForm"} <= made
    assert {"page", "size", "lang", "choose"} <= read


def test_answers_are_told_of_addresses_that_exist(whole: Flask) -> None:
    expect_none(sorted({*JSON, *FILES} - set(whole.view_functions)))


def test_every_reference_leads_somewhere() -> None:
    text = FILE.read_text(encoding="utf-8")
    components = json.loads(text)["components"]
    named = {f"#/components/{kind}/{name}" for kind, those in components.items() for name in those}
    asked = {line.split('"')[3] for line in text.splitlines() if '"$ref"' in line}
    assert asked <= named
    assert len(asked) > 20


def test_a_field_of_an_unknown_kind_is_not_passed_over(whole: Flask) -> None:
    class Odd(Form):
        plain = StringField()
        odd = FileField()

    plain, odd = fields_of(whole, Odd)
    assert field_shape(plain) == {"type": "string"}
    with pytest.raises(UnknownField, match="odd: FileField"):
        field_shape(odd)
