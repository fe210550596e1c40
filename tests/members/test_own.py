"""What members change about themselves, and what the audit keeps of it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import ProgrammingError

from palace import clock
from palace.db import db
from palace.members import queries, services
from palace.members.errors import NameFromRoster, NotAName
from palace.members.models import AuditLine, Grant
from palace.members.rules import GrantKind
from tests.factory import Factory


def acts() -> list[str]:
    """Return what was done, in order."""
    return list(db.session.scalars(select(AuditLine.act).order_by(AuditLine.id)))


def test_a_name_is_corrected(make: Factory) -> None:
    member = make.member("李雷", valid=False)

    services.rename(member, "李  蕾")

    assert member.name == "李 蕾"
    assert acts() == ["member_renamed"]


def test_a_name_from_a_roster_is_the_units_to_correct(make: Factory) -> None:
    with pytest.raises(NameFromRoster):
        services.rename(make.member(), "李蕾")


def test_nobody_is_renamed_to_what_is_no_name(make: Factory) -> None:
    with pytest.raises(NotAName):
        services.rename(make.member(valid=False), "x9")


def test_each_renewal_gives_the_calendar_another_generation(make: Factory) -> None:
    member = make.member()
    services.renew_calendar(member)
    services.renew_calendar(member)

    assert member.calendar_generation == 3


def test_wheelchair_places_open_for_who_asks_and_close_again(make: Factory) -> None:
    member, now = make.member(), clock.now()
    make.set_clock(now)

    services.ask_access(member, True, now)
    services.ask_access(member, True, now)
    assert [grant.kind for grant in queries.live_grants(member, 1, now)] == [GrantKind.WHEELCHAIR]
    services.ask_access(member, False, now + timedelta(seconds=1))
    services.ask_access(member, False, now + timedelta(seconds=1))

    assert queries.live_grants(member, 1, now + timedelta(seconds=1)) == []
    assert len(db.session.scalars(select(Grant)).all()) == 1
    assert acts() == ["access_asked", "access_ended"]


def test_closing_the_places_leaves_a_grant_for_one_performance_alone(make: Factory) -> None:
    member, performance, now = make.member(), make.performance(), clock.now()
    given = make.grant(member, performance)

    services.ask_access(member, False, now)

    assert queries.live_grants(member, performance.id, now) == [given]


def test_grants_hold_from_their_first_instant_until_before_their_last(make: Factory) -> None:
    member, now = make.member(), clock.now()
    grant = make.grant(member)
    grant.starts_at, grant.ends_at = now, now + timedelta(hours=1)
    db.session.flush()

    live = [
        bool(queries.live_grants(member, 1, now + timedelta(seconds=seconds)))
        for seconds in (-1, 0, 3599, 3600)
    ]
    assert live == [False, True, True, False]


def test_a_grant_for_one_performance_is_none_for_another_or_for_somebody_else(
    make: Factory,
) -> None:
    member, performance, now = make.member(), make.performance(), clock.now()
    make.grant(member, performance)

    assert len(queries.live_grants(member, performance.id, now)) == 1
    assert queries.live_grants(member, performance.id + 1, now) == []
    assert queries.live_grants(member, None, now) == []
    assert queries.live_grants(make.member(), performance.id, now) == []


def test_the_audit_keeps_what_it_is_told(make: Factory) -> None:
    services.note(
        "price_changed", "performance:7", before={"fen": 0}, after={"fen": 3000}, why="board"
    )

    line = db.session.scalars(select(AuditLine)).one()
    assert (line.actor, line.subject, line.before, line.after, line.why) == (
        "system",
        "performance:7",
        {"fen": 0},
        {"fen": 3000},
        "board",
    )


@pytest.mark.parametrize("change", ["UPDATE audit_lines SET why = 'x'", "DELETE FROM audit_lines"])
def test_the_web_cannot_change_the_audit(make: Factory, change: str) -> None:
    services.note("member_renamed", "member:1")

    with pytest.raises(ProgrammingError, match="permission denied"), db.session.begin_nested():
        db.session.execute(text(change))
