"""Every rule of enrolling at its edges, on plain values."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import cast

import pytest

from palace.courses.rules import (
    GRACE,
    Excuse,
    Facts,
    Named,
    Taken,
    Wish,
    failed_rules,
    free_places,
    free_until,
    given_back,
    late_until,
    pay_by,
)
from palace.courses.states import Channel
from palace.members.rules import Known
from palace.money import FREE, Fen

NOW = datetime(2026, 9, 1, 1, tzinfo=UTC)
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
WISH = Wish(offering_id=1, member=cast("Known", None))
OPEN = Facts(
    now=NOW,
    today=date(2026, 9, 1),
    shown=True,
    cancelled=False,
    opens_at=NOW,
    public_opens_at=NOW + DAY,
    closes_at=NOW + 30 * DAY,
    late_until=NOW + 20 * DAY,
    places=20,
    in_person=0,
    in_person_until=None,
    taken=Taken(),
    member_fee=FREE,
    public_fee=Fen(20000),
    material_fee=FREE,
    per_term=2,
)
STARTS = [NOW + 10 * DAY, NOW + 17 * DAY, NOW + 24 * DAY]
END = STARTS[-1] + timedelta(hours=2)


def codes(facts: Facts, wish: Wish = WISH) -> list[str]:
    """Return the codes of what fails."""
    return [one.code for one in failed_rules(wish, facts)]


def test_what_keeps_every_rule_fails_none() -> None:
    assert codes(OPEN) == []


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"cancelled": True}, "class_cancelled"),
        ({"shown": False}, "not_shown"),
        ({"opens_at": NOW + MINUTE}, "not_open"),
        ({"closes_at": NOW}, "closed"),
        ({"late_until": NOW}, "too_late"),
        ({"late_until": None}, "too_late"),
        ({"taken": Taken(live=20, online=20)}, "full"),
        ({"taken": Taken(live=19, online=19, waiting=1)}, "others_wait"),
        ({"is_member": False}, "not_open"),
        ({"is_member": False, "public_fee": None}, "members_only"),
        ({"barred_until": date(2026, 9, 2)}, "barred"),
        ({"age": 6, "min_age": 7}, "too_young"),
        ({"age": 13, "max_age": 12}, "too_old"),
        ({"max_age": 17}, "too_old"),
        ({"max_age": 18}, "age_unknown"),
        ({"min_age": 19}, "age_unknown"),
        ({"min_age": 18, "max_age": 55}, "age_unknown"),
        ({"age": 17, "min_age": 18, "max_age": 55}, "too_young"),
        ({"age": 56, "min_age": 18, "max_age": 55}, "too_old"),
        ({"prerequisite": Named("入门", "Entry"), "finished": False}, "prerequisite"),
        ({"needs_consent": True}, "consent_needed"),
        ({"in_class": 1, "in_term": 1}, "enrolled_before"),
        ({"in_course": 1, "in_term": 1}, "one_per_course"),
        ({"in_term": 2}, "too_many"),
    ],
)
def test_a_rule_that_is_not_kept_is_told(changed: dict[str, object], code: str) -> None:
    assert codes(replace(OPEN, **changed)) == [code]  # type: ignore[arg-type]  # facts by name


@pytest.mark.parametrize(
    "changed",
    [
        {"closes_at": NOW + MINUTE, "late_until": NOW + MINUTE},
        {"taken": Taken(live=19, online=19)},
        {"is_member": False, "public_opens_at": NOW},
        {"barred_until": date(2026, 9, 1)},
        {"age": 7, "min_age": 7, "max_age": 7},
        {"min_age": 18},
        {"age": 18, "min_age": 18, "max_age": 55},
        {"age": 55, "min_age": 18, "max_age": 55},
        {"prerequisite": Named("入门", "Entry")},
        {"in_term": 1},
    ],
)
def test_the_edge_itself_is_within(changed: dict[str, object]) -> None:
    assert codes(replace(OPEN, **changed)) == []  # type: ignore[arg-type]  # facts by name


def test_every_failed_rule_is_told_at_once() -> None:
    facts = replace(OPEN, age=6, min_age=7, in_course=1, in_term=2, closes_at=NOW)
    assert codes(facts) == ["closed", "too_young", "one_per_course", "too_many"]


def test_an_excuse_lets_in_beyond_what_may_be_excused_and_no_further() -> None:
    excused = replace(WISH, excused=Excuse(by="staff:1", why="邻居"))
    facts = replace(OPEN, age=6, min_age=7, in_course=1, in_term=2, closes_at=NOW)
    assert codes(facts, excused) == []
    assert codes(replace(facts, taken=Taken(live=20)), excused) == ["full"]
    assert codes(replace(facts, taken=Taken(waiting=1)), excused) == ["others_wait"]
    assert codes(replace(facts, barred_until=date(2026, 9, 9)), excused) == ["barred"]


def test_a_guardians_word_given_now_is_enough() -> None:
    assert codes(replace(OPEN, needs_consent=True), replace(WISH, guardian=True)) == []


class TestKeptPlaces:
    """Of 20 places three are kept for who comes in person, for a day."""

    FACTS = replace(OPEN, in_person=3, in_person_until=NOW + DAY)
    COUNTER = replace(WISH, channel=Channel.COUNTER)

    def test_online_the_seventeenth_is_the_last(self) -> None:
        assert codes(replace(self.FACTS, taken=Taken(live=16, online=16))) == []
        assert codes(replace(self.FACTS, taken=Taken(live=17, online=17))) == ["kept_in_person"]

    def test_in_person_all_twenty_may_be_had(self) -> None:
        assert codes(replace(self.FACTS, taken=Taken(live=19, online=17)), self.COUNTER) == []
        assert codes(replace(self.FACTS, taken=Taken(live=20, online=17)), self.COUNTER) == ["full"]

    def test_who_comes_in_person_first_takes_nothing_from_online(self) -> None:
        assert codes(replace(self.FACTS, taken=Taken(live=19, online=16))) == []

    def test_at_their_instant_they_are_everybodys(self) -> None:
        released = replace(self.FACTS, in_person_until=NOW, taken=Taken(live=17, online=17))
        assert codes(released) == []

    def test_who_waits_online_does_not_stand_before_who_comes_in_person(self) -> None:
        taken = Taken(live=17, online=17, waiting=4)
        assert codes(replace(self.FACTS, taken=taken), self.COUNTER) == []
        taken = replace(taken, waiting_in_person=1)
        assert codes(replace(self.FACTS, taken=taken), self.COUNTER) == ["others_wait"]


@pytest.mark.parametrize(
    ("taken", "kept", "channel", "left"),
    [
        (Taken(), 0, Channel.ONLINE, 5),
        (Taken(live=5, online=5), 0, Channel.ONLINE, 0),
        (Taken(live=7, online=5), 2, Channel.COUNTER, 0),
        (Taken(live=3, online=3), 2, Channel.ONLINE, 0),
        (Taken(live=3, online=1), 2, Channel.ONLINE, 2),
        (Taken(live=3, online=3), 2, Channel.COUNTER, 2),
    ],
)
def test_free_places(taken: Taken, kept: int, channel: Channel, left: int) -> None:
    assert free_places(5, kept, taken, channel) == left


@pytest.mark.parametrize(("late", "until"), [(0, STARTS[0]), (2, STARTS[2]), (3, END), (9, END)])
def test_who_comes_late_is_let_in_until_a_session_begins(late: int, until: datetime) -> None:
    assert late_until(STARTS, END, late) == until


def test_a_place_waits_for_its_money_but_not_past_the_last_session() -> None:
    assert pay_by(NOW, 72, END) == NOW + 3 * DAY
    assert pay_by(NOW, 72, NOW + DAY) == NOW + DAY
    assert pay_by(NOW, 72, None) == NOW + 3 * DAY
    assert timedelta(0) < GRACE < timedelta(minutes=5)


def test_withdrawing_is_free_until_days_before_or_the_end_of_the_trial() -> None:
    assert free_until(STARTS, days=7, trial=0, ends_at=END) == STARTS[0] - 7 * DAY
    assert free_until(STARTS, days=7, trial=1, ends_at=END) == STARTS[1]
    assert free_until([], days=7, trial=1, ends_at=None) is None


def test_what_is_given_back_is_the_fee_in_time_and_material_until_it_is_bought() -> None:
    def back(until: datetime | None, bought_at: datetime | None) -> Fen:
        return given_back(Fen(200), Fen(30), until=until, bought_at=bought_at, now=NOW)

    assert back(NOW, None) == 230
    assert back(NOW - MINUTE, None) == 30
    assert back(NOW, NOW) == 200
    assert back(NOW - MINUTE, NOW) == 0
    assert back(None, NOW + MINUTE) == 230
