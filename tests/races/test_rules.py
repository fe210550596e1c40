"""Administrators change the rules of the house at once: no change is lost, none is half done."""

from __future__ import annotations

from collections.abc import Callable

from flask import Flask
from sqlalchemy import select

from palace.db import db
from palace.house.queries import figures_of
from palace.house.services import set_figures, take_preset
from palace.members.models import AuditLine
from palace.venues.figure import seen_as
from palace.venues.figures import Group
from palace.venues.models import HouseRules
from tests.factory import Factory
from tests.races.together import codes, together


def lines() -> list[AuditLine]:
    """Return the audit lines of changed rules, oldest first."""
    wanted = select(AuditLine).where(AuditLine.act == "rules_set").order_by(AuditLine.id)
    return list(db.session.scalars(wanted))


def rules(live: Factory) -> HouseRules:
    """Return the rules as they are committed."""
    db.session.rollback()
    db.session.expire_all()
    return live.rules()


def test_of_many_who_saw_the_same_figures_one_changes_them(live: Factory, live_app: Flask) -> None:
    live.rules()
    seen = seen_as(figures_of(Group.TICKETS))
    live.commit()
    jobs: list[Callable[[], object]] = [
        lambda minutes=minutes: set_figures(  # type: ignore[misc]  # a lambda's default
            Group.TICKETS, {"hold_minutes": minutes, "free_per_month": minutes}, seen=seen
        )
        for minutes in range(20, 36)
    ]

    assert codes(together(live_app, jobs, at_once=16)) == {"won": 1, "figures_changed": 15}

    house = rules(live)
    (line,) = lines()
    assert line.after == {"hold_minutes": house.hold_minutes, "free_per_month": house.hold_minutes}
    assert house.free_per_month == house.hold_minutes


def test_who_changes_another_page_loses_nothing(live: Factory, live_app: Flask) -> None:
    live.rules()
    seen = {group: seen_as(figures_of(group)) for group in Group}
    live.commit()
    wanted: dict[Group, dict[str, int | bool]] = {
        Group.TICKETS: {"hold_minutes": 30},
        Group.CODES: {"code_per_phone_day": 30},
        Group.PEOPLE: {"companions_kept": 3},
        Group.ROSTER: {"retired_are_members": False},
        Group.LIMITS: {"exports_per_day": 30},
    }
    jobs: list[Callable[[], object]] = [
        lambda at=group, so=figures: set_figures(at, so, seen=seen[at])  # type: ignore[misc]  # a lambda's default
        for group, figures in wanted.items()
    ]
    jobs.append(lambda: take_preset("two_in_a_year", seen=seen[Group.STRIKES]))

    assert codes(together(live_app, jobs, at_once=6)) == {"won": 6}

    house = rules(live)
    for figures in wanted.values():
        for name, value in figures.items():
            assert getattr(house, name) == value
    assert (house.strikes_to_bar, house.bar_days) == (2, 365)
    assert len(lines()) == 6


def test_of_two_presets_and_own_figures_at_once_one_stands_whole(
    live: Factory, live_app: Flask
) -> None:
    live.rules()
    seen = seen_as(figures_of(Group.STRIKES))
    live.commit()
    own = {"strikes_to_bar": 4, "strike_within_days": 40, "bar_days": 4}
    jobs: list[Callable[[], object]] = []
    for _ in range(5):
        jobs.append(lambda: take_preset("two_in_a_year", seen=seen))
        jobs.append(lambda: take_preset("three_in_sixty", seen=seen))
        jobs.append(lambda: set_figures(Group.STRIKES, own, seen=seen))

    assert codes(together(live_app, jobs, at_once=15)) == {"won": 1, "figures_changed": 14}

    house = rules(live)
    stands = (house.strikes_to_bar, house.strike_within_days, house.bar_days)
    assert stands in {(2, 365, 365), (3, 60, 30), (4, 40, 4)}
    assert len(lines()) == 1
