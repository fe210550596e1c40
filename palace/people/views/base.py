"""What the pages of who works here share: how far the administrator's word reaches, passwords, JSON."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Blueprint
from flask.typing import ResponseReturnValue
from flask_login import current_user

from palace.errors import PalaceError
from palace.members.errors import PostNotForThem
from palace.members.models import Post, Staff
from palace.members.posts import OF_SITES, OF_TROUPES
from palace.members.rules import Role
from palace.people import queries
from palace.people.errors import SiteUnknown, UnitUnknown
from palace.people.queries import Worker
from palace.people.rules import Sites
from palace.web import answer, refusal_words, wants_json

ADMINISTRATORS = (Role.ADMIN, Role.SITE_ADMIN)

OF_ONE = "/staff/<id:person_id>"

bp = Blueprint("people", __name__, url_prefix="/staff/people")


def sites_administered() -> Sites:
    """Return the houses whose people this administrator looks after; None: all."""
    found: Sites = current_user.sites(*ADMINISTRATORS)
    return found


def given(roles: Sequence[Role]) -> list[Role]:
    """Return those of some roles that this administrator gives; who leads a troupe is named there."""
    whole = sites_administered() is None
    return [role for role in roles if role in OF_SITES or (whole and role not in OF_TROUPES)]


def staff_of(person_id: int) -> Staff:
    """Return somebody of the staff by number."""
    found = queries.get_worker(queries.STAFF, person_id, sites_administered()).who
    if not isinstance(found, Staff):
        raise TypeError("staff expected")
    return found


def typed(field: Any) -> str:
    """Return what was typed in a field, without spaces around it."""
    return (field.data or "").strip()


def field_of(refusal: PalaceError, form: Any, first: Any) -> Any:
    """Return the field of a post's form that a refusal is about, `first` where it is about none."""
    if isinstance(refusal, UnitUnknown):
        return form.unit
    if isinstance(refusal, SiteUnknown):
        return form.site
    if isinstance(refusal, PostNotForThem):
        return form.unit if form.role.data == Role.UNIT else form.site
    return first


def show_again(refusal: PalaceError, first: Any) -> None:
    """Have a form shown again say why; a refusal of the whole stands at its first field.

    Raises:
        PalaceError: the refusal itself, to programs.
    """
    if wants_json():
        raise refusal
    if "fields" not in refusal.values:
        first.errors = [refusal_words(refusal)]


def show_password(login: str, password: str, status: int = 200) -> ResponseReturnValue:
    """Show somebody's new password, the only time it is seen."""
    return answer(
        "people/password.html",
        {"login": login, "password": password},
        status=status,
        login=login,
        password=password,
    )


def worker_json(one: Worker) -> dict[str, Any]:
    """Return somebody and their posts as programs read them."""
    return {
        "kind": one.kind,
        "id": one.who.id,
        "name": one.who.name,
        "posts": [_post_json(post) for post in one.posts],
    }


def _post_json(post: Post) -> dict[str, Any]:
    return {
        "post": post.id,
        "role": post.role.value,
        "site": post.site_id,
        "unit": post.unit.code if post.unit else None,
        "troupe": post.troupe_id,
    }
