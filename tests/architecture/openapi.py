"""The OpenAPI file, from addresses, roles and forms: `python -m tests.architecture.openapi` writes it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

from flask import Flask
from flask_wtf import FlaskForm
from werkzeug.routing import IntegerConverter, Rule
from wtforms import BooleanField, Field, Form, IntegerField, StringField
from wtforms.csrf.core import CSRFTokenField
from wtforms.validators import AnyOf, InputRequired, Length, NumberRange, Optional, Regexp

from palace.forms import InstantField, Repeated
from palace.notices.forms import Kinds
from palace.notices.rules import DECLINABLE
from palace.rooms.fields import ClockField, DayField
from palace.tickets.entrants import MOST_SEATS
from palace.tickets.forms import CODE, SeatList
from palace.venues.fields import ChoiceField
from palace.web import CodeConverter, roles_of
from tests.architecture import answers, shapes
from tests.architecture.measure import ROOT
from tests.architecture.shapes import Shape, at_least, known
from tests.architecture.shapes.kinds import DAY, exactly, maybe
from tests.architecture.tables import first_line, refusals, unconnected_app

FILE = ROOT / "static" / "openapi.json"
FORM, JSON_BODY, PROBLEM = (
    "application/x-www-form-urlencoded",
    "application/json",
    "application/problem+json",
)
LARGEST_ID = 9223372036854775807
KEY, KEY_HEADER = "key", "Idempotency-Key"
SEATS_PATH = "/performances/{performance_id}/seats.bin"
ABOUT = (
    "Pages and programs use the same addresses; `Accept: application/json` gets JSON. What holds"
    " everywhere, and every refusal by its code, stands in docs/api.md. A body is a form or a JSON"
    " object of the same fields: a number may be sent as text and text as a number, a list is a"
    " repeated field, and fields nobody asked for are ignored."
)


class UnknownField(TypeError):
    """A form has a field, or an address a part, whose shape this file does not know."""


def reads_of(
    app: Flask, endpoint: str
) -> tuple[list[type[FlaskForm]], list[type[Form]], list[str]]:
    """Return the forms of an endpoint's body and of its query, and the bare words of its query."""
    forms, words = getattr(app.view_functions[endpoint], "palace_reads", ((), ()))
    bodies = [form for form in forms if issubclass(form, FlaskForm)]
    return bodies, [form for form in forms if form not in bodies], list(words)


def fields_of(app: Flask, form: type[Form]) -> list[Field]:
    """Return the fields of a form that somebody fills in."""
    with app.test_request_context():
        return [field for field in form() if not isinstance(field, CSRFTokenField)]


def field_shape(field: Field) -> Shape:
    """Return what a field may hold, as far as its kind and its validators say."""
    shape = shapes.one_of(field.options) if isinstance(field, ChoiceField) else _kind_of(field)
    optional = any(isinstance(rule, Optional) for rule in field.validators)
    for rule in field.validators:
        shape |= _bounds_of(rule, optional=optional)
    label = str(field.label.text)
    return shape | ({"description": label} if not label.isascii() else {})


def _kind_of(field: Field) -> Shape:
    match field:
        case BooleanField():
            return {"type": "boolean"}
        case IntegerField():
            return {"type": "integer"}
        case SeatList():
            seat = {"type": "string", "pattern": f"^{CODE.pattern}$"}
            return shapes.each(seat) | {"maxItems": MOST_SEATS, "uniqueItems": True}
        case Kinds():
            return shapes.each(shapes.one_of(DECLINABLE))
        case Repeated():
            item: Shape = {"type": "string", "maxLength": field.longest}
            if field.shape:
                item["pattern"] = f"^({field.shape.pattern})?$"
            return shapes.each(item) | {"maxItems": field.most}
        case StringField() | InstantField() | DayField() | ClockField():
            return {"type": "string"}
    raise UnknownField(f"{field.name}: {type(field).__name__}")


def _bounds_of(rule: object, *, optional: bool) -> Shape:
    match rule:
        case InputRequired():
            return {"minLength": 1}
        case NumberRange():
            return {"minimum": rule.min, "maximum": rule.max}
        case Length():
            return {"maxLength": rule.max}
        case Regexp():
            inner = rule.regex.pattern.removeprefix("^").removesuffix(r"\Z")
            return {"pattern": f"^(?:{inner})?$" if optional else f"^{inner}$"}
        case AnyOf():
            return {"enum": list(rule.values)}
    return {}


def form_shape(app: Flask, form: type[Form]) -> Shape:
    """Return a form as an object; a key may also come as a header, so it is not required here."""
    fields = fields_of(app, form)
    needed = [field.name for field in fields if field.flags.required and field.name != KEY]
    return {
        "type": "object",
        "description": first_line(form),
        "properties": {field.name: field_shape(field) for field in fields},
        **({"required": needed} if needed else {}),
    }


def path_of(rule: Rule) -> str:
    """Return an address as OpenAPI writes it."""
    return re.sub(r"<(?:[^:>]*:)?([^>]+)>", r"{\1}", rule.rule)


def _in_path(rule: Rule) -> Iterator[Shape]:
    for name in re.findall(r"{(\w+)}", path_of(rule)):
        part = rule._converters[name]
        shape: Shape = {"type": "string", "minLength": 1}
        if isinstance(part, CodeConverter):
            shape = shapes.CODE
        elif isinstance(part, IntegerConverter):
            shape = {"type": "integer", "minimum": 0, "maximum": LARGEST_ID}
        yield {"name": name, "in": "path", "required": True, "schema": shape}


def _in_query(app: Flask, endpoint: str) -> Iterator[Shape]:
    _bodies, forms, words = reads_of(app, endpoint)
    for form in forms:
        for field in fields_of(app, form):
            yield {"name": field.name, "in": "query", "schema": field_shape(field)}
    for word in words:
        yield {"name": word, "in": "query", "schema": shapes.TEXT}


def _in_headers(app: Flask, endpoint: str) -> Iterator[Shape]:
    yield {"$ref": "#/components/parameters/Origin"}
    if any(KEY in form_shape(app, form)["properties"] for form in reads_of(app, endpoint)[0]):
        yield {"$ref": "#/components/parameters/Key"}


def _body(app: Flask, endpoint: str) -> Shape:
    """Return the body of a POST, or nothing where the address alone says everything."""
    for form in reads_of(app, endpoint)[0]:
        media = {"schema": known(form.__name__)}
        content = {FORM: media, JSON_BODY: media}
        return {"requestBody": {"required": True, "content": content}}
    return {}


def _content(endpoint: str, method: str) -> Shape:
    if endpoint in answers.FILES:
        return {answers.FILES[endpoint]: {}}
    shape = answers.JSON.get(endpoint, {}).get(method)
    as_json = {JSON_BODY: {"schema": known(shape)}} if shape else {}
    is_page = endpoint not in answers.JSON_ONLY if method == "GET" else endpoint in answers.SHOWN
    return as_json | ({"text/html": {}} if is_page else {})


def _responses(endpoint: str, method: str, *, guarded: bool) -> Shape:
    """Return what an address may answer: refusals are the same everywhere."""
    given: Shape = {}
    content = _content(endpoint, method)
    done = "201" if endpoint in answers.CREATES else "200"
    if content:
        given[done] = {"description": "done", "content": content}
    if method == "POST" or guarded or endpoint in answers.REDIRECTS:
        given["303"] = {"$ref": "#/components/responses/Onward"}
    if endpoint in ("calendars.feed", "calendars.troupe"):
        given["304"] = {"description": "not changed since the ETag that was sent"}
    refused = {"$ref": "#/components/responses/Refused"}
    away = given[done] if endpoint in answers.JSON_ONLY else refused
    return given | {"4XX": refused, "503": away}


def operation(app: Flask, rule: Rule, method: str) -> Shape:
    """Return one method of one address."""
    roles = sorted(roles_of(app, rule.endpoint))
    guarded = roles != ["everybody"]
    parameters = [*_in_path(rule), *_in_query(app, rule.endpoint)]
    if method == "POST":
        parameters += _in_headers(app, rule.endpoint)
    return {
        "operationId": f"{rule.endpoint}.{method.lower()}"
        + ("" if path_of(rule) != "/" else ".home"),
        "summary": first_line(app.view_functions[rule.endpoint]),
        "x-roles": roles,
        **({"security": [{"signed_in": []}]} if guarded else {}),
        **({"parameters": parameters} if parameters else {}),
        **(_body(app, rule.endpoint) if method == "POST" else {}),
        "responses": _responses(rule.endpoint, method, guarded=guarded),
    }


def _seats() -> Shape:
    """Return the seat state, which is answered before Flask."""
    octets = {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}
    number = {"type": "integer", "minimum": 0, "maximum": LARGEST_ID}
    return {
        "operationId": "tickets.seatstate",
        "summary": "Send two bits a seat in plan order: 0 free, 1 taken, 2 kept.",
        "x-roles": ["everybody"],
        "parameters": [
            {"name": "performance_id", "in": "path", "required": True, "schema": number},
            {"name": "If-None-Match", "in": "header", "schema": shapes.TEXT},
        ],
        "responses": {
            "200": {"description": "done", "content": octets},
            "304": {"description": "not changed since the ETag that was sent"},
            "4XX": {"$ref": "#/components/responses/Refused"},
            "503": {"description": "the database is away; Retry-After says how long"},
        },
    }


def _paths(app: Flask) -> Shape:
    paths: Shape = {SEATS_PATH: {"get": _seats()}}
    for rule in sorted(app.url_map.iter_rules(), key=lambda rule: rule.rule):
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            paths.setdefault(path_of(rule), {})[method.lower()] = operation(app, rule, method)
    return dict(sorted(paths.items()))


def _forms(app: Flask) -> Iterator[tuple[str, Shape]]:
    for endpoint in app.view_functions:
        for form in reads_of(app, endpoint)[0]:
            yield form.__name__, form_shape(app, form)


def _problem(codes: Iterable[str]) -> Shape:
    """Return a refusal by RFC 9457, with the codes there are."""
    listed = {"enum": sorted({*codes, "crash"})}
    protocol = {"pattern": "^http_[0-9]{3}$"}
    return at_least(
        {
            "fields": {"type": "object", "additionalProperties": shapes.TEXT},
            "seats": shapes.each(shapes.TEXT),
            "days": shapes.each(DAY),
            "failures": shapes.each(exactly(code=shapes.TEXT, day=maybe(DAY), title=shapes.TEXT)),
        },
        type={"const": "about:blank"},
        status={"type": "integer", "minimum": 400, "maximum": 599},
        code={"type": "string", "anyOf": [listed, protocol]},
        title={"type": "string", "minLength": 1},
        request_id={"type": "string"},
    )


def _components(app: Flask) -> Shape:
    problem = _problem(kind.code for kind in refusals())
    header = {"in": "header", "schema": shapes.TEXT}
    refused = {PROBLEM: {"schema": known("Problem")}, "text/html": {}}
    onward = {"description": "go on to Location", "headers": {"Location": {"schema": shapes.TEXT}}}
    return {
        "schemas": dict(sorted({**shapes.SHAPES, **dict(_forms(app)), "Problem": problem}.items())),
        "parameters": {
            "Origin": {
                "name": "X-CSRFToken",
                "description": "proof of origin; or the field `csrf_token`",
                **header,
            },
            "Key": {
                "name": KEY_HEADER,
                "description": f"made by the client; or the field `{KEY}`",
                **header,
            },
        },
        "responses": {
            "Onward": onward,
            "Refused": {"description": "refused, in words", "content": refused},
        },
        "securitySchemes": {
            "signed_in": {
                "type": "apiKey",
                "in": "cookie",
                "name": "__Host-palace",
                "description": "given by /sign-in or /staff/sign-in; without TLS it is `palace`",
            }
        },
    }


def described(app: Flask) -> Shape:
    """Return the whole file."""
    return {
        "openapi": "3.1.0",
        "info": {"title": "Palace 工人文化宫", "version": "1", "description": ABOUT},
        "paths": _paths(app),
        "components": _components(app),
    }


def written(described: Any) -> str:
    """Return the file as it is committed."""
    return json.dumps(described, ensure_ascii=False, indent=1) + "\n"


def write() -> None:
    """Write the file anew."""
    FILE.write_text(written(described(unconnected_app())), encoding="utf-8")


if __name__ == "__main__":
    write()
