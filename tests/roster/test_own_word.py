"""Whom a unit confirmed by its own word: kept for a while, listed, and given the list's card."""

from __future__ import annotations

from datetime import timedelta

import pytest

from palace import clock
from palace.db import db, transaction
from palace.joining import services as joining
from palace.members.models import Member, RosterEntry
from palace.members.rules import Standing
from palace.members.units import RosterStatus
from palace.roster import queries
from palace.upkeep import read_roster
from tests.factory import Factory
from tests.roster.conftest import applied, listed, member, now, people, unit_id, upload

OTHERS = tuple(f"李志强,,TY{number},,,," for number in range(1, 10))


def confirmed(name: str, phone: str, *, days_ago: int = 0, card: str = "") -> Member:
    """Return a member who applied to the first firm, and was confirmed by its organiser."""
    row = member(name, phone)
    with transaction():
        application = joining.apply(row, unit_id("first"))
        joining.confirm(application.id, "member:1", card_number=card)
        entry = db.session.query(RosterEntry).filter_by(id=row.roster_entry_id).one()
        entry.confirmed_at = clock.now() - timedelta(days=days_ago)
    return row


def standing(row: Member) -> Standing:
    """Return a member's standing as the database has it now."""
    db.session.rollback()
    db.session.expire_all()
    told = db.session.get_one(Member, row.id).standing(clock.palace_day(clock.now()))
    db.session.rollback()
    return told


def test_whom_the_unit_confirmed_lately_a_complete_list_does_not_send_away(
    house: Factory,
) -> None:
    zhang = confirmed("张建华", "13800000001", days_ago=3)
    done = applied(listed(*OTHERS), "first", complete=True)

    assert (done.counts["leaving"], done.counts["kept"]) == (0, 1)
    assert [entry.name for entry in queries.kept_by(done)] == ["张建华"]
    assert standing(zhang) is Standing.VALID


def test_who_was_confirmed_long_ago_and_is_still_on_no_list_leaves(house: Factory) -> None:
    zhang = confirmed("张建华", "13800000001", days_ago=61)
    done = applied(listed(*OTHERS), "first", complete=True, confirmed=True)

    assert (done.counts["leaving"], done.counts["kept"]) == (1, 0)
    assert standing(zhang) is Standing.EXPIRED


def test_for_how_long_is_the_house_s_rule(house: Factory) -> None:
    zhang = confirmed("张建华", "13800000001", days_ago=3)
    house.rules().roster_confirmed_days = 2
    house.commit()
    applied(listed(*OTHERS), "first", complete=True, confirmed=True)

    assert standing(zhang) is Standing.EXPIRED


def test_the_list_s_card_takes_the_place_of_the_one_we_made_up(house: Factory) -> None:
    zhang = confirmed("张建华", "13800000001", days_ago=400)
    made_up = people("first")[0][0]
    number = upload(listed("张建华,13800000001,TY77,,2099-12-31,,"), "first", complete=True)
    read_roster(number)
    counts = now(number).counts
    assert (counts["new"], counts["changed"], counts["leaving"]) == (0, 1, 0)
    assert people("first") == [(made_up, "张建华", "active")]

    done = applied(listed("张建华,13800000001,TY77,,2099-12-31,在职,"), "first", complete=True)

    assert done.counts["changed"] == 1
    assert people("first") == [("TY77", "张建华", "active")]
    assert standing(zhang) is Standing.VALID
    again = applied(listed("张建华,13800000001,TY77,,2099-12-31,,"), "first", complete=True)
    assert (again.counts["unchanged"], again.counts["changed"]) == (1, 0)


@pytest.mark.parametrize(
    "line", ["张建华,13800000002,TY77,,,,", "张建国,13800000001,TY77,,,,", "张建华,,TY77,,,,"]
)
def test_name_or_phone_alone_is_nobody_s_card(house: Factory, line: str) -> None:
    confirmed("张建华", "13800000001", days_ago=1)
    done = applied(listed(line), "first", complete=True)

    assert (done.counts["new"], done.counts["kept"]) == (1, 1)
    assert len(people("first")) == 2


def test_two_lines_of_one_person_give_one_card_and_one_new_line(house: Factory) -> None:
    confirmed("张建华", "13800000001")
    lines = ("张建华,13800000001,TY77,,,,", "张建华,13800000001,TY78,,,,")
    done = applied(listed(*lines), "first", complete=True)

    assert (done.counts["changed"], done.counts["new"]) == (1, 1)
    assert [card for card, _, _ in people("first")] == ["TY77", "TY78"]


def test_another_unit_s_list_gives_no_card_here(house: Factory) -> None:
    confirmed("张建华", "13800000001")
    done = applied(listed("张建华,13800000001,TY77,,,,"), "second", complete=True)

    assert (done.counts["new"], done.counts["kept"]) == (1, 0)
    assert people("first")[0][0] != "TY77"


def test_who_gets_a_new_card_goes_on_as_a_member(house: Factory) -> None:
    zhang = member("张建华", "13800000001")
    applied(listed("张建华,13800000001,TY1,,2099-12-31,,"), "first")
    applied(listed("张建华,13800000001,TY2,,2099-12-31,,"), "first", complete=True, confirmed=True)

    assert people("first") == [("TY1", "张建华", "left"), ("TY2", "张建华", "active")]
    assert standing(zhang) is Standing.VALID


def test_the_unit_s_word_takes_somebody_back_whom_a_list_let_go(house: Factory) -> None:
    applied(listed("张建华,13800000001,TY1,,2099-12-31,离职,"), "first")
    zhang = confirmed("张建华", "13800000009", card="TY1")

    assert people("first") == [("TY1", "张建华", RosterStatus.ACTIVE)]
    assert standing(zhang) is Standing.VALID
