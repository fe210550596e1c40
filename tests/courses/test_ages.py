"""Ages of grown-ups: nobody's birthday is kept, so they say it, and it is held against the first day."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from flask.testing import FlaskClient

from palace import clock
from palace.courses.models import Offering
from palace.courses.queries import facts
from palace.courses.services import end, locked, move, offering
from palace.courses.states import EnrolmentState
from palace.members.rules import Role
from tests.factory import Factory
from tests.teaching import Teaching

ASKED = "这个班有年龄要求"


@pytest.fixture
def of(make: Factory, teaching: Teaching) -> Offering:
    """Return a class for people of 18 to 55."""
    teaching.rules()
    make.rules()
    return teaching.offering(course=teaching.course(min_age=18, max_age=55), places=1)


def born(of: Offering, years: int, later: int = 0) -> str:
    """Return the birthday of who is so old on the first day, or turns so old some days later."""
    first = facts.sessions_of(of.id)[0].day
    return (date(first.year - years, first.month, first.day) + timedelta(days=later)).isoformat()


@pytest.mark.parametrize(
    ("said", "refused"),
    [
        ((18, 1), "开课那天要满18岁"),
        ((18, 0), ""),
        ((55, 0), ""),
        ((56, 1), ""),
        ((56, 0), "开课那天不能超过55岁"),
    ],
)
def test_the_first_day_decides_by_what_was_said(
    make: Factory, client: FlaskClient, of: Offering, said: tuple[int, int], refused: str
) -> None:
    make.sign_in(client, make.member())
    page = f"/offerings/{of.id}/enrol"
    assert ASKED in client.get(page).text
    typed = born(of, *said)
    answer = client.post(page, data={"key": "a-regular-key", "born": typed})
    assert answer.status_code == (422 if refused else 303)
    assert len(facts.enrolments_of(of.id)) == (0 if refused else 1)
    if refused:
        assert refused in answer.text
        assert f'value="{typed}"' in answer.text
        assert "由培训的工作人员决定" in answer.text


def test_nothing_said_and_nonsense_are_told_at_the_field(
    make: Factory, client: FlaskClient, of: Offering
) -> None:
    make.sign_in(client, make.member())
    page = f"/offerings/{of.id}/enrol"
    assert "请填出生日期" in client.post(page, data={"key": "a-regular-key"}).text
    for typed in ("六六年", "1899-12-31", "2999-01-01"):
        answer = client.post(page, data={"key": "a-regular-key", "born": typed})
        assert answer.status_code == 422
        assert "请填出生日期，例如 1966-05-01。" in answer.text
        assert f'value="{typed}"' in answer.text
    assert facts.enrolments_of(of.id) == []


def test_where_every_grown_up_fits_nobody_is_asked(
    make: Factory, client: FlaskClient, teaching: Teaching
) -> None:
    make.sign_in(client, make.member())
    for_all = teaching.offering(course=teaching.course(min_age=6))
    assert ASKED not in client.get(f"/offerings/{for_all.id}/enrol").text


def test_a_childs_birthday_that_is_kept_is_not_asked_again(
    make: Factory, client: FlaskClient, teaching: Teaching
) -> None:
    member = make.member()
    child = teaching.child(member, years=16)
    for_young = teaching.offering(course=teaching.course(min_age=14, max_age=35))
    make.sign_in(client, member)
    page = f"/offerings/{for_young.id}/enrol"
    assert ASKED in client.get(page).text
    assert ASKED not in client.get(f"{page}?person={child.id}").text


def test_who_waited_says_it_when_the_place_is_theirs(
    make: Factory, client: FlaskClient, teaching: Teaching, of: Offering
) -> None:
    held = teaching.enrolment(of, born_on=date.fromisoformat(born(of, 30)))
    make.sign_in(client, make.member())
    page = client.post(f"/offerings/{of.id}/wait").headers["Location"]
    end(locked(held), EnrolmentState.WITHDRAWN, by="x", now=clock.now())
    offering.pass_on(of.id)

    assert ASKED in client.get(page).text
    old = client.post(f"{page}/take", data={"born": born(of, 60)})
    assert "开课那天不能超过55岁" in old.text
    client.post(f"{page}/take", data={"born": born(of, 40)})
    assert len(facts.enrolments_of(of.id)) == 1


def test_who_changes_the_class_said_it_before(
    make: Factory, teaching: Teaching, of: Offering
) -> None:
    member = make.member()
    place = teaching.enrolment(of, member, born_on=date.fromisoformat(born(of, 30)))
    other = teaching.offering(course=of.course)
    assert move(member, place.code, other.id, by="x").offering_id == other.id


def test_the_office_that_saw_a_document_lets_in_without_the_date(
    make: Factory, client: FlaskClient, of: Offering
) -> None:
    member = make.member()
    make.sign_in(client, make.staff(Role.PROGRAMME))
    sent = {"key": "a-regular-key", "phone": member.phone, "why": "看过身份证"}
    assert client.post(f"/staff/offerings/{of.id}/enrol", data=sent).status_code == 303
