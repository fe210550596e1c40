"""Quotas and other limits of rooms at their edges, and who has to decide."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time, timedelta
from typing import Any

import pytest

from palace.clock import at
from palace.rooms import rules
from palace.rooms.errors import RulesFailed
from palace.rooms.rules import failed_rules
from palace.rooms.wishes import Approval, Facts, Figures, Takers
from tests.rooms.wished import DAY, NOW, WEEK, Wished, facts, failed, one, span, weekly


@pytest.mark.parametrize(("had", "beyond"), [(240, 0), (241, 1)])
def test_exactly_the_weeks_quota_is_within_it(had: int, beyond: int) -> None:
    held = facts(by_week={date(2026, 12, 7): had})
    assert len(rules.beyond_quota(one(), held, one().spans)) == beyond
    assert failed(one(), held) == []  # somebody decides; no rule says no


@pytest.mark.parametrize(("had", "beyond"), [(480, 0), (481, 1)])
def test_the_months_quota_counts_from_the_first(had: int, beyond: int) -> None:
    held = facts({"troupe_month_minutes": 600}, by_month={date(2026, 12, 1): had})
    assert len(rules.beyond_quota(one(), held, one().spans)) == beyond
    january = one(day=date(2027, 1, 1))
    assert rules.beyond_quota(january, held, january.spans) == []


def test_a_series_uses_the_month_up_date_by_date() -> None:
    wish = weekly(4, date(2026, 12, 2))
    held = facts({"troupe_month_minutes": 240}, in_series=True)
    beyond = [one.day.day for one in rules.beyond_quota(wish, held, wish.spans)]
    assert beyond == [16, 23]


def test_a_troupes_own_figures_go_first_and_nought_is_no_limit() -> None:
    had = {date(2026, 12, 7): 360}
    assert rules.beyond_quota(one(), facts(by_week=had), one().spans)
    assert not rules.beyond_quota(one(), facts(by_week=had, week_minutes=480), one().spans)
    assert not rules.beyond_quota(one(), facts(by_week=had, week_minutes=0), one().spans)


def test_where_nobody_decides_the_quota_refuses() -> None:
    held = facts({"approval": Approval.NEVER}, by_week={date(2026, 12, 7): 300})
    assert failed(one(), held) == ["quota_full"]


@pytest.mark.parametrize(
    ("show", "holds"),
    [
        (DAY, False),
        (DAY + timedelta(days=7), False),
        (DAY + timedelta(days=8), True),
        (DAY - timedelta(days=1), True),
    ],
)
def test_in_the_week_before_its_show_no_quota_holds(show: date, holds: bool) -> None:
    held = facts(by_week={date(2026, 12, 7): 360}, show_days=[show])
    assert bool(rules.beyond_quota(one(), held, one().spans)) is holds


def test_marked_rooms_and_policies_wait_for_a_person() -> None:
    spans = one().spans
    assert rules.must_decide(one(), facts(), spans) == set()
    assert rules.must_decide(one(), facts(approval=True), spans) == {DAY}
    assert rules.must_decide(one(), facts({"approval": Approval.ALWAYS}), spans) == {DAY}


@pytest.mark.parametrize(
    ("last", "codes"), [(DAY, []), (DAY - timedelta(days=1), ["not_certified"])]
)
def test_a_troupe_is_certified_to_its_seasons_last_day(last: date, codes: list[str]) -> None:
    assert failed(one(), facts(seasons=[(date(2026, 1, 1), last)])) == codes


def court(**other: Any) -> Facts:
    """Return facts of a court."""
    figures = {
        "takers": Takers.MEMBER,
        "member_day_minutes": 60,
        "unit_day_count": 2,
        "approval": Approval.NEVER,
    }
    return facts(
        figures | other.pop("figures", {}), **({"min_people": 0, "has_unit": True} | other)
    )


MINE = Wished((span(minutes=60),), "sport", 2, None)


@pytest.mark.parametrize(("had", "codes"), [(0, []), (1, ["member_day_full"])])
def test_an_hour_a_member_and_day(had: int, codes: list[str]) -> None:
    assert failed(MINE, court(member_minutes={DAY: had})) == codes
    assert failed(MINE, court(member_minutes={DAY - timedelta(days=1): 60})) == []


@pytest.mark.parametrize(("had", "codes"), [(1, []), (2, ["unit_day_full"])])
def test_two_courts_a_unit_and_day(had: int, codes: list[str]) -> None:
    assert failed(MINE, court(unit_counts={DAY: had})) == codes
    assert failed(MINE, court(unit_counts={DAY: had}, has_unit=False)) == []


@pytest.mark.parametrize(("had", "codes"), [(1, []), (2, ["too_many_ahead"])])
def test_so_many_dates_ahead_outside_of_series(had: int, codes: list[str]) -> None:
    assert failed(one(), facts({"future_count": 2}, future=had)) == codes
    assert failed(weekly(2), facts({"future_count": 2}, future=had, in_series=True)) == []


@pytest.mark.parametrize(
    ("until", "codes"), [(date(2026, 12, 1), []), (date(2026, 12, 2), ["barred"])]
)
def test_the_last_day_of_a_bar_is_open_again(until: date, codes: list[str]) -> None:
    assert failed(one(), facts(barred_until=until)) == codes


def test_who_may_take_which_room() -> None:
    assert failed(replace(one(), troupe_id=None), facts()) == ["for_troupes"]
    assert failed(replace(MINE, troupe_id=1), court()) == ["for_members"]
    assert failed(MINE, court(is_member=False)) == ["not_verified"]
    assert failed(one(), facts(leads=False)) == ["not_leader"]
    assert failed(one(), facts(bookable=False)) == ["not_bookable"]
    assert failed(one(), facts(stopped="哀悼日")) == ["stopped"]


def test_a_swapped_date_keeps_the_rules_of_its_own_room() -> None:
    held = facts(in_series=True)
    small = replace(held.room, space_id=2, capacity=10)
    failures = failed_rules(weekly(2), replace(held, swapped={DAY + WEEK: small}))
    assert [(failure.code, failure.day) for failure in failures] == [
        ("too_many_people", DAY + WEEK)
    ]


def test_a_sentence_is_said_once_for_all_its_dates() -> None:
    failures = failed_rules(weekly(3), facts(in_series=True, open={}))
    told: Any = RulesFailed(failures).values["why"]
    assert len(told) == 1
    assert told[0].values["days"] == [DAY, DAY + WEEK, DAY + 2 * WEEK]


def test_what_is_away_at_once_is_counted_by_the_instant() -> None:
    away = [
        (at(DAY, time(18)), at(DAY, time(20)), 1),
        (at(DAY, time(20)), at(DAY, time(22)), 1),
        (at(DAY, time(12)), at(DAY, time(19)), 5),
    ]
    assert rules.most_at_once(away, span()) == 1


@pytest.mark.parametrize(("minutes", "late"), [(30, False), (29, True)])
def test_cancelling_is_late_behind_its_minute(minutes: int, late: bool) -> None:
    now = span().starts_at - timedelta(minutes=minutes)
    assert rules.is_late_to_cancel(span().starts_at, Figures(cancel_minutes=30), now) is late


def test_a_decision_comes_before_the_start() -> None:
    assert rules.decide_by(span(), Figures(), NOW) == NOW + timedelta(hours=48)
    late = span().starts_at - timedelta(hours=1)
    assert rules.decide_by(span(), Figures(), late) == span().starts_at
    assert rules.sign_in_by(span(), Figures()) == span().starts_at + timedelta(minutes=15)
    assert rules.sign_in_by(span(), Figures(sign_in=False)) is None
