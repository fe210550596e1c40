"""Every page of courses is linked from where its people are; what is linked opens for them."""

from __future__ import annotations

import re

from flask.testing import FlaskClient

from palace import clock
from palace.courses.services import end, locked
from palace.courses.states import EnrolmentState
from palace.db import db
from palace.members.models import Member
from palace.members.rules import Role
from palace.surveys.models import Score
from tests.factory import Factory
from tests.teaching import Teaching


def reaches(client: FlaskClient, page: str, *wanted: str) -> None:
    """Check that a page links others, and that they open."""
    links = re.findall(r'href="([^"#]*)"', client.get(page).text)
    assert [one for one in wanted if one not in links] == []
    assert {one: client.get(one).status_code for one in wanted} == dict.fromkeys(wanted, 200)


def test_a_member_finds_menu_recordings_and_certificates(
    client: FlaskClient, make: Factory, teaching: Teaching
) -> None:
    place = teaching.enrolment(teaching.offering(), member := make.member())
    make.sign_in(client, member)
    reaches(client, "/mine", "/surveys", "/recordings", "/mine/certificates")
    reaches(client, "/courses", "/surveys", "/recordings")
    reaches(client, f"/enrolments/{place.code}", f"/enrolments/{place.code}/class")


def test_who_has_not_paid_is_not_led_to_the_classs_own_page(
    client: FlaskClient, make: Factory, teaching: Teaching
) -> None:
    place = teaching.enrolment(teaching.offering(member_fee=100), member := make.member())
    make.sign_in(client, member)
    assert f"/enrolments/{place.code}/class" not in client.get(f"/enrolments/{place.code}").text


def test_a_teacher_finds_what_a_class_has_beside_its_sessions(
    client: FlaskClient, make: Factory, teaching: Teaching
) -> None:
    of = teaching.offering()
    assert of.teacher
    member = make.member()
    of.teacher.member_id = member.id
    make.post(member, Role.TEACHER)
    make.sign_in(client, member)
    reaches(client, "/teaching", f"/classes/{of.id}")


def test_the_office_finds_everything_of_a_class(
    client: FlaskClient, make: Factory, teaching: Teaching
) -> None:
    of = teaching.offering()
    make.sign_in(client, make.staff(Role.PROGRAMME))
    reaches(client, "/staff", "/staff/surveys", "/staff/courses")
    reaches(client, "/staff/courses", "/staff/surveys")
    office = f"/staff/offerings/{of.id}"
    page = f"/staff/courses/classes/{of.id}"
    reaches(client, page, f"/classes/{of.id}", f"{office}/waits", f"{office}/enrol")
    reaches(client, f"{office}/enrol", page)
    renew = f"/calendars/classes/{of.id}/renew"
    assert f'action="{renew}"' in client.get(page).text
    assert client.post(renew).status_code == 303


def test_a_courses_page_shows_its_stars_once_enough_people_gave_them(
    client: FlaskClient, make: Factory, teaching: Teaching
) -> None:
    of = teaching.offering(places=9)
    for stars in (5, 5, 4, 4, 5):
        assert "位学员评的" not in client.get(f"/offerings/{of.id}").text
        place = teaching.enrolment(of)
        db.session.add(Score(enrolment_id=place.id, stars=stars, words="", given_at=clock.now()))
        db.session.flush()
    page = client.get(f"/offerings/{of.id}").text
    assert "4.6" in page
    assert "5位学员评的" in page


def test_the_office_sees_who_waits_in_order_and_how_others_ended(
    client: FlaskClient, make: Factory, teaching: Teaching
) -> None:
    teaching.rules()
    make.rules()
    held = teaching.enrolment(teaching.offering(places=1))
    first, second, third = (make.member(name) for name in ("王一", "李二", "赵三丰"))
    page = f"/offerings/{held.offering_id}/wait"
    for one in (first, second, third):
        _as(client, make, one).post(page)
    left = re.search(r"/class-waits/[^/\"]+", _as(client, make, second).get(page).text)
    assert left
    client.post(f"{left[0]}/leave")
    client.post("/sign-out")
    end(locked(held), EnrolmentState.WITHDRAWN, by="x", now=clock.now())

    make.sign_in(client, make.staff(Role.PROGRAMME))
    seen = client.get(f"/staff/offerings/{held.offering_id}/waits").text
    told = [seen.index(word) for word in ("轮到了", "在等", "退出排队")]
    assert told == sorted(told)
    assert (first.phone or "?")[-4:] in seen
    assert "赵三丰" not in seen
    make.sign_in(client, make.staff(Role.PROGRAMME, site=make.branch()))
    assert client.get(f"/staff/offerings/{held.offering_id}/waits").status_code == 404


def _as(client: FlaskClient, make: Factory, member: Member) -> FlaskClient:
    client.post("/sign-out")
    make.sign_in(client, member)
    return client


def test_a_page_of_the_office_stands_under_one_tab(
    client: FlaskClient, make: Factory, teaching: Teaching
) -> None:
    of = teaching.offering()
    make.sign_in(client, make.staff(Role.PROGRAMME))
    for page in ("waits", "enrol"):
        head = client.get(f"/staff/offerings/{of.id}/{page}").text.split("</nav>")[0]
        assert head.count('aria-current="page"') == 1
