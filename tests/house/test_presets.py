"""What strikes lead to: three ways of other houses by one tap, and what a change does to people now."""

from __future__ import annotations

import html
import re
from datetime import date, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, text
from sqlalchemy.exc import ProgrammingError

from palace import clock
from palace.db import COMES_WITH_THE_TABLES, db, table_of, tables_to_empty
from palace.members.models import AuditLine, Member
from palace.mine.queries import belongings
from palace.strikes import queries
from palace.strikes.errors import Barred
from palace.strikes.models import Strike, StrikePreset
from palace.strikes.rules import Ladder, StrikeKind
from palace.tickets.rules import Wish
from palace.tickets.services import hold
from palace.venues.figures import Group
from tests.factory import Factory
from tests.house.conftest import RULES, Save, told, typed
from tests.members.browser import JSON

PRESET = f"{RULES}/strikes/preset"


def missed(make: Factory, *days_ago: float, forgiven: bool = False) -> Member:
    """Return a member who missed a show on each of these days."""
    member, now = make.member(), clock.now()
    for number, ago in enumerate(days_ago):
        strike = Strike(
            member_id=member.id, kind=StrikeKind.TICKET, subject=f"performance:{number}"
        )
        strike.title_zh, strike.title_en, strike.written_by = "晋剧", "Opera", "system"
        strike.happened_at = strike.written_at = now - timedelta(days=ago)
        if forgiven:
            strike.forgiven_at, strike.forgiven_by, strike.why = now, "system", "admitted"
        make.add(strike)
    return member


def take(browser: FlaskClient, code: str, seen: str | None = None) -> int:
    """Take a preset over as its button does; return the status."""
    seen = seen or typed(browser, Group.STRIKES)["seen"]
    return browser.post(PRESET, data={"preset": code, "seen": seen}).status_code


def bar_of(member: Member) -> date | None:
    """Return until when a member is told not to book."""
    return belongings(member, clock.now()).barred_until


def barred(browser: FlaskClient) -> dict[object, object]:
    """Return how many each preset would bar, and how many are barred now."""
    body = told(browser, Group.STRIKES)
    presets = body["presets"]
    assert isinstance(presets, list)
    return {"now": body["barred"]} | {one["preset"]: one["barred"] for one in presets}


def test_the_presets_come_with_the_tables_each_with_its_source(make: Factory) -> None:
    found = {one.code: one.ladder for one in queries.presets()}

    assert found == {
        "warning": Ladder(strikes=0, within_days=60, bar_days=30),
        "three_in_sixty": Ladder(strikes=3, within_days=60, bar_days=30),
        "two_in_a_year": Ladder(strikes=2, within_days=365, bar_days=365),
    }
    assert all(one.source_zh and one.source_en for one in queries.presets())
    assert table_of(StrikePreset).info == {COMES_WITH_THE_TABLES: True}
    assert "strike_presets" not in tables_to_empty()
    assert "house_rules" in tables_to_empty()


@pytest.mark.parametrize(
    "act", ["DELETE FROM strike_presets", "UPDATE strike_presets SET strikes=9"]
)
def test_the_web_only_reads_them(make: Factory, act: str) -> None:
    with pytest.raises(ProgrammingError, match="permission denied"):
        db.session.execute(text(act))


def test_one_tap_sets_three_figures_and_stands_in_the_audit(
    head: FlaskClient, make: Factory
) -> None:
    page = head.get(f"{RULES}/strikes").text
    assert re.search(r"只提醒，从不停</b> <span class=\"tag free\">正在用", page)

    assert take(head, "two_in_a_year") == 303

    db.session.expire_all()
    house = make.rules()
    assert (house.strikes_to_bar, house.strike_within_days, house.bar_days) == (2, 365, 365)
    assert (house.strike_free_only, house.strike_after_minutes) == (True, 120)
    (line,) = db.session.scalars(select(AuditLine).where(AuditLine.act == "rules_set"))
    assert line.before == {"strikes_to_bar": 0, "strike_within_days": 60, "bar_days": 30}
    assert line.after == {"strikes_to_bar": 2, "strike_within_days": 365, "bar_days": 365}
    page = html.unescape(head.get(f"{RULES}/strikes").text)
    assert "现在：365天内2次没来，停365天" in page
    assert re.search(r"365天内2次没来，停365天</b> <span class=\"tag free\">正在用", page)
    assert "九江市总工会" in page
    assert "自己定的数" not in page


def test_figures_of_no_preset_are_the_house_s_own(head: FlaskClient, save: Save) -> None:
    save(Group.STRIKES, strikes_to_bar="3", bar_days="31")

    page = head.get(f"{RULES}/strikes").text
    assert "自己定的数" in page
    assert "正在用" not in page
    save(Group.STRIKES, bar_days="30")
    assert "自己定的数" not in head.get(f"{RULES}/strikes").text


def test_where_nothing_bars_the_days_say_nothing(head: FlaskClient, save: Save) -> None:
    save(Group.STRIKES, strikes_to_bar="0", strike_within_days="7", bar_days="1")

    page = head.get(f"{RULES}/strikes").text
    assert "自己定的数" not in page
    assert page.count("正在用") == 1


def test_the_page_says_whom_each_way_bars_before_it_is_taken(
    head: FlaskClient, make: Factory
) -> None:
    thrice, twice = missed(make, 1, 20, 50), missed(make, 200, 300)
    missed(make, 1)
    missed(make, 1, 2, 3, forgiven=True)
    missed(make, 40, 41, 42)  # barred for thirty days, which are over
    make.commit()

    assert barred(head) == {"now": 0, "warning": 0, "three_in_sixty": 1, "two_in_a_year": 3}
    assert bar_of(thrice) is None

    take(head, "three_in_sixty")
    assert barred(head)["now"] == 1
    assert bar_of(thrice) is not None
    assert bar_of(twice) is None
    assert "现在有1人不能新预约" in head.get(f"{RULES}/strikes").text

    take(head, "warning")
    assert barred(head)["now"] == 0
    assert bar_of(thrice) is None


def test_who_was_free_to_book_is_refused_after_the_tap(head: FlaskClient, make: Factory) -> None:
    member, show = missed(make, 1, 2), make.performance(seats=4)
    make.commit()
    take(head, "two_in_a_year")

    with pytest.raises(Barred):
        hold(member, show.id, Wish(count=1), key="after-the-tap")
    db.session.rollback()
    take(head, "warning")

    assert hold(member, show.id, Wish(count=1), key="after-the-other").seat_count == 1


@pytest.mark.parametrize(("ago", "count"), [(364, 1), (365, 0)])
def test_a_bar_that_began_as_long_ago_as_it_lasts_is_over(
    head: FlaskClient, make: Factory, ago: float, count: int
) -> None:
    missed(make, ago, ago)
    make.commit()

    assert barred(head)["two_in_a_year"] == count


def test_an_own_bar_longer_than_any_preset_s_is_counted_too(
    head: FlaskClient, save: Save, make: Factory
) -> None:
    missed(make, 1000)
    make.commit()
    save(Group.STRIKES, strikes_to_bar="1", bar_days="3660")

    assert barred(head) == {"now": 1, "warning": 0, "three_in_sixty": 0, "two_in_a_year": 0}


def test_an_unknown_preset_and_a_page_of_before_are_told(
    head: FlaskClient, save: Save, make: Factory
) -> None:
    seen = typed(head, Group.STRIKES)["seen"]
    unknown = head.post(PRESET, data={"preset": "cane", "seen": seen})
    assert (unknown.status_code, "没有这一种，请重新选择" in unknown.text) == (422, True)
    for nothing in (
        {},
        {"preset": "x" * 65, "seen": seen},
        {"preset": "warning", "seen": "x" * 2001},
    ):
        refused = head.post(PRESET, data=nothing)
        assert (refused.status_code, 'role="alert"' in refused.text) == (422, True)
    as_program = head.post(PRESET, json={"preset": "cane", "seen": seen}, headers=JSON)
    assert as_program.get_json()["code"] == "preset_unknown"

    save(Group.STRIKES, strike_after_minutes="60")
    stale = head.post(PRESET, data={"preset": "two_in_a_year", "seen": seen})
    assert (stale.status_code, "刚有别人改过这一页" in stale.text) == (409, True)
    db.session.expire_all()
    assert make.rules().strikes_to_bar == 0


def test_a_form_without_what_was_seen_says_so(head: FlaskClient) -> None:
    sent = typed(head, Group.STRIKES)
    del sent["seen"]
    refused = head.post(f"{RULES}/strikes", data=sent)

    assert (refused.status_code, "请刷新这一页再改" in refused.text) == (422, True)
