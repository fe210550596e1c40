"""One entry per dated thing: it changes its revision when, and only when, a calendar would show a change."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import recurring_ical_events
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from palace import clock
from palace.agenda import blocks, queries, services
from palace.agenda.models import AgendaEntry
from palace.agenda.rules import EntryStatus
from palace.courses.belonging import BELONGING
from palace.errors import NotFound
from palace.members.models import Member
from tests.factory import Factory

STARTS = datetime(2026, 11, 28, 11, 30, tzinfo=UTC)
LATER = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)
SUBJECT = "performance:17"


@pytest.fixture
def member(make: Factory) -> Member:
    return make.member("张建华")


def put(member: Member, now: datetime | None = None, **changed: Any) -> AgendaEntry:
    starts_at = changed.pop("starts_at", STARTS)
    given_words = {
        "title_zh": "晋剧《打金枝》；加演, 第二场",
        "title_en": "The Golden Branch",
        "place_zh": "太原工人文化宫 大剧场",
        "place_en": "Taiyuan Workers' Cultural Palace, Grand Theatre",
        "path": "/performances/17",
        "doors_at": starts_at - timedelta(minutes=30),
    }
    services.put(
        member.id,
        services.Dated(
            subject=SUBJECT,
            kind="performance",
            starts_at=starts_at,
            ends_at=starts_at + timedelta(hours=2),
            **(given_words | changed),
        ),
        now or clock.now(),
    )
    return queries.entry_of(member.id, SUBJECT)


def shown(entry: AgendaEntry) -> Any:
    calendar = Calendar.from_ical(blocks.ics([entry.block], "票"))
    return calendar.walk("VEVENT")[0]


def test_an_entry_tells_time_place_doors_and_link_and_no_seat_or_name(member: Member) -> None:
    entry = put(member)

    block = shown(entry)

    assert block["SUMMARY"] == "晋剧《打金枝》；加演, 第二场"
    assert block["LOCATION"] == "太原工人文化宫 大剧场"
    assert block["DTSTART"].dt == STARTS
    assert block["DTSTART"].params["TZID"] == "Asia/Shanghai"
    assert block["DTEND"].dt == STARTS + timedelta(hours=2)
    assert (block["STATUS"], block["SEQUENCE"], block["UID"]) == ("CONFIRMED", 0, entry.uid)
    assert (
        block["DTSTAMP"].dt == block["LAST-MODIFIED"].dt == entry.changed_at.replace(microsecond=0)
    )
    assert "19:00 起检票入场" in block["DESCRIPTION"]
    assert block["URL"] == "http://127.0.0.1:8000/performances/17"
    assert "张建华" not in entry.block


def test_putting_the_same_again_changes_nothing(member: Member) -> None:
    before = put(member).block

    entry = put(member, LATER)

    assert (entry.revision, entry.block) == (0, before)


@pytest.mark.parametrize(
    "changed",
    [
        {"starts_at": STARTS + timedelta(days=1)},
        {"title_zh": "晋剧《金枝》"},
        {"place_en": "Concert Hall"},
        {"path": "/performances/18"},
        {"doors_at": STARTS},
    ],
)
def test_a_change_keeps_the_uid_and_raises_the_revision(
    member: Member, changed: dict[str, Any]
) -> None:
    uid = put(member).uid

    entry = put(member, LATER, **changed)

    block = shown(entry)
    assert (block["UID"], block["SEQUENCE"], block["LAST-MODIFIED"].dt) == (uid, 1, LATER)
    assert block["DTSTART"].dt == changed.get("starts_at", STARTS)


def test_a_cancelled_entry_says_so_under_the_same_uid_with_a_higher_revision(
    member: Member,
) -> None:
    uid = put(member).uid

    services.cancel(member.id, SUBJECT, LATER)
    services.cancel(member.id, SUBJECT, LATER + timedelta(hours=1))

    block = shown(queries.entry_of(member.id, SUBJECT))
    assert (block["UID"], block["SEQUENCE"], block["STATUS"]) == (uid, 1, "CANCELLED")
    assert block["SUMMARY"].startswith("【取消】晋剧")
    assert block["LAST-MODIFIED"].dt == LATER


def test_booking_again_after_cancelling_confirms_the_same_entry(member: Member) -> None:
    uid = put(member).uid
    services.cancel(member.id, SUBJECT, LATER)

    entry = put(member, LATER)

    assert (entry.uid, entry.revision, entry.status) == (uid, 2, EntryStatus.CONFIRMED)
    assert shown(entry)["STATUS"] == "CONFIRMED"


def test_cancelling_what_was_never_entered_does_nothing(member: Member) -> None:
    services.cancel(member.id, SUBJECT, LATER)

    with pytest.raises(NotFound):
        queries.entry_of(member.id, SUBJECT)


def test_members_do_not_share_entries(member: Member, make: Factory) -> None:
    other = make.member("李丽")

    assert put(member).uid != put(other).uid
    assert [entry.member_id for entry in queries.coming(member.id, LATER, BELONGING)] == [member.id]


def test_what_is_coming_and_what_is_past(member: Member) -> None:
    put(member)
    ends_at = STARTS + timedelta(hours=2)

    def found(now: datetime) -> tuple[int, int]:
        return len(queries.coming(member.id, now, BELONGING)), len(
            queries.past(member.id, now, BELONGING)
        )

    assert found(ends_at - timedelta(seconds=1)) == (1, 0)
    assert found(ends_at) == (0, 1)
    assert queries.past(member.id, ends_at, BELONGING, page=2) == []


def test_a_calendar_program_finds_the_show_at_its_hour_in_shanghai(member: Member) -> None:
    calendar = Calendar.from_ical(blocks.ics([put(member).block], "票"))

    found = recurring_ical_events.of(calendar).at((2026, 11, 28))

    assert [str(event["DTSTART"].dt) for event in found] == ["2026-11-28 19:30:00+08:00"]


@given(st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=200))
def test_no_folded_line_is_longer_than_75_bytes_and_none_loses_a_character(words: str) -> None:
    text = blocks.folded(f"X-WR-CALNAME:{words}")

    lines = text.removesuffix("\r\n").split("\r\n")
    assert all(len(line.encode()) <= 75 for line in lines)
    assert lines[0] + "".join(line[1:] for line in lines[1:]) == f"X-WR-CALNAME:{words}"


def test_stored_blocks_are_folded_too(member: Member) -> None:
    block = put(member, title_zh="很长很长的剧名，" * 20).block

    assert all(len(line.encode()) <= 75 for line in block.split("\r\n"))
    assert block.endswith("END:VEVENT\r\n")
