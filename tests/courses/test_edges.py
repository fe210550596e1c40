"""Places at their edges: who is counted for whom, who pays what, who waits for how many others."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import event

from palace import clock
from palace.courses import services
from palace.courses.errors import ClassFull, OfferOver
from palace.courses.queries.terms import facts_of
from palace.courses.rules import Excuse
from palace.courses.services import offering, waiting
from palace.courses.states import EnrolmentState, WaitState
from palace.db import db
from palace.members.models import Member
from palace.members.rules import Role
from palace.money import FREE, Fen
from palace.teachers.rules import LEVELS
from tests.courses.test_rules import END, NOW, OPEN, WISH, codes
from tests.factory import Factory
from tests.teaching import Teaching

EXCUSED = replace(WISH, excused=Excuse(by="staff:1", why="老师同意"))


def test_who_is_let_in_among_members_only_pays_what_members_pay() -> None:
    stranger = replace(OPEN, is_member=False, public_fee=None, member_fee=Fen(12000))
    assert stranger.fee == 12000
    assert replace(stranger, public_fee=FREE).fee == 0


def test_nobody_is_let_in_before_the_opening_or_after_the_last_session() -> None:
    early = replace(OPEN, is_member=False, public_fee=None, opens_at=NOW + timedelta(minutes=1))
    assert codes(early, EXCUSED) == ["not_open"]
    taught = replace(OPEN, now=END, late_until=END, ends_at=END)
    assert codes(taught, EXCUSED) == ["too_late"]
    assert codes(replace(taught, closes_at=END), EXCUSED) == ["closed"]


def test_the_class_of_a_child_nobody_keeps_any_more_is_not_the_members_own(
    make: Factory, teaching: Teaching
) -> None:
    member, term = make.member(), teaching.term(per_person=5)
    child = teaching.child(member, years=15)
    teaching.enrolment(teaching.offering(term=term), member, companion_id=child.id)
    db.session.delete(child)
    db.session.flush()
    db.session.expire_all()

    wish = teaching.wish(teaching.offering(term=term), member)

    assert facts_of(wish).overlaps is None


def test_nobody_is_asked_about_where_what_is_free_is_for_others(
    teaching: Teaching, monkeypatch: pytest.MonkeyPatch
) -> None:
    until = clock.now() + timedelta(hours=5)
    of = teaching.offering(places=2, in_person=1, in_person_until=until)
    teaching.enrolment(of)
    for _ in range(5):
        teaching.wait(of)
    asked: list[object] = []

    def counted(wish: object) -> object:
        asked.append(wish)
        return facts_of(wish)  # type: ignore[arg-type]  # a wish

    monkeypatch.setattr(offering, "facts_of", counted)
    assert offering.pass_on(of.id) == 0
    assert asked == []


@pytest.fixture
def member(make: Factory, teaching: Teaching) -> Member:
    """Return a member of a palace."""
    teaching.rules()
    make.rules()
    return make.member()


def test_who_waits_for_a_parallel_class_changes_to_it_when_nobody_else_can(
    teaching: Teaching, member: Member
) -> None:
    course = teaching.course()
    wanted, other = (
        teaching.offering(course=course, places=1),
        teaching.offering(course=course, begins="09:00"),
    )
    theirs = teaching.enrolment(wanted)
    wait = waiting.join(teaching.wish(wanted, member), by="x")
    mine = teaching.enrolment(other, member)
    services.withdraw(theirs.member, theirs.code, by="x")

    made = services.move(member, mine.code, wanted.id, by="x")

    assert made.offering_id == wanted.id
    assert wait.state is WaitState.TAKEN


def test_who_changes_class_passes_nobody_who_waits(teaching: Teaching, member: Member) -> None:
    course = teaching.course()
    wanted, other = (
        teaching.offering(course=course, places=1),
        teaching.offering(course=course, begins="09:00"),
    )
    theirs = teaching.enrolment(wanted)
    mine, wait = teaching.enrolment(other, member), teaching.wait(wanted)
    services.withdraw(theirs.member, theirs.code, by="x")

    with pytest.raises(ClassFull):
        services.move(member, mine.code, wanted.id, by="x")
    assert wait.state is WaitState.OFFERED


def test_a_level_is_called_as_the_desk_chose_it(
    client: FlaskClient, make: Factory, teaching: Teaching
) -> None:
    of = teaching.offering(course=teaching.course(level=4))
    make.commit()
    page = client.get(f"/offerings/{of.id}").get_data(as_text=True)
    assert LEVELS[4] in page
    assert "提高" not in page


@pytest.fixture
def statements(make: Factory) -> Iterator[list[str]]:
    """Return what is asked of the database from here on."""
    assert make
    asked: list[str] = []

    def note(_connection: object, _cursor: object, sql: str, *_rest: object) -> None:
        asked.append(sql)

    event.listen(db.engine, "before_cursor_execute", note)
    yield asked
    event.remove(db.engine, "before_cursor_execute", note)


@pytest.mark.parametrize("path", ["/courses", "/staff/courses"])
def test_many_classes_are_shown_with_no_more_questions_than_two(
    client: FlaskClient, make: Factory, teaching: Teaching, statements: list[str], path: str
) -> None:
    make.sign_in(client, make.staff(Role.PROGRAMME))

    def asked(classes: int) -> int:
        for _ in range(classes):
            teaching.offering()
        make.commit()
        client.get(path)
        db.session.remove()
        statements.clear()
        assert client.get(path).status_code == 200
        return len(statements)

    assert asked(2) == asked(10)


def test_the_offer_to_a_child_nobody_keeps_any_more_is_nobodys(
    teaching: Teaching, member: Member
) -> None:
    of, child = teaching.offering(), teaching.child(member, years=15)
    soon = clock.now() + timedelta(hours=2)
    wait = teaching.wait(of, member, lapses_at=soon, companion_id=child.id)
    db.session.delete(child)
    db.session.flush()
    db.session.expire_all()

    with pytest.raises(OfferOver):
        waiting.take(wait, by="x")


def test_who_changes_to_a_class_they_did_not_pay_for_before_has_one_place_there(
    make: Factory, teaching: Teaching, member: Member
) -> None:
    term = teaching.term(per_person=5)
    course = teaching.course()
    one, other = (
        teaching.offering(course=course, term=term, begins=begins, member_fee=Fen(2000))
        for begins in ("09:00", "19:00")
    )
    lapsed = teaching.enrolment(other, member)
    make.set_clock(lapsed.held_until or clock.now())
    mine = teaching.enrolment(one, member)

    made = services.move(member, mine.code, other.id, by="x")

    assert (made.state, lapsed.state) == (EnrolmentState.UNPAID, EnrolmentState.LAPSED)
