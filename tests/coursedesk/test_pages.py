"""The pages of the desk: a class in one page, its sessions, its end, terms, courses, teachers, figures."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from palace.coursedesk.services.ending import call_off
from palace.courses.catalogue import Course, Term
from palace.courses.models import ClassSession, Offering
from palace.courses.policies import ClassRules
from palace.courses.states import OfferingState, SessionState
from palace.db import db
from palace.members.rules import Role
from palace.review.models import Revision
from palace.teachers.models import Teacher
from palace.teachers.queries import skills_of, times_of
from tests.coursedesk.conftest import DESK, Planned, reviewed, skilled
from tests.factory import Factory
from tests.lending import Lending
from tests.members.browser import JSON
from tests.teaching import Teaching


def words(page: TestResponse) -> str:
    """Return what stands on a page."""
    return html.unescape(page.get_data(as_text=True))


def typed(teaching: Teaching, **changed: Any) -> dict[str, Any]:
    """Return the form of a class."""
    return {
        "course": str(teaching.course().id),
        "term": str(teaching.term().id),
        "pattern": "weekly",
        "first": teaching.day().isoformat(),
        "count": "3",
        "begins": "19:00",
        "minutes": "90",
        "places": "20",
        "in_person": "0",
        "member_fee": "0",
        "material_fee": "0",
        "minimum": "5",
        "trial_sessions": "1",
        "late_sessions": "3",
        "offer_sessions": "2",
        "absences": "3",
        "space": "",
        "teacher": "",
        "picked": "",
        "key": "a-key-of-a-page",
    } | changed


def test_a_class_is_planned_in_one_page(
    desk: FlaskClient, make: Factory, teaching: Teaching
) -> None:
    space, teacher = make.space(), skilled(teaching)
    form = typed(teaching)
    make.commit()
    assert desk.get(f"{DESK}/classes/new").status_code == 200
    looked = desk.post(f"{DESK}/classes/look", data=form)
    assert "一共3次课" in words(looked)
    assert teacher.name_zh in words(looked)
    assert space.name_zh in words(looked)
    assert "就这样排" not in words(looked)

    form |= {"space": str(space.id), "teacher": str(teacher.id)}
    told = desk.post(f"{DESK}/classes/look", data=form, headers=JSON).get_json()
    assert [one["in_the_way"] for one in told["dates"]] == [[], [], []]
    assert "就这样排" in words(desk.post(f"{DESK}/classes/look", data=form))
    made = desk.post(f"{DESK}/classes", data=form | {"seen": told["seen"]})
    assert made.status_code == 303
    of = db.session.scalars(select(Offering)).one()
    assert (of.state, of.space_id, of.teacher_id) == (OfferingState.DRAFT, space.id, teacher.id)
    assert of.decides_on is not None
    again = desk.post(f"{DESK}/classes", data=form | {"seen": told["seen"]})
    assert again.headers["Location"] == made.headers["Location"]


def test_a_new_class_begins_with_the_figures_of_the_house(
    desk: FlaskClient, make: Factory, teaching: Teaching
) -> None:
    make.commit()
    without = words(desk.get(f"{DESK}/classes/new"))  # and without a term
    assert 'name="count"' not in without or 'value="12"' in without
    teaching.rules(usual_sessions=9, usual_minutes=75, usual_places=21)
    teaching.term()
    make.commit()
    page = words(desk.get(f"{DESK}/classes/new"))
    for name, value in (("count", 9), ("minutes", 75), ("places", 21)):
        assert re.search(rf'name="{name}"[^>]*value="{value}"', page)


def test_what_changed_meanwhile_is_shown_and_nothing_typed_is_lost(
    desk: FlaskClient, make: Factory, teaching: Teaching, planned: Planned
) -> None:
    space = make.space()
    form = typed(teaching, space=str(space.id), name_zh="周末班")
    make.commit()
    seen = desk.post(f"{DESK}/classes/look", data=form, headers=JSON).get_json()["seen"]
    other = planned(space=space, publish=False)
    make.commit()
    refused = desk.post(f"{DESK}/classes", data=form | {"seen": seen})
    assert refused.status_code == 409
    assert "和刚才看到的不一样了" in words(refused)
    assert "周末班" in words(refused)
    assert f"{DESK}/sessions/" in words(refused)
    assert other.course.title_zh in words(refused)


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"first": "明天"}, "请填日期，例如 2026-12-05。"),
        ({"begins": "七点"}, "请填时间，例如 19:30。"),
        ({"count": "0"}, "请填写1到60的整数。"),
        ({"member_fee": "三十"}, "请填元，最多两位小数，例如 30 或 12.5；免费填0。"),
        ({"minimum": "30"}, "不能比“名额”还多。"),
        ({"pattern": "picked"}, "请写日期，一行一个，例如 2026-12-05。"),
        ({"pattern": "yearly"}, "请从列出的里面选。"),
        ({"course": "0"}, "请从列出的里面选。"),
    ],
)
def test_what_is_typed_wrong_is_told_at_its_field(
    desk: FlaskClient, make: Factory, teaching: Teaching, wrong: dict[str, str], sentence: str
) -> None:
    form = typed(teaching) | wrong
    make.commit()
    refused = desk.post(f"{DESK}/classes/look", data=form)
    assert refused.status_code == 422
    assert sentence in words(refused)


def test_a_class_of_last_term_is_opened_again_in_three_clicks(
    desk: FlaskClient, make: Factory, teaching: Teaching, planned: Planned
) -> None:
    made = planned()
    make.commit()
    one = desk.get(f"{DESK}/classes/{made.id}")
    assert f"{DESK}/classes/new?like={made.id}" in words(one)
    shown = desk.get(f"{DESK}/classes/new?like={made.id}", headers=JSON).get_json()
    assert len(shown["looked"]["dates"]) == 3
    page = words(desk.get(f"{DESK}/classes/new?like={made.id}"))
    assert "一共3次课" in page
    assert desk.get(f"{DESK}/classes/new?like=99999999999999999999").status_code == 200


def test_a_class_is_published_changed_and_kept(
    desk: FlaskClient, make: Factory, planned: Planned
) -> None:
    made = planned()
    draft = planned(space=make.space(), publish=False)
    make.commit()
    assert desk.post(f"{DESK}/classes/{draft.id}/publish").status_code == 409
    reviewed(draft.course_id)
    make.commit()
    published = desk.post(f"{DESK}/classes/{draft.id}/publish")
    assert published.status_code == 303
    told = desk.get(f"{DESK}/classes/{made.id}", headers=JSON).get_json()
    assert (told["state"], told["enrolled"], len(told["sessions"])) == ("published", 0, 3)
    stale = desk.post(f"{DESK}/classes/{made.id}", data=_facts("old"))
    assert stale.status_code == 409
    assert desk.post(f"{DESK}/classes/{made.id}", data=_facts(told["seen"])).status_code == 303
    assert 'value="惠民专项"' in desk.get(f"{DESK}/classes/{made.id}").text
    assert 'value="惠民专项"' in desk.get(f"{DESK}/classes/new?like={made.id}").text
    assert desk.post(f"{DESK}/classes/{made.id}/keep").status_code == 303
    assert desk.post(f"{DESK}/classes/{made.id}/keep").status_code == 409
    assert desk.get(f"{DESK}?stand=cancelled").status_code == 200


def _facts(seen: str) -> dict[str, str]:
    return {
        "seen": seen,
        "places": "25",
        "in_person": "0",
        "member_fee": "0",
        "public_fee": "0",
        "material_fee": "0",
        "fund": " 惠民专项 ",
        "minimum": "5",
        "trial_sessions": "0",
        "late_sessions": "3",
        "offer_sessions": "2",
        "absences": "3",
    }


def test_a_session_is_called_off_and_made_up_for_by_one_of_three_places(
    desk: FlaskClient, make: Factory, teaching: Teaching, planned: Planned, lending: Lending
) -> None:
    lending.hours()
    made, other = planned(), skilled(teaching)
    one = (
        db.session.scalars(select(ClassSession).where(ClassSession.offering_id == made.id))
        .unique()
        .first()
    )
    assert one
    make.commit()
    address = f"{DESK}/sessions/{one.id}"
    told = desk.get(address, headers=JSON).get_json()
    assert len(told["places"]) == 3
    assert [each["teacher"] for each in told["teachers"]] == [other.id]
    assert "停课，到这个时间补" in words(desk.get(address))
    assert desk.post(f"{address}/substitute", data={"teacher": str(other.id)}).status_code == 303
    assert desk.post(f"{address}/cancel", data={"place": "", "why": ""}).status_code == 422
    chosen = told["places"][1]["place"]
    assert desk.post(f"{address}/cancel", data={"place": chosen}).status_code == 303
    db.session.refresh(one)
    assert one.state is SessionState.CANCELLED
    assert desk.post(f"{address}/cancel", data={"later": "1"}).status_code == 409
    sessions = desk.get(f"{DESK}/classes/{made.id}", headers=JSON).get_json()["sessions"]
    assert one.id in {each["instead_of"] for each in sessions}


def test_a_session_moves_and_is_made_up_for_later(
    desk: FlaskClient, make: Factory, teaching: Teaching, planned: Planned, lending: Lending
) -> None:
    lending.hours()
    made = planned()
    sessions = list(
        db.session.scalars(select(ClassSession).where(ClassSession.offering_id == made.id)).unique()
    )
    room = str(made.space_id)
    make.commit()
    where = {"place": "", "day": teaching.day(16).isoformat(), "begins": "18:00", "space": room}
    moved = desk.post(f"{DESK}/sessions/{sessions[0].id}/move", data=where)
    assert moved.status_code == 303
    later = desk.post(f"{DESK}/sessions/{sessions[1].id}/cancel", data={"later": "1"})
    assert later.status_code == 303
    taken = desk.post(f"{DESK}/sessions/{sessions[1].id}/make-up", data=where)
    assert taken.status_code == 409
    nowhere = desk.post(f"{DESK}/sessions/{sessions[1].id}/make-up", data=where | {"space": "0"})
    assert nowhere.status_code == 422
    blank = desk.post(
        f"{DESK}/sessions/{sessions[1].id}/make-up", data=where | {"place": " ", "day": " "}
    )
    assert blank.status_code == 422
    where |= {"day": teaching.day(17).isoformat()}
    made_up = desk.post(f"{DESK}/sessions/{sessions[1].id}/make-up", data=where)
    assert made_up.status_code == 303


def test_a_term_is_made_and_changed(desk: FlaskClient, make: Factory) -> None:
    form = {
        "site": str(make.site().id),
        "name_zh": "2027年春季",
        "first_on": "2027-03-01",
        "last_on": "2027-06-30",
        "shown_at": "2027-01-10T09:00",
        "opens_at": "2027-01-20T09:00",
        "public_opens_at": "2027-01-27T09:00",
        "closes_at": "2027-03-10T18:00",
        "per_person": "2",
    }
    make.commit()
    assert desk.post(f"{DESK}/terms", data=form).status_code == 303
    term = db.session.scalars(select(Term)).one()
    assert desk.post(f"{DESK}/terms", data=form).status_code == 303
    other = desk.post(f"{DESK}/terms", data=form | {"per_person": "3"})
    assert other.status_code == 409
    told = desk.get(f"{DESK}/terms/{term.id}", headers=JSON).get_json()
    backwards = form | {"seen": told["seen"], "opens_at": "2027-01-01T09:00"}
    assert desk.post(f"{DESK}/terms/{term.id}", data=backwards).status_code == 422
    well = form | {"seen": told["seen"], "per_person": "3"}
    assert desk.post(f"{DESK}/terms/{term.id}", data=well).status_code == 303
    assert "2027年春季" in words(desk.get(f"{DESK}/terms"))


def test_a_course_goes_through_the_review(desk: FlaskClient, make: Factory) -> None:
    key = desk.get(f"{DESK}/courses/new", headers=JSON).get_json()["key"]
    form = {
        "key": key,
        "subject": "calligraphy",
        "title_zh": "书法基础",
        "about_zh": "从握笔学起。",
        "level": "1",
        "min_age": "6",
        "max_age": "12",
    }
    assert desk.post(f"{DESK}/courses", data=form | {"max_age": "3"}).status_code == 422
    assert desk.post(f"{DESK}/courses", data=form).status_code == 303
    assert desk.post(f"{DESK}/courses", data=form).status_code == 303
    course = db.session.scalars(select(Course)).one()
    assert course.title_zh == ""
    page = words(desk.get(f"{DESK}/courses/{course.id}"))
    assert "等审核" in page
    assert "书法基础" in page
    revision = db.session.scalars(select(Revision)).one()
    change = form | {"seen": f"{revision.seen}.waiting", "title_zh": "书法（楷书）基础"}
    assert desk.post(f"{DESK}/courses/{course.id}/change", data=change).status_code == 303
    assert desk.get(f"{DESK}/courses/{course.id}/change").status_code == 200
    db.session.refresh(revision)
    assert (revision.version, revision.fields["title_zh"]) == (2, "书法（楷书）基础")
    back = {"revision": str(revision.id), "version": "2"}
    assert desk.post(f"{DESK}/courses/{course.id}/withdraw", data=back).status_code == 303
    assert desk.get(f"{DESK}/courses?review=withdrawn").status_code == 200


def test_a_teacher_is_written_linked_and_leaves(
    desk: FlaskClient, make: Factory, teaching: Teaching, planned: Planned
) -> None:
    member = make.member("王老师")
    form = {
        "site": str(make.site().id),
        "name_zh": "王老师",
        "subjects": ["calligraphy", "painting"],
        "levels": ["3"] + ["0"] * 14,
        "weekdays": ["1", "6"],
        "froms": ["09:00", ""],
        "tos": ["11:30", ""],
        "fee": "200",
    }
    make.commit()
    assert desk.post(f"{DESK}/teachers", data=form | {"tos": ["08:00", ""]}).status_code == 422
    assert desk.post(f"{DESK}/teachers", data=form).status_code == 303
    teacher = db.session.scalars(select(Teacher)).one()
    assert skills_of([teacher.id]) == {teacher.id: {"calligraphy": 3, "painting": 0}}
    assert [one.weekday for one in times_of([teacher.id])[teacher.id]] == [1]
    assert (teacher.fee, teacher.name_en) == (20000, "")
    address = f"{DESK}/teachers/{teacher.id}"
    assert "王老师" in words(desk.get(address))
    assert desk.post(address, data=form | {"fee": ""}).status_code == 303
    nobody = desk.post(f"{address}/link", data={"phone": member.phone, "name": "李老师"})
    assert nobody.status_code == 422
    linked = desk.post(f"{address}/link", data={"phone": member.phone, "name": member.name})
    assert linked.status_code == 303
    db.session.refresh(teacher)
    assert teacher.member_id == member.id
    busy = planned(teacher=teacher)
    make.commit()
    assert desk.post(f"{address}/leave").status_code == 409
    call_off(busy, by="staff:1", why="不开了")
    make.commit()
    assert desk.post(f"{address}/leave").status_code == 303
    assert "王老师" not in words(desk.get(f"{DESK}/teachers"))


def test_administrators_change_the_figures_as_they_saw_them(
    client: FlaskClient, make: Factory, teaching: Teaching
) -> None:
    site = make.site()
    make.sign_in(client, make.staff(Role.ADMIN))
    make.commit()
    assert client.get(f"{DESK}/rules").status_code == 303
    address = f"{DESK}/rules/{site.id}"
    told = client.get(address, headers=JSON).get_json()
    form = {one["name"]: str(one["value"]) for one in told["figures"]} | {"seen": told["seen"]}
    assert "至少几人开班" in words(client.get(address))
    looked = client.post(f"{address}/look", data=form | {"minimum": "6"}, headers=JSON)
    assert looked.get_json() == {"too_few": 0, "too_many": 0}
    assert client.post(address, data=form | {"minimum": "6"}).status_code == 303
    rules = db.session.get(ClassRules, site.id)
    assert rules
    assert rules.minimum == 6
    assert client.post(address, data=form).status_code == 409
    assert client.post(address, data=form | {"minimum": "-1"}).status_code == 422


def test_other_houses_and_other_posts_find_nothing(
    client: FlaskClient, make: Factory, planned: Planned
) -> None:
    made = planned()
    make.sign_in(client, make.staff(Role.SITE_ADMIN, site=make.branch()))
    make.commit()
    assert client.get(f"{DESK}/classes/{made.id}").status_code == 404
    assert client.get(f"{DESK}/terms/{made.term_id}").status_code == 404
    assert client.get(f"{DESK}/teachers/{made.teacher_id}").status_code == 404
    assert client.get(f"{DESK}/rules/{make.site().id}").status_code == 404
    assert client.get(DESK).status_code == 200
