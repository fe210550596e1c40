"""What every page shares: who may use an address, one way to answer and one to refuse."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable
from enum import StrEnum
from typing import Any, TypeVar, cast
from urllib.parse import urlsplit

from flask import Flask, Response, g, jsonify, make_response, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import current_user
from flask_wtf import FlaskForm
from werkzeug.routing import BaseConverter, IntegerConverter, Map
from wtforms import Form as PlainForm

from palace.errors import BadInput, NotAllowed, NotFound, PalaceError, ProofNeeded, SignInNeeded
from palace.words import value_words

View = TypeVar("View", bound=Callable[..., ResponseReturnValue])


class CodeConverter(BaseConverter):
    """A public code in an address; anything of another shape is not found."""

    regex = "[a-z2-7]{20}"


LARGEST_ID = 2**63 - 1
"""What a bigint holds."""


def row_id(typed: str) -> int:
    """Return the number of a row that a query names.

    Raises:
        ValueError: it is none, or one that no row can have.
    """
    number = int(typed)
    if not 0 <= number <= LARGEST_ID:
        raise ValueError(typed)
    return number


class IdConverter(IntegerConverter):
    """The number of a row in an address; one that no row can have is not found."""

    def __init__(self, url_map: Map) -> None:
        """Take what a bigint holds."""
        super().__init__(url_map, max=LARGEST_ID)


class UndeclaredAddress(RuntimeError):
    """An endpoint says neither who may use it nor that everybody may."""


proof: dict[str, Callable[[], None]] = {}
"""What asks again who somebody is, under "check"; wired by members. It raises where that is open."""


def allow(
    *roles: StrEnum, back: Callable[..., str] | None = None, fresh: bool = False
) -> Callable[[View], View]:
    """Let only people with one of `roles` use a view: others are asked to sign in, or refused.

    The first role says which sign-in page strangers get: the members' or the staff's.
    `fresh` is for dangerous acts: who has not just proven who they are proves it once more.
    `back` gets the view's arguments and returns where somebody who had to sign in goes on;
    by default the address itself, or for a form the page it stood on.
    """

    def decorate(view: View) -> View:
        @functools.wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> ResponseReturnValue:
            if not current_user.is_authenticated:
                is_staff = not getattr(roles[0], "by_phone", False)
                raise SignInNeeded(staff=is_staff, back=back(**kwargs) if back else _came_from())
            if current_user.roles.isdisjoint(roles):
                raise NotAllowed
            if fresh:
                proof["check"]()
            return view(*args, **kwargs)

        guarded.palace_roles = frozenset(role.value for role in roles)  # type: ignore[attr-defined]  # read by check_addresses
        return cast("View", guarded)

    return decorate


def _came_from() -> str:
    """Return the address asked for, or for a form the page of this site it stood on."""
    if request.method == "GET":
        return request.full_path.rstrip("?")
    parts = urlsplit(request.referrer or "")
    return same_site_path(parts.path if parts.netloc == request.host else None, "/")


def page_before() -> str:
    """Return the page of this site a visitor came from; back to a stranger's is no way of ours."""
    parts = urlsplit(request.referrer or "")
    page = parts._replace(scheme="", netloc="", fragment="").geturl()
    return same_site_path(page if parts.netloc == request.host else None, "")


def public(view: View) -> View:
    """Let everybody use a view."""
    view.palace_roles = frozenset({"everybody"})  # type: ignore[attr-defined]  # read by check_addresses
    return view


def reads(*forms: type[PlainForm], query: Iterable[str] = ()) -> Callable[[View], View]:
    """Say which forms a view reads, and which bare words of the query: outside programs are told so.

    A `FlaskForm` is what a POST carries, any other form what stands in the query.
    """

    def decorate(view: View) -> View:
        view.palace_reads = (forms, tuple(query))  # type: ignore[attr-defined]  # read by the OpenAPI file
        return view

    return decorate


def check_addresses(app: Flask) -> None:
    """Refuse to start while an endpoint does not say who may use it.

    Raises:
        UndeclaredAddress: with the endpoint's name.
    """
    app.view_functions["static"].palace_roles = frozenset({"everybody"})  # type: ignore[union-attr]  # as public does
    for rule in app.url_map.iter_rules():
        if not getattr(app.view_functions[rule.endpoint], "palace_roles", None):
            raise UndeclaredAddress(f"{rule.endpoint} ({rule.rule}) needs @allow(...) or @public")


def wants_json() -> bool:
    """Return whether the client asked for JSON rather than a page."""
    accepted = request.accept_mimetypes
    return accepted["application/json"] > accepted["text/html"]


def answer(
    template: str,
    body: dict[str, Any] | Callable[[], dict[str, Any]],
    *,
    status: int = 200,
    **context: Any,
) -> Response:
    """Answer with a page made from `context`, or with `body` as JSON where the client asked for it."""
    if wants_json():
        return make_response(jsonify(body() if callable(body) else body), status)
    return make_response(render_template(template, **context), status)


def checked(form: FlaskForm) -> None:
    """Validate a form.

    Raises:
        BadInput: carries the sentence of each field.
    """
    if not form.validate_on_submit():
        raise BadInput(
            fields={name: sentences[0] for name, sentences in form.errors.items() if name}
        )


def pass_on(refusal: PalaceError) -> None:
    """Raise a refusal that no form is shown again for; return where one is.

    Raises:
        PalaceError: to programs, and of what is not there.
    """
    if wants_json() or refusal.status == NotFound.status:
        raise refusal


def refusal_words(error: PalaceError) -> str:
    """Return the refusal's sentence in the person's language; what it was caused by is part of it."""
    values = {name: _said(value) for name, value in error.values.items()}
    fields = error.values.get("fields")
    if isinstance(fields, dict) and fields:
        return " ".join(str(sentence) for sentence in fields.values())
    return str(gettext(error.message, **values))


def _said(value: object) -> object:
    """Return a refusal's value in words; several refusals say one sentence after another."""
    if isinstance(value, PalaceError):
        return refusal_words(value)
    if isinstance(value, list) and any(isinstance(one, PalaceError) for one in value):
        return " ".join(refusal_words(one) for one in value)
    return value_words(value)


def _failure(error: PalaceError) -> dict[str, Any]:
    """Return one of several reasons: its code, its sentence, and the day it is about where it is one's."""
    day = error.values.get("day")
    return {"code": error.code, "day": day and str(day), "title": refusal_words(error)}


LISTS: dict[str, Any] = {"seats": lambda seat: seat.code, "days": str, "failures": _failure}


def problem(error: PalaceError) -> Response:
    """Return the refusal as RFC 9457 problem+json."""
    detail: dict[str, Any] = {
        "type": "about:blank",
        "status": error.status,
        "code": error.code,
        "title": refusal_words(error),
        "request_id": g.get("request_id"),
    }
    if isinstance(error.values.get("fields"), dict):
        detail["fields"] = error.values["fields"]
    for name, of in LISTS.items():
        many = error.values.get(name)
        if isinstance(many, list):
            detail[name] = [of(one) for one in many]
    if isinstance(error, ProofNeeded):
        detail["way"] = str(error.values["way"])
    response = make_response(jsonify(detail), error.status)
    response.mimetype = "application/problem+json"
    return response


def same_site_path(target: str | None, default: str) -> str:
    """Return `target` if it is a plain path of this site, else `default`."""
    if (
        not target
        or not target.startswith("/")
        or target.startswith(("//", "/\\"))
        or "\\" in target
    ):
        return default
    parts = urlsplit(target)
    if parts.scheme or parts.netloc or any(ord(character) < 0x20 for character in target):  # noqa: PLR2004 - control characters
        return default
    return target


def roles_of(app: Flask, endpoint: str) -> Iterable[str]:
    """Return the role names an endpoint lets in; "everybody" for public ones."""
    roles: frozenset[str] = getattr(app.view_functions[endpoint], "palace_roles")  # noqa: B009 - set by allow and public
    return roles
