"""One application a member, one word on it, whoever presses at the same moment."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import func, select

from palace.db import db
from palace.joining import services
from palace.joining.models import Application
from palace.joining.rules import Verdict
from palace.members.models import AuditLine, Member, RosterEntry, Unit
from palace.notices.models import Notice
from tests.factory import Factory
from tests.races.together import codes, together


@pytest.fixture
def newcomer(live: Factory) -> Member:
    """Return somebody no roster names."""
    live.site()
    return live.member(name="赵六", valid=False)


def applying(member: Member, unit: Unit) -> Callable[[], object]:
    """Return a job in which a member chooses a unit."""
    member_id, unit_id = member.id, unit.id
    return lambda: str(services.apply(db.session.get_one(Member, member_id), unit_id).id)


def deciding(application: Application, number: int) -> Callable[[], object]:
    """Return a job that confirms, or at every second call refuses."""
    wanted = application.id
    if number % 2:
        return lambda: str(services.refuse(wanted, f"staff:{number}", "").verdict)
    return lambda: str(services.confirm(wanted, f"staff:{number}").verdict)


def test_many_taps_on_two_units_leave_one_open_application(
    live: Factory, live_app: Flask, newcomer: Member
) -> None:
    units = [live.unit(), live.unit()]
    live.commit()

    together(live_app, [applying(newcomer, units[number % 2]) for number in range(40)])

    unanswered = select(func.count(Application.id)).where(
        Application.decided_at.is_(None), Application.withdrawn_at.is_(None)
    )
    assert db.session.scalar(unanswered) == 1


def test_two_desks_decide_once_and_the_roster_gets_one_entry(
    live: Factory, live_app: Flask, newcomer: Member
) -> None:
    application = services.apply(newcomer, live.unit().id)
    live.commit()

    results = codes(together(live_app, [deciding(application, number) for number in range(40)]))

    assert results == {"won": 1, "application_closed": 39}
    decided = db.session.get_one(Application, application.id, populate_existing=True)
    listed = db.session.scalar(select(func.count(RosterEntry.id)))
    assert listed == (1 if decided.verdict is Verdict.CONFIRMED else 0)
    for table, column in ((Notice, Notice.kind), (AuditLine, AuditLine.act)):
        told = select(func.count(table.id)).where(column == f"unit_{decided.verdict}")
        assert db.session.scalar(told) == 1


def test_who_changes_their_mind_while_a_desk_confirms_is_in_one_unit_or_waits_for_the_other(
    live: Factory, live_app: Flask, newcomer: Member
) -> None:
    first, second = live.unit(), live.unit()
    application = services.apply(newcomer, first.id)
    live.commit()

    jobs = [deciding(application, 0), applying(newcomer, second)] * 8
    together(live_app, jobs)

    member = db.session.get_one(Member, newcomer.id, populate_existing=True)
    rows = db.session.scalars(select(Application).order_by(Application.id)).all()
    if member.roster_entry_id:
        assert member.unit_id == first.id
        assert [row.verdict for row in rows] == [Verdict.CONFIRMED]
    else:
        assert rows[0].withdrawn_at is not None
        assert (rows[-1].unit_id, rows[-1].verdict) == (second.id, None)
