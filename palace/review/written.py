"""What desks write and the public sees once it passed: productions and courses, listed with their reviews."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, FromClause, Text, and_, case, cast, func

from palace.db import table_of
from palace.lists.queries import Column
from palace.lists.rules import Kind
from palace.review.models import Revision
from palace.review.queries import last_revision, open_revision
from palace.review.rules import OPEN, STATES, RevisionState
from palace.text import N_


def with_revision(model: Any, kind: str) -> FromClause:
    """Return the table of a reviewed kind of thing with what waits of each."""
    subject = func.concat(f"{kind}:", cast(model.id, Text))
    return table_of(model).outerjoin(
        table_of(Revision), and_(Revision.subject == subject, Revision.state.in_(OPEN))
    )


def or_proposed(public: Any, name: str) -> ColumnElement[Any]:
    """Return what stands in a thing, or, where it was never reviewed, in its revision."""
    return func.coalesce(func.nullif(public, ""), Revision.fields[name].astext, "")


def review_column(title_zh: Any) -> Column:
    """Return the column that says how a thing stands in the review; one without a title never passed."""
    state = case(
        (Revision.state.is_not(None), cast(Revision.state, Text)),
        (title_zh == "", RevisionState.WITHDRAWN.value),
        else_=RevisionState.PASSED.value,
    )
    return Column(
        name="review",
        heading=N_("审核"),
        of=state,
        kind=Kind.WORD,
        choices={one.value: told for one, told in STATES.items()},
        filters=True,
    )


def fields_now(subject: str, public: dict[str, Any]) -> dict[str, Any]:
    """Return the fields a change begins with: what waits, else what is public, else what was last sent."""
    waiting = open_revision(subject)
    last = waiting or (None if public else last_revision(subject))
    return last.fields if last else public
