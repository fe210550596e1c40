"""Certificates: who earned one, numbers without holes, revoked, given anew, checked by everybody."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from palace import clock
from palace.certificates import queries, services
from palace.certificates.errors import (
    CertificateStands,
    ClassNotOver,
    NobodyEarned,
    NotEarned,
)
from palace.certificates.rules import check_over, earns, number_of
from palace.db import db
from palace.errors import NotFound
from palace.members.rules import Role
from tests.certificates.conftest import Finished, finished
from tests.factory import Factory
from tests.teaching import Teaching
from tests.troupes.conftest import told

ASK = {"Accept": "application/json"}


@pytest.mark.parametrize(
    ("attended", "held", "earned"),
    [(7, 10, True), (6, 10, False), (0, 0, False), (3, 4, True), (2, 3, False), (10, 10, True)],
)
def test_seventy_per_cent_are_enough_and_less_are_not(
    attended: int, held: int, earned: bool
) -> None:
    assert earns(attended, held, 70) is earned


def test_a_number_tells_house_year_and_place() -> None:
    assert number_of("head", 2026, 7) == "HEAD-2026-0007"
    assert number_of("head", 2026, 12345) == "HEAD-2026-12345"


def test_a_class_is_over_at_the_end_of_its_last_session() -> None:
    now = datetime(2026, 11, 28, 12, tzinfo=UTC)
    check_over(now, now)
    for ends_at in (now + timedelta(microseconds=1), None):
        with pytest.raises(ClassNotOver):
            check_over(ends_at, now)


def test_who_came_often_enough_gets_one_and_is_told(over: Finished) -> None:
    given = services.issue(over.offering, by="staff:1")
    assert [one.enrolment_id for one in given] == [one.id for one in over.people[:2]]
    year = clock.palace_day(over.ends_at).year
    assert [one.number for one in given] == [f"HEAD-{year}-0001", f"HEAD-{year}-0002"]
    assert [(one.attended, one.held, one.minutes) for one in given] == [
        (10, 10, 900),
        (7, 10, 900),
    ]
    assert told("certificate_issued") == [f"member:{one.member_id}" for one in over.people[:2]]
    with pytest.raises(NobodyEarned):
        services.issue(over.offering, by="staff:1")


def test_an_instant_before_the_end_is_too_early(make: Factory, over: Finished) -> None:
    make.set_clock(over.ends_at - timedelta(microseconds=1))
    with pytest.raises(ClassNotOver):
        services.issue(over.offering, by="staff:1")


def test_the_percentage_is_the_house_s(make: Factory, over: Finished, teaching: Teaching) -> None:
    teaching.rules(certificate_percent=60)
    assert len(services.issue(over.offering, by="staff:1")) == 3


def test_a_revoked_one_stays_and_another_is_given_anew(over: Finished) -> None:
    first, _second = services.issue(over.offering, by="staff:1")
    with pytest.raises(CertificateStands):
        services.reissue(over.offering, first.id, by="staff:1")
    services.revoke(over.offering.id, first.id, "名字写错了", by="staff:2")
    services.revoke(over.offering.id, first.id, "再来一次", by="staff:3")
    assert (first.why, first.revoked_by) == ("名字写错了", "staff:2")
    over.people[0].member.name = "张建国"
    db.session.flush()
    again = services.reissue(over.offering, first.id, by="staff:2")
    assert (again.serial, again.name, again.code != first.code) == (3, "张建国", True)
    with pytest.raises(CertificateStands):
        services.reissue(over.offering, first.id, by="staff:2")
    assert [one.serial for one in queries.of_class(over.offering.id)] == [1, 2, 3]


def test_nobody_gets_one_anew_whose_roll_was_corrected(
    make: Factory, over: Finished, teaching: Teaching
) -> None:
    one = services.issue(over.offering, by="staff:1")[1]
    services.revoke(over.offering.id, one.id, "点名点错了", by="staff:1")
    teaching.rules(certificate_percent=80)
    with pytest.raises(NotEarned):
        services.reissue(over.offering, one.id, by="staff:1")
    with pytest.raises(NobodyEarned):
        services.issue(over.offering, by="staff:1")


def test_a_certificate_of_another_class_is_not_there(
    make: Factory, over: Finished, teaching: Teaching
) -> None:
    one = services.issue(over.offering, by="staff:1")[0]
    with pytest.raises(NotFound):
        services.revoke(teaching.offering().id, one.id, "x", by="staff:1")


def test_numbers_begin_anew_in_another_year(
    make: Factory, over: Finished, teaching: Teaching
) -> None:
    services.issue(over.offering, by="staff:1")
    later = finished(make, teaching, 10)
    make.set_clock(later.ends_at + timedelta(days=400))
    year = clock.palace_day(clock.now()).year
    assert [one.number for one in services.issue(later.offering, by="staff:1")] == [
        f"HEAD-{year}-0001"
    ]


def test_everybody_checks_one_and_reads_no_whole_name(client: FlaskClient, over: Finished) -> None:
    over.people[0].member.name = "欧阳建国"
    one = services.issue(over.offering, by="staff:1")[0]
    page = client.get(f"/certificates/{one.code}").text
    assert one.number in page
    assert "欧**国" in page
    assert "欧阳建国" not in page
    assert "这张证书是真的" in page
    services.revoke(over.offering.id, one.id, "冒名上课", by="staff:1")
    page = client.get(f"/certificates/{one.code}").text
    assert "不再有效" in page
    assert "冒名上课" not in page


@pytest.mark.parametrize("code", ["a" * 20, "A0189", f"{'a' * 19}.pdf", "%00", "书"])
def test_who_checks_one_that_was_never_given_is_told_so(client: FlaskClient, code: str) -> None:
    page = client.get(f"/certificates/{code}")
    assert page.status_code == 404
    assert "没有这张证书" in page.text


def test_a_member_sees_their_own_and_nobody_else_prints_it(
    app: Flask, make: Factory, over: Finished
) -> None:
    one = services.issue(over.offering, by="staff:1")[0]
    mine, other = app.test_client(), app.test_client()
    make.sign_in(mine, over.people[0].member)
    make.sign_in(other, over.people[1].member)
    told_mine = mine.get("/mine/certificates", headers=ASK).get_json()["certificates"]
    assert [each["code"] for each in told_mine] == [one.code]
    assert other.get(f"/certificates/{one.code}.pdf").status_code == 404


def test_only_who_teaches_it_and_the_office_of_its_house_give_them(
    app: Flask, make: Factory, over: Finished, teaching: Teaching
) -> None:
    teacher, stranger = make.member("李老师"), make.member("王老师")
    teaching.teacher(stranger)
    over.offering.teacher = teaching.teacher(teacher)
    db.session.flush()
    address = f"/classes/{over.offering.id}/certificates"
    for who in (stranger, make.staff(Role.PROGRAMME, site=make.branch())):
        browser = app.test_client()
        make.sign_in(browser, who)
        assert browser.get(address).status_code == 404
        assert browser.post(address).status_code == 404
    browser = app.test_client()
    make.sign_in(browser, teacher)
    assert "出勤不够" in browser.get(address).text
    assert browser.post(address).status_code == 303
    one = queries.of_class(over.offering.id)[0]
    answer = browser.post(f"{address}/{one.id}/revoke", data={"why": " "})
    assert (answer.status_code, "请写为什么撤销" in answer.text) == (422, True)
    assert browser.post(f"{address}/{one.id}/revoke", data={"why": "重名"}).status_code == 303
    assert browser.post(f"{address}/{one.id}/reissue").status_code == 303
    assert browser.post(address).status_code == 409
