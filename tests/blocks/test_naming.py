"""A pasted list: looked through first, then given; every line has its result, and it stays."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from palace import clock
from palace.blocks import queries, services
from palace.blocks.errors import (
    ConsentNeeded,
    ListGiven,
    NamesUnreadable,
    NeedsDocuments,
    NotThisWay,
)
from palace.blocks.models import Block, NameList
from palace.blocks.rules import MOST_NAMES, Outcome, Way, read_names
from palace.blocks.services.naming import candidates
from palace.db import db
from palace.errors import NotFound
from palace.members.models import Member, Unit
from palace.members.units import RosterStatus, UnitKind
from palace.notices.models import Notice
from palace.programme.rules import IdentityPolicy
from palace.tickets import services as tickets
from palace.tickets.models import Order, Ticket
from palace.tickets.rules import OrderState, Wish
from tests.blocks.conftest import give, listed_in, member_of
from tests.factory import Factory

BY = "member:1"


def paste(block: Block, *lines: str) -> NameList:
    """Paste names, one a line."""
    return services.read_list(block.id, "\n".join(lines), BY)


def hand_out(block: Block, names: NameList, **picks: int) -> list[Outcome]:
    """Give a list out; return what became of its lines."""
    chosen = {int(line.removeprefix("line")): entry for line, entry in picks.items()}
    services.give_list(block.id, names.id, chosen, consents=True, actor=BY)
    return found(names)


def found(names: NameList) -> list[Outcome]:
    """Return the results of the lines."""
    return [one.outcome for one in names.names]


@pytest.mark.parametrize(
    ("typed", "name", "end"),
    [
        ("张建华", "张建华", ""),
        ("  张建华　0001 ", "张建华", "0001"),
        ("张建华13900000001", "张建华", "0001"),
        ("张 建 华,139****0001", "张建华", "0001"),
        ("张建华（１２３４）", "张建华", "1234"),
        ("John Smith 4321", "John Smith", "4321"),
        ("李建华 TY0000123x", "李建华", "123X"),
        ("李建华TY00001234", "李建华", "1234"),
        ("李建华（TY00001234）", "李建华", "1234"),
        ("王伟A", "王伟A", ""),
        ("王伟A 1234", "王伟A", "1234"),
        ("1234", "", "1234"),
    ],
)
def test_a_line_is_a_name_and_perhaps_four_digits(typed: str, name: str, end: str) -> None:
    (line,) = read_names(f"\n{typed}\n \n")
    assert (line.name, line.end) == (name, end)
    assert line.typed


def test_each_line_says_what_it_means_and_nothing_is_given(make: Factory, unit: Unit) -> None:
    show = make.performance(seats=4)
    block = give(make, show, unit, 3)
    has = member_of(make, unit, "有票人")
    services.take(block.code, has, "abcdefgh")
    listed_in(make, unit, "没账号")
    listed_in(make, unit, "离开人", status=RosterStatus.LEFT)
    listed_in(make, unit, "过期人", valid_until=date(2020, 1, 1))
    listed_in(make, unit, "同名人")
    listed_in(make, unit, "同名人")
    listed_in(make, make.unit("别的公司工会"), "外单位")
    names = paste(
        block, "没账号", "有票人", "离开人", "过期人", "同名人", "外单位", "没这人", "没账号"
    )
    assert found(names) == [
        Outcome.FOUND,
        Outcome.HAS,
        Outcome.OVER,
        Outcome.OVER,
        Outcome.NAMESAKE,
        Outcome.UNKNOWN,
        Outcome.UNKNOWN,
        Outcome.REPEATED,
    ]
    assert len(db.session.scalars(select(Ticket)).all()) == 1


def test_a_stranger_s_unit_is_not_told_apart_from_nobody(make: Factory, unit: Unit) -> None:
    block = give(make, make.performance(seats=2), unit)
    listed_in(make, make.unit("别的公司工会"), "外单位")
    one, other = paste(block, "外单位", "没这人").names
    assert (one.outcome, one.roster_entry_id) == (other.outcome, other.roster_entry_id)


def test_given_each_has_a_ticket_a_notice_and_an_account(make: Factory, unit: Unit) -> None:
    block = give(make, make.performance(seats=4), unit, 3)
    known, new = (
        member_of(make, unit, "有账号"),
        listed_in(make, unit, "没账号", phone="13912345678"),
    )
    names = paste(block, "没账号", "有账号")
    assert hand_out(block, names) == [Outcome.GIVEN, Outcome.GIVEN]
    made = db.session.scalars(select(Member).where(Member.roster_entry_id == new.id)).one()
    assert (made.phone, made.phone_proven_at) == ("13912345678", None)
    issued = db.session.scalars(select(Ticket).order_by(Ticket.id)).all()
    assert [ticket.member_id for ticket in issued] == [made.id, known.id]
    assert [one.seat for one in names.names] == ["ST-01-01", "ST-01-02"]
    told = db.session.scalars(select(Notice.receiver).where(Notice.kind == "tickets_issued")).all()
    assert sorted(told) == sorted([f"member:{made.id}", f"member:{known.id}"])
    with pytest.raises(ListGiven):
        hand_out(block, names)


def test_who_waits_under_the_number_is_the_one_of_the_roster(make: Factory, unit: Unit) -> None:
    block = give(make, make.performance(seats=2), unit)
    waits = make.member("没账号", valid=False, phone="13912345678")
    listed_in(make, unit, "没账号", phone="13912345678")
    hand_out(block, paste(block, "没账号"))
    assert db.session.scalars(select(Ticket.member_id)).all() == [waits.id]


def test_those_without_an_account_have_to_agree(make: Factory, unit: Unit) -> None:
    block = give(make, make.performance(seats=2), unit)
    listed_in(make, unit, "没账号")
    names = paste(block, "没账号")
    with pytest.raises(ConsentNeeded), db.session.begin_nested():
        services.give_list(block.id, names.id, {}, consents=False, actor=BY)
    assert hand_out(block, names) == [Outcome.GIVEN]


def test_the_end_of_a_phone_or_card_tells_namesakes_apart(make: Factory, unit: Unit) -> None:
    block = give(make, make.performance(seats=2), unit)
    one = listed_in(make, unit, "同名人", phone="13900001111")
    other = listed_in(make, unit, "同名人", phone="13900002222")
    names = paste(block, "同名人 1111", f"同名人{other.card_number[-4:]}", "同名人 9999")
    assert found(names) == [Outcome.FOUND, Outcome.FOUND, Outcome.UNKNOWN]
    assert [line.roster_entry_id for line in names.names] == [one.id, other.id, None]


def test_the_organiser_says_which_namesake(make: Factory, unit: Unit) -> None:
    block = give(make, make.performance(seats=2), unit)
    listed_in(make, unit, "同名人")
    other = listed_in(make, unit, "同名人")
    stranger = listed_in(make, make.unit("别的公司工会"), "同名人")
    names = paste(block, "同名人", "同名人")
    offered = candidates(block, names, clock.now())
    assert stranger.id not in {entry.id for entry in offered[1]}
    assert hand_out(block, names, line1=other.id, line2=stranger.id) == [
        Outcome.GIVEN,
        Outcome.NAMESAKE,
    ]
    given = db.session.scalars(select(Ticket)).one()
    assert given.member.roster_entry_id == other.id


def test_the_one_of_a_name_who_is_still_here_is_meant(make: Factory, unit: Unit) -> None:
    block = give(make, make.performance(seats=2), unit)
    listed_in(make, unit, "同名人", status=RosterStatus.LEFT)
    here = listed_in(make, unit, "同名人")
    assert paste(block, "同名人").names[0].roster_entry_id == here.id


def test_seats_go_in_the_order_of_the_list_until_none_are_left(make: Factory, unit: Unit) -> None:
    block = give(make, make.performance(seats=4, seats_per_member=1), unit, 2)
    full, one, two, three = (
        member_of(make, unit, name) for name in ("订满人", "甲一", "甲二", "甲三")
    )
    tickets.hold(
        full, block.performance_id, Wish(seats=(("ST-01-04", None),)), key="own-1", confirm=True
    )
    names = paste(block, "订满人", "甲一", "甲二", "甲三")
    assert hand_out(block, names) == [
        Outcome.REFUSED,
        Outcome.GIVEN,
        Outcome.GIVEN,
        Outcome.NO_SEAT,
    ]
    assert names.names[0].refusal == "too_many_seats"
    assert not make.orders(three)
    assert make.orders(one)
    assert make.orders(two)


def test_two_lists_with_one_name_give_one_ticket(make: Factory, unit: Unit) -> None:
    block = give(make, make.performance(seats=2), unit)
    member_of(make, unit, "甲一")
    first, second = paste(block, "甲一"), paste(block, "甲一")
    assert hand_out(block, first) == [Outcome.GIVEN]
    assert hand_out(block, second) == [Outcome.REFUSED]
    assert second.names[0].refusal == "has_one"


def test_a_priced_place_is_kept_until_it_is_paid(make: Factory, unit: Unit) -> None:
    show = make.performance(seats=2, prices={"member": 3000})
    block, member = give(make, show, unit, tier="member"), member_of(make, unit, "甲一")
    assert hand_out(block, paste(block, "甲一")) == [Outcome.GIVEN]
    order = db.session.scalars(select(Order).where(Order.member_id == member.id)).one()
    assert order.state is OrderState.AWAITING_PAYMENT


def test_who_went_from_the_roster_since_holds_up_nobody(make: Factory, unit: Unit) -> None:
    block = give(make, make.performance(seats=4), unit)
    gone, _ = listed_in(make, unit, "甲一"), listed_in(make, unit, "乙二")
    names = paste(block, "甲一", "乙二")
    db.session.delete(gone)
    db.session.flush()
    db.session.expire_all()
    assert hand_out(block, names) == [Outcome.UNKNOWN, Outcome.GIVEN]


def test_people_of_units_below_are_found(make: Factory, unit: Unit) -> None:
    above = make.unit("城市工会", UnitKind.FEDERATION)
    make.put_below(unit, above)
    block = give(make, make.performance(seats=2), above)
    listed_in(make, unit, "甲一")
    assert found(paste(block, "甲一")) == [Outcome.FOUND]


@pytest.mark.parametrize("count", [0, MOST_NAMES + 1])
def test_nobody_or_too_many(make: Factory, unit: Unit, count: int) -> None:
    block = give(make, make.performance(seats=2), unit)
    with pytest.raises(NamesUnreadable):
        paste(block, *(["甲一"] * count))


def test_no_names_where_the_palace_or_the_show_says_so(make: Factory, unit: Unit) -> None:
    block = give(make, make.performance(seats=2), unit, way=Way.LINK)
    with pytest.raises(NotThisWay):
        paste(block, "甲一")
    show = make.performance(seats=2)
    show.identity_policy = IdentityPolicy.EVERY_ENTRANT
    db.session.flush()
    with pytest.raises(NeedsDocuments):
        paste(give(make, show, unit), "甲一")


def test_another_block_s_list_is_unknown(make: Factory, unit: Unit) -> None:
    block, other = (give(make, make.performance(seats=2), unit) for _ in range(2))
    names = paste(block, "甲一")
    with pytest.raises(NotFound):
        queries.list_of(other, names.id)
