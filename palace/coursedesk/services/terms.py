"""Terms: made and changed; their phases are instants that everybody reads."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy.dialects.postgresql import insert

from palace.coursedesk.errors import ClassMoved, TermBackwards, TermNamed
from palace.coursedesk.queries import terms as queries
from palace.coursedesk.rules import seen_as
from palace.courses.catalogue import Term
from palace.db import db
from palace.members.services import note


@dataclass(frozen=True, kw_only=True)
class TermFacts:
    """What a term is: its names, its days, its phases, and how many classes a person has in it."""

    name_zh: str
    name_en: str
    first_on: date
    last_on: date
    shown_at: datetime
    opens_at: datetime
    public_opens_at: datetime
    closes_at: datetime
    per_person: int

    def check(self) -> None:
        """Refuse days or phases that are not in order.

        Raises:
            TermBackwards: they are not.
        """
        phases = [self.shown_at, self.opens_at, self.public_opens_at]
        in_order = phases == sorted(phases) and self.public_opens_at < self.closes_at
        if not in_order or self.first_on > self.last_on:
            raise TermBackwards


def facts_of(term: Term) -> TermFacts:
    """Return what a term is."""
    return TermFacts(**{name: getattr(term, name) for name in TermFacts.__annotations__})


def seen(term: Term) -> str:
    """Return what a form carries of a term."""
    return seen_as(asdict(facts_of(term)).values())


def make_term(site_id: int, facts: TermFacts) -> Term:
    """Begin a term of a house.

    Raises:
        TermBackwards, TermNamed: it is none, or there is one of this name; sent twice, it is that one.
    """
    facts.check()
    new = insert(Term).values(site_id=site_id, **asdict(facts)).on_conflict_do_nothing()
    made = db.session.scalars(new.returning(Term)).first()
    if made is None:
        there = queries.find_named(site_id, facts.name_zh)
        if there is None or facts_of(there) != facts:
            raise TermNamed
        return there
    note("term_made", f"term:{made.id}", after=_told(facts))
    return made


def set_term(term: Term, facts: TermFacts, *, seen_before: str) -> bool:
    """Change what a term is, for every class of it; return whether anything is otherwise.

    Raises:
        TermBackwards, TermNamed: it would be none, or another has this name.
        ClassMoved: somebody else changed it since it was seen.
    """
    facts.check()
    term = queries.locked_term(term.id)
    before = facts_of(term)
    if before == facts:
        return False
    if seen(term) != seen_before:
        raise ClassMoved
    named = queries.find_named(term.site_id, facts.name_zh)
    if named is not None and named.id != term.id:
        raise TermNamed
    for name, value in asdict(facts).items():
        setattr(term, name, value)
    db.session.flush()
    was, now = _told(before), _told(facts)
    changed = [name for name in now if now[name] != was[name]]
    note(
        "term_set",
        f"term:{term.id}",
        before={name: was[name] for name in changed},
        after={name: now[name] for name in changed},
    )
    return True


def _told(facts: TermFacts) -> dict[str, Any]:
    """Return what a term is as the audit has it."""
    return {
        name: value.isoformat() if isinstance(value, date) else value
        for name, value in asdict(facts).items()
    }
