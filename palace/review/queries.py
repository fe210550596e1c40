"""What waits for a reviewer, and how a thing stands in the review; never writes."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from flask import url_for
from flask_babel import gettext
from sqlalchemy import (
    ColumnElement,
    Select,
    Text,
    any_,
    case,
    cast,
    func,
    literal,
    select,
)

from palace import words
from palace.db import db
from palace.errors import NotFound
from palace.lists.queries import Column, List, instant
from palace.lists.rules import Kind
from palace.members.models import Staff
from palace.members.posts import AT_PROGRAMME, AT_REVIEW
from palace.members.rules import SignedIn
from palace.review.models import Decision, ReviewStep, Revision
from palace.review.rules import OPEN, STATES, RevisionState, parts_of, reviewed
from palace.text import N_
from palace.venues.queries import Sites, at_sites

READERS = tuple(dict.fromkeys([*AT_REVIEW, *AT_PROGRAMME]))
"""Who reads what is in the review; only `AT_REVIEW` decide."""
MOST_SHOWN = 50


def is_reviewed(subject: str) -> bool:
    """Return whether a revision of a thing ("production:5") has passed: what is public of it is reviewed."""
    passed = (Revision.subject == subject, Revision.state == RevisionState.PASSED)
    return db.session.scalar(select(Revision.id).where(*passed).limit(1)) is not None


def open_revision(subject: str) -> Revision | None:
    """Return the revision of a thing that waits or was sent back."""
    wanted = select(Revision).where(Revision.subject == subject, Revision.state.in_(OPEN))
    return db.session.scalars(wanted).first()


def open_revisions(subjects: Collection[str]) -> dict[str, Revision]:
    """Return the open revisions of things, by subject."""
    wanted = select(Revision).where(Revision.subject.in_(subjects), Revision.state.in_(OPEN))
    return {found.subject: found for found in db.session.scalars(wanted)}


def last_revision(subject: str) -> Revision | None:
    """Return the newest revision of a thing, whatever became of it."""
    wanted = select(Revision).where(Revision.subject == subject)
    return db.session.scalars(wanted.order_by(Revision.id.desc()).limit(1)).first()


def last_passed(subject: str) -> Revision | None:
    """Return the revision of a thing that the public sees."""
    passed = (Revision.subject == subject, Revision.state == RevisionState.PASSED)
    wanted = select(Revision).where(*passed).order_by(Revision.id.desc()).limit(1)
    return db.session.scalars(wanted).first()


def revisions_of(subject: str) -> list[Revision]:
    """Return every revision of a thing, newest first."""
    wanted = select(Revision).where(Revision.subject == subject).order_by(Revision.id.desc())
    return list(db.session.scalars(wanted))


def get_revision(revision_id: int, sites: Sites) -> Revision:
    """Return a revision of these houses (None: of all).

    Raises:
        NotFound: there is none, or it is another house's.
    """
    wanted = select(Revision).where(Revision.id == revision_id, of_sites(sites))
    found = db.session.scalars(wanted).first()
    if found is None:
        raise NotFound
    return found


def locked(revision_id: int) -> Revision:
    """Return a revision under its lock, as it stands once it is ours."""
    wanted = select(Revision).where(Revision.id == revision_id)
    fresh = wanted.execution_options(populate_existing=True)
    return db.session.scalars(fresh.with_for_update(key_share=True)).one()


def of_sites(sites: Sites) -> ColumnElement[bool]:
    """Return the condition that a revision is of these houses; None: of any."""
    return at_sites(Revision.site_id, sites)


def steps() -> list[ReviewStep]:
    """Return the steps a new revision has to pass."""
    return list(db.session.scalars(select(ReviewStep).order_by(ReviewStep.position)))


def locked_steps() -> list[ReviewStep]:
    """Return the steps under their locks, so that two people do not take the last two away."""
    wanted = select(ReviewStep).order_by(ReviewStep.position).with_for_update(key_share=True)
    return list(db.session.scalars(wanted.execution_options(populate_existing=True)))


def _for_reviewer(actor: str, sites: Sites, *wanted: Any) -> Select[Any]:
    """Return the statement of what waits that this person may decide."""
    decided = select(Decision.id).where(
        Decision.revision_id == Revision.id,
        Decision.version == Revision.version,
        Decision.decided_by == actor,
    )
    return select(*wanted).where(
        Revision.state == RevisionState.WAITING,
        of_sites(sites),
        literal(actor) != func.all(Revision.authors),
        ~decided.exists(),
    )


def for_reviewer(actor: str, sites: Sites) -> tuple[int, datetime | None]:
    """Return how many revisions wait that this person may decide, and since when the oldest does."""
    wanted = _for_reviewer(actor, sites, func.count(), func.min(Revision.proposed_at))
    count, oldest = db.session.execute(wanted).one()
    return count, oldest


def waiting_for(actor: str, sites: Sites) -> list[Revision]:
    """Return what waits that this person may decide, the oldest first."""
    oldest_first = (Revision.proposed_at, Revision.id)
    wanted = _for_reviewer(actor, sites, Revision).order_by(*oldest_first).limit(MOST_SHOWN)
    return list(db.session.scalars(wanted))


def sent_back_count(actor: str) -> int:
    """Return how many revisions this person wrote were sent back to them."""
    mine = (Revision.state == RevisionState.SENT_BACK, literal(actor) == any_(Revision.authors))
    return db.session.scalar(select(func.count()).where(*mine)) or 0


def names_of(actors: Iterable[str]) -> dict[str, str]:
    """Return the names of staff, by how the audit calls them."""
    numbers = {actor: int(actor[6:]) for actor in actors if actor.startswith("staff:")}
    found = db.session.execute(select(Staff.id, Staff.name).where(Staff.id.in_(numbers.values())))
    names = {row.id: row.name for row in found}
    return {actor: names[number] for actor, number in numbers.items() if number in names}


def _here(actor: SignedIn) -> ColumnElement[bool]:
    return of_sites(actor.sites(*READERS))


def _thing(row: Any) -> str:
    kind, _ = parts_of(row.subject)
    return gettext(reviewed[kind].words) if kind in reviewed else str(kind)


PASSED_STEPS = (
    select(func.count())
    .where(
        Decision.revision_id == Revision.id,
        Decision.version == Revision.version,
        Decision.passed,
    )
    .scalar_subquery()
)


def _next_step(name: str) -> ColumnElement[str]:
    of_step = func.jsonb_extract_path_text(Revision.steps, cast(PASSED_STEPS, Text), name)
    return case((Revision.state == RevisionState.WAITING, of_step), else_="")


def _step(row: Any) -> str:
    return str((words.language() == "en" and row.step_en) or row.step or "")


REVISIONS = List(
    endpoint="review.home",
    title=N_("审核"),
    source=Revision,
    key=Revision.id,
    order="-proposed_at",
    template="review/home.html",
    scope=_here,
    more=[
        Revision.fields["title_en"].astext.label("title_en"),
        _next_step("name_en").label("step_en"),
    ],
    columns=[
        instant("proposed_at", Revision.proposed_at),
        Column(
            name="title_zh",
            heading=N_("名称"),
            of=func.coalesce(Revision.fields["title_zh"].astext, Revision.subject),
            filters=True,
            say=lambda row: words.named(row, "title"),
            link=lambda row: url_for("review.revision", revision_id=row.list_key),
        ),
        Column(name="subject", heading=N_("是什么"), of=Revision.subject, say=_thing),
        Column(
            name="state",
            heading=N_("状态"),
            of=cast(Revision.state, Text),
            kind=Kind.WORD,
            choices={state.value: words for state, words in STATES.items()},
            filters=True,
        ),
        Column(name="step", heading=N_("到哪一步"), of=_next_step("name_zh"), say=_step),
    ],
    empty=N_("还没有送审过。"),
)
