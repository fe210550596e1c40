"""Scores at the end of a class: who was in it, once it is over, and who reads what."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from palace.courses.models import Enrolment, Offering
from palace.courses.queries.taught import place_of
from palace.courses.states import EnrolmentState
from palace.db import db
from palace.errors import NotFound
from palace.members.models import AuditLine
from palace.members.rules import Role
from palace.surveys import queries, services
from palace.surveys.errors import ClassNotOver
from palace.surveys.views import stars_of_course
from tests.factory import Factory
from tests.teaching import Teaching

ASK = {"Accept": "application/json"}


def over(make: Factory, offering: Offering) -> None:
    """Stand at the end of the last session of a class."""
    make.set_clock(queries.last_ends_at(offering.id))


def test_a_score_is_given_at_the_last_instant_and_changed(
    make: Factory, teaching: Teaching
) -> None:
    one = teaching.enrolment(teaching.offering())
    ends_at = queries.last_ends_at(one.offering_id)
    assert ends_at
    make.set_clock(ends_at - timedelta(microseconds=1))
    with pytest.raises(ClassNotOver):
        services.score(one, 5, "")
    make.set_clock(ends_at)
    services.score(one, 5, "老师好")
    services.score(one, 4, "教室冷")
    (score,) = queries.scores(one.offering_id)
    assert (score.stars, score.words) == (4, "教室冷")


def test_who_gave_the_place_back_scores_nothing(teaching: Teaching) -> None:
    one = teaching.enrolment(teaching.offering())
    assert place_of(one.member_id, one.code) is one
    with pytest.raises(NotFound):
        place_of(one.member_id + 1, one.code)
    one.state, one.ended_at = EnrolmentState.WITHDRAWN, one.enrolled_at
    db.session.flush()
    with pytest.raises(NotFound):
        place_of(one.member_id, one.code)


def scored(make: Factory, teaching: Teaching, *stars: int) -> list[Enrolment]:
    """Return people of one class who each gave it some stars."""
    offering = teaching.offering()
    people = [teaching.enrolment(offering) for _ in stars]
    over(make, offering)
    for one, given in zip(people, stars, strict=True):
        services.score(one, given, "")
    return people


def test_the_public_reads_an_average_from_five_on(make: Factory, teaching: Teaching) -> None:
    people = scored(make, teaching, 5, 5, 4, 4, 4)
    course_id = people[0].offering.course_id
    average = stars_of_course(course_id)
    assert average is not None
    assert (average.stars, average.count) == (4.4, 5)
    db.session.delete(queries.score_of(people[0].id))
    db.session.flush()
    assert stars_of_course(course_id) is None
    average = queries.class_average(people[0].offering_id)
    assert average is not None
    assert average.count == 4


def test_the_page_keeps_what_was_typed_and_says_what_is_missing(
    make: Factory, client: FlaskClient, teaching: Teaching
) -> None:
    one = teaching.enrolment(teaching.offering())
    over(make, one.offering)
    make.sign_in(client, one.member)
    address = f"/enrolments/{one.code}/score"
    answer = client.post(address, data={"words": "教室有点冷", "stars": "6"})
    assert answer.status_code == 422
    assert "请选1到5颗星" in answer.text
    assert "教室有点冷" in answer.text
    assert client.post(address, data={"stars": "5"}).status_code == 303
    assert client.get(address, headers=ASK).json["stars"] == 5  # type: ignore[index]  # an object


def test_the_office_reads_words_of_its_own_houses(
    app: Flask, make: Factory, teaching: Teaching
) -> None:
    one = scored(make, teaching, 3)[0]
    services.score(one, 3, "希望晚半小时")
    address = f"/staff/offerings/{one.offering_id}/scores"
    here, elsewhere = app.test_client(), app.test_client()
    make.sign_in(here, make.staff(Role.PROGRAMME))
    make.sign_in(elsewhere, make.staff(Role.PROGRAMME, site=make.branch()))
    assert "希望晚半小时" in here.get(address).text
    assert one.member.name not in here.get(address).text
    assert elsewhere.get(address).status_code == 404


def test_nobody_reads_in_the_audit_or_off_an_order_what_somebody_gave(
    make: Factory, teaching: Teaching
) -> None:
    people = scored(make, teaching, 2, 5, 3)
    lines = db.session.scalars(select(AuditLine).where(AuditLine.act == "class_scored")).all()
    assert [(one.subject, one.after) for one in lines] == [
        (f"offering:{people[0].offering_id}", None)
    ] * 3
    assert [one.stars for one in queries.scores(people[0].offering_id)] == [5, 3, 2]
