"""Who somebody is to the member who brings them, and how many may come: plain values."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from enum import StrEnum

from palace.companions.errors import TooManyMinors, TooManyPeople
from palace.identities.rules import Declared, Document, age, born_on
from palace.text import N_


class Relation(StrEnum):
    """Who a kept person is to the member."""

    SELF = "self"
    SPOUSE = "spouse"
    CHILD = "child"
    PARENT = "parent"
    OTHER = "other"


RELATIONS = {
    Relation.CHILD: N_("孩子"),
    Relation.SPOUSE: N_("爱人"),
    Relation.PARENT: N_("父母"),
    Relation.SELF: N_("我自己"),
    Relation.OTHER: N_("别的人"),
}


def birthday(declared: Declared | None, typed: date | None) -> date | None:
    """Return when somebody was born: an identity card says it, else what was typed."""
    if declared is not None and declared.document is Document.ID_CARD:
        return born_on(declared.number)
    return typed


def is_minor(born: date | None, minor_age: int, today: date) -> bool:
    """Return whether somebody is younger than `minor_age`; nobody knows of those without a birthday."""
    return born is not None and age(born, today) < minor_age


def check_company(births: Sequence[date | None], limits: tuple[int, int, int], today: date) -> None:
    """Refuse more people, or more minors among them, than one order may bring.

    Args:
        births: of everybody who comes; None: not known.
        limits: people, minors, and the age below which somebody is one; the limits are allowed.

    Raises:
        TooManyPeople, TooManyMinors.
    """
    people, minors, minor_age = limits
    if len(births) > people:
        raise TooManyPeople(limit=people)
    if sum(is_minor(born, minor_age, today) for born in births) > minors:
        raise TooManyMinors(limit=minors, age=minor_age)
