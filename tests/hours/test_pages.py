"""The desk of hours: weeks of houses and spaces, special days, and what everybody reads of them."""

from __future__ import annotations

import html
import io
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from palace import clock
from palace.clock import palace_day
from palace.db import db
from palace.hours.models import OpeningHours, SpecialDay
from palace.members.models import AuditLine
from palace.members.rules import Role
from palace.venues.models import Site, Space
from tests.factory import Factory
from tests.hours.conftest import DESK, hours
from tests.members.browser import JSON

WEEK = {f"weekday_{number}": "08:30-21:30" for number in range(1, 8)}
DAYS = f"{DESK}/days"


def path_of(place: Site | Space) -> str:
    """Return the page of a week."""
    return f"{DESK}/{'spaces' if isinstance(place, Space) else 'houses'}/{place.id}"


def seen(browser: FlaskClient, place: Site | Space) -> str:
    """Return what the form of a week carries."""
    return str(browser.get(path_of(place), headers=JSON).get_json()["seen"])


def save(browser: FlaskClient, place: Site | Space, **changed: str) -> Any:
    """Save the week of a place as it was seen."""
    return browser.post(
        path_of(place), data=WEEK | {"seen": seen(browser, place)} | changed, headers=JSON
    )


def acts() -> list[str]:
    """Return what the audit was told of hours."""
    wanted = select(AuditLine.act).order_by(AuditLine.id)
    return [act for act in db.session.scalars(wanted) if act.startswith(("hours", "special"))]


def test_a_house_gets_its_hours_and_everybody_reads_them(
    head: FlaskClient, app: Flask, make: Factory
) -> None:
    done = save(head, make.site(), weekday_1="", weekday_7="08:30-12:00 18:00-24:00", why="试行")

    assert done.status_code == 200
    (line,) = db.session.scalars(select(AuditLine).where(AuditLine.act == "hours_set"))
    assert line.after
    assert line.after["weekday_7"] == "08:30-12:00 18:00-24:00"
    assert "weekday_1" not in line.after
    assert (line.subject, line.why) == (f"site:{make.site().id}", "试行")
    assert "周日: – → 08:30-12:00 18:00-24:00" in html.unescape(head.get("/staff/audit").text)
    page = html.unescape(app.test_client().get("/hours").text)
    assert "18:00–24:00" in page
    assert "不开放" in page


def test_a_space_has_hours_of_its_own_and_goes_back_to_its_house(
    head: FlaskClient, app: Flask, make: Factory
) -> None:
    space = make.space()
    make.add(*hours(make.site(), "08:30-21:30"))
    assert "08:30-21:30" in head.get(path_of(space)).text  # it begins with its house's

    assert save(head, space, weekday_3="12:00-23:00").status_code == 200
    told = app.test_client().get("/hours", headers=JSON).get_json()["houses"]
    assert [one["space"] for one in told] == [None, space.id]

    back = head.post(f"{path_of(space)}/follow", data={"seen": seen(head, space)})
    assert back.status_code == 303
    assert not db.session.scalars(
        select(OpeningHours).where(OpeningHours.space_id == space.id)
    ).all()
    assert acts() == ["hours_set", "hours_set"]


def test_a_space_open_on_no_day_is_told_to_be_closed_instead(
    head: FlaskClient, make: Factory
) -> None:
    none = dict.fromkeys(WEEK, "")
    done = save(head, make.space(), **none)

    assert done.status_code == 422
    assert done.get_json()["code"] == "hours_missing"


def test_hours_that_cannot_be_read_are_told_at_their_day_and_kept(
    head: FlaskClient, make: Factory
) -> None:
    site = make.site()
    done = head.post(
        path_of(site),
        data=WEEK | {"seen": seen(head, site), "weekday_2": "九点到五点", "weekday_3": "9:00-8:00"},
    )
    page = html.unescape(done.text)

    assert done.status_code == 422
    assert page.count("看不懂，请写成") == 2
    assert 'value="九点到五点"' in page
    assert acts() == []


def test_of_two_who_change_the_same_week_the_second_is_asked(
    head: FlaskClient, make: Factory
) -> None:
    site = make.site()
    before = seen(head, site)
    save(head, site)

    late = head.post(path_of(site), data=WEEK | {"seen": before, "weekday_1": "10:00-11:00"})
    page = html.unescape(late.text)
    assert late.status_code == 409
    assert "刚有别人改过这里的时间" in page
    assert 'value="10:00-11:00"' in page
    assert "现在是这样" in page

    again = head.post(
        path_of(site),
        data=WEEK | {"seen": seen(head, site), "weekday_1": "10:00-11:00"},
        headers=JSON,
    )
    assert again.get_json()["week"]["weekday_1"] == "10:00-11:00"


def test_what_is_saved_twice_is_written_once(head: FlaskClient, make: Factory) -> None:
    assert save(head, make.site()).status_code == 200
    assert save(head, make.site()).status_code == 200
    assert acts() == ["hours_set"]


def test_who_looks_after_a_branch_changes_that_alone(branch: FlaskClient, make: Factory) -> None:
    own = db.session.scalars(select(Site).where(Site.kind != "head")).one()

    assert branch.get(path_of(make.site())).status_code == 404
    assert branch.get(path_of(make.space())).status_code == 404
    assert save(branch, own).status_code == 200
    day = {"day": "2026-10-01", "counts_as": "0", "name_zh": "国庆节"}
    assert branch.post(DAYS, data=day).status_code == 404  # the whole palace's
    assert branch.post(DAYS, data=day | {"site": str(make.site().id)}).status_code == 404
    assert branch.post(DAYS, data=day | {"site": str(own.id)}).status_code == 303
    assert db.session.scalars(select(SpecialDay.site_id)).all() == [own.id]


def test_a_day_is_written_down_changed_and_removed(head: FlaskClient) -> None:
    day = {"day": "2026-10-01", "counts_as": "7", "name_zh": "国庆节", "name_en": "National Day"}
    head.post(DAYS, data=day)
    head.post(DAYS, data=day)
    head.post(DAYS, data=day | {"counts_as": "0"})
    (row,) = db.session.scalars(select(SpecialDay))
    assert (row.day, row.counts_as, row.site_id) == (date(2026, 10, 1), 0, None)

    assert head.post(f"{DAYS}/{row.id}/remove").status_code == 303
    assert head.post(f"{DAYS}/{row.id}/remove").status_code == 404
    assert acts() == ["special_day_set", "special_day_set", "special_day_removed"]


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"day": "2027-02-29"}, "日期看不懂"),
        ({"day": ""}, "请填日期"),
        ({"counts_as": "8"}, "没有这一种"),
        ({"name_zh": ""}, "请写名称"),
        ({"site": "x"}, "没有这一种"),
    ],
)
def test_a_day_that_is_none_is_told_and_kept(
    head: FlaskClient, changed: dict[str, str], sentence: str
) -> None:
    day = {"day": "2026-10-01", "counts_as": "7", "name_zh": "国庆节", "name_en": "Our Day"}
    done = head.post(DAYS, data=day | changed)

    assert done.status_code == 422
    assert sentence in done.text
    assert "Our Day" in done.text


def test_a_years_list_is_looked_through_then_taken_in_once(head: FlaskClient) -> None:
    looked = head.post(f"{DAYS}/list", data={"year": "2026"})
    page = html.unescape(looked.text)
    assert "导入这39天" in page
    assert db.session.scalars(select(SpecialDay)).all() == []

    lines = head.post(f"{DAYS}/list", data={"year": "2026"}, headers=JSON).get_json()["lines"]
    assert [one["outcome"] for one in lines] == ["new"] * 39
    for _twice in range(2):
        assert head.post(f"{DAYS}/list", data={"year": "2026", "sure": "1"}).status_code == 303
    assert len(db.session.scalars(select(SpecialDay)).all()) == 39
    assert acts() == ["special_days_imported"]
    assert "没有要改的" in head.post(f"{DAYS}/list", data={"year": "2026"}).text


def test_a_file_is_brought_in_line_by_line(head: FlaskClient) -> None:
    head.post(DAYS, data={"day": "2026-10-01", "counts_as": "0", "name_zh": "国庆节"})
    text = "日期,按周几,名称\n2026-10-01,周日,国庆节\n2026-10-02,周日,国庆节\n2026-10-33,周日,错\n"
    sent = {"file": (io.BytesIO(text.encode("gb18030")), "days.csv")}

    looked = head.post(f"{DAYS}/list", data=sent)
    page = html.unescape(looked.text)
    assert "闭馆 → 周日" in page
    assert "导入这2天" in page
    assert "日期看不懂" in page
    assert "2026-10-02,周日,国庆节" in page  # carried along to be taken in

    done = head.post(f"{DAYS}/list", data={"lines": text, "sure": "1"}, headers=JSON)
    assert [one["outcome"] for one in done.get_json()["lines"]] == ["changed", "new", "wrong"]
    assert {row.counts_as for row in db.session.scalars(select(SpecialDay))} == {7}


@pytest.mark.parametrize(
    ("fields", "status"),
    [({}, 422), ({"lines": "x" * 40_001}, 422), ({"year": "2031"}, 422), ({"year": "no"}, 422)],
)
def test_what_is_no_list_is_refused_in_words(
    head: FlaskClient, fields: dict[str, str], status: int
) -> None:
    done = head.post(f"{DAYS}/list", data=fields)

    assert done.status_code == status
    assert 'role="alert"' in done.text or 'class="error"' in done.text


def test_holidays_and_swap_days_stand_on_the_public_page(app: Flask, make: Factory) -> None:
    today = palace_day(clock.now())
    make.add(*hours(make.site(), "08:30-21:30"))
    tomorrow, next_week = today + timedelta(days=1), today + timedelta(days=9)
    make.add(
        SpecialDay(day=tomorrow, counts_as=0, name_zh="除夕", name_en="New Year's Eve"),
        SpecialDay(day=next_week, counts_as=1, name_zh="调休", name_en="Swap"),
        SpecialDay(day=today - timedelta(days=1), counts_as=0, name_zh="昨天", name_en="Gone"),
    )
    page = html.unescape(app.test_client().get("/hours").text)

    assert "除夕" in page
    assert "时间同周一" in page
    assert "昨天" not in page
    told = app.test_client().get("/hours", headers=JSON).get_json()
    assert told["houses"][0]["days"][1]["open"] == []
    assert len(told["houses"][0]["days"][0]["open"]) == 1


def test_the_public_page_speaks_english_and_stands_in_the_foot(app: Flask, make: Factory) -> None:
    make.add(*hours(make.site(), "08:30-21:30"))
    browser = app.test_client()
    page = browser.get("/hours", headers={"Accept-Language": "en"}).text

    assert "Opening hours" in page
    assert 'href="/hours"' in browser.get("/performances").text
    assert 'href="/hours"' in browser.get("/about").text


def test_changing_hours_wants_a_fresh_proof(app: Flask, make: Factory) -> None:
    browser = app.test_client()
    make.sign_in(browser, make.staff(Role.ADMIN))
    make.commit()
    make.set_clock(clock.now() + timedelta(hours=1))
    make.site()
    asked = browser.post(path_of(make.site()), data=WEEK | {"seen": "x"}, headers=JSON)

    assert asked.get_json()["code"] == "proof_needed"
