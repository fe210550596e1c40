"""The audit: who did what to whom, for good."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ParamSpec

from flask import current_app, g, has_request_context, request
from flask_login import current_user
from sqlalchemy import Text, func, insert, literal, select
from sqlalchemy.dialects.postgresql import ARRAY

from palace.db import db, table_of
from palace.members.models import AuditLine
from palace.members.rules import Role
from palace.members.services.personal import Personal, sealed
from palace.statements import Question, execute
from palace.web import roles_of

NEW = insert(table_of(AuditLine))
FOR = "acted_for"
"""Under this name a line says for whom staff acted."""
Told = ParamSpec("Told")


def noting(
    act: str,
    subject: str,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    why: str | None = None,
    *,
    actor: str | None = None,
    personal: Personal | None = None,
) -> Question:
    """Return the statement that writes that somebody (default: who is signed in) did something.

    What staff do for a member says so; what they do meanwhile on pages of their own does not. Ids only,
    no names or phones: these go into `personal`, encrypted, and end with the person's key.
    """
    asked = has_request_context()
    known = current_user.actor if asked and current_user.is_authenticated else "system"
    if known != "system" and actor is None and current_user.acts_for and _is_for_member():
        after = {**(after or {}), FOR: f"member:{current_user.acts_for.id}"}
    line = {
        "actor": actor or known,
        "act": act,
        "subject": subject,
        "before": before,
        "after": after,
        "why": why,
        "request_id": _request_id(),
        "personal": sealed(personal) if personal else None,
        "personal_of": personal.member_id if personal else None,
    }
    return NEW, {name: value for name, value in line.items() if value is not None}


def _is_for_member() -> bool:
    """Return whether the address asked for is one that acting opens, rather than the staff's own."""
    return bool(request.endpoint) and Role.ACTING in roles_of(current_app, request.endpoint or "")


def _executed(asking: Callable[Told, Question]) -> Callable[Told, None]:
    def asked(*told: Told.args, **named: Told.kwargs) -> None:
        execute(*asking(*told, **named))

    return asked


note = _executed(noting)
"""Write the line of `noting` now."""


def note_each(act: str, subjects: Sequence[str], *, actor: str) -> None:
    """Write that somebody did the same to many subjects, in one statement."""
    line = {"actor": actor, "act": act, "request_id": _request_id()}
    told = (literal(value, Text) for value in line.values())
    each = select(func.unnest(literal(subjects, ARRAY(Text))), *told)
    db.session.execute(insert(AuditLine).from_select(["subject", *line], each))


def _request_id() -> str | None:
    return g.get("request_id") if has_request_context() else None
