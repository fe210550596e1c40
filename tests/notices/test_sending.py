"""Sending: marked before the network, settled after it; never twice, at night or beyond the money."""

from __future__ import annotations

from datetime import datetime, time, timedelta

import pytest

from palace import clock, sending
from palace.db import db
from palace.members.models import Member
from palace.money import FREE, Fen
from palace.notices import queries, services
from palace.notices.gateways import Found
from palace.notices.models import Contact, MessageDay, Notice, Template
from palace.notices.rules import MOST_ATTEMPTS, Fund, Outcome, State
from tests.factory import Factory
from tests.notices.conftest import ISSUED, Provider, approve, only


def owe(make: Factory, subject: str = "order:1", kind: str = "tickets_issued") -> int:
    """Owe a member of their own a notice; return the member."""
    member = make.member()
    services.owe(kind, subject, f"member:{member.id}", ISSUED, clock.now())
    return member.id


def later(make: Factory, wait: timedelta) -> datetime:
    """Let time pass."""
    now = clock.now() + wait
    make.set_clock(now)
    return now


def test_a_message_carries_template_variables_and_our_own_number(
    make: Factory, provider: Provider
) -> None:
    owe(make)

    assert sending.drain()["sent"] == 1

    notice, (message,) = only(), provider.taken
    assert (notice.state, notice.gateway, notice.reference) == (State.SENT, "aliyun", "ref")
    assert notice.sent_at is not None
    assert notice.address is None
    assert message.template == "SMS_tickets_issued_zh"
    assert message.variables == (
        ("title", "晋剧《打金枝》"),
        ("starts_at", "11月28日 周六 19:30"),
        ("count", "2"),
    )
    assert message.out_id.startswith(f"{notice.id}-1-")


def test_a_row_says_sending_before_anything_leaves_the_house(
    make: Factory, provider: Provider
) -> None:
    owe(make)
    seen: list[tuple[State, int]] = []
    provider.meanwhile = lambda: seen.append((only().state, only().attempts))

    sending.drain()

    assert seen == [(State.SENDING, 1)]


def test_what_was_surely_not_taken_is_tried_again_ever_later_and_then_is_dead(
    make: Factory, provider: Provider
) -> None:
    owe(make)
    provider.default = Outcome.FAILED
    pauses = []
    for _ in range(MOST_ATTEMPTS):
        before = clock.now()
        sending.drain()
        if due_at := only().due_at:
            pauses.append((due_at - before).total_seconds() / 60)
            make.set_clock(due_at)

    assert pauses == [1, 4, 16, 64, 120]
    assert (only().state, len(provider.taken)) == (State.DEAD, MOST_ATTEMPTS)
    assert len({message.out_id for message in provider.taken}) == MOST_ATTEMPTS
    later(make, timedelta(days=1))
    assert sending.drain()["sent"] == 0


def test_a_dead_one_goes_again_when_a_person_says_so(make: Factory, provider: Provider) -> None:
    owe(make)
    provider.default = Outcome.REFUSED
    sending.drain()
    assert only().state is State.DEAD
    later(make, timedelta(days=3))
    provider.default = Outcome.SENT

    assert services.retry("tickets_issued", "its.refused") == 1
    assert services.retry("tickets_issued", "its.refused") == 0
    assert sending.drain()["sent"] == 1


def test_an_uncertain_one_is_never_sent_again_by_itself(make: Factory, provider: Provider) -> None:
    owe(make)
    provider.default = Outcome.UNCERTAIN
    sending.drain()
    provider.default = Outcome.SENT
    for _ in range(100):
        later(make, timedelta(hours=1))
        sending.drain()
        sending.look_after()

    assert (only().state, len(provider.taken)) == (State.UNCERTAIN, 1)


@pytest.mark.parametrize(
    ("found", "state", "sent"),
    [
        (Found.TAKEN, State.SENT, 1),
        (Found.ABSENT, State.SENT, 2),
        (Found.UNKNOWN, State.UNCERTAIN, 1),
    ],
)
def test_the_provider_is_asked_what_became_of_a_try_that_was_cut_off(
    make: Factory, provider: Provider, found: Found, state: State, sent: int
) -> None:
    owe(make)
    with pytest.raises(KeyboardInterrupt):
        _cut_off(provider)
    assert only().state is State.SENDING
    provider.found = found
    later(make, timedelta(minutes=9))
    sending.look_after()
    assert only().state is State.SENDING  # somebody may still be waiting for the answer
    later(make, timedelta(minutes=1))
    sending.look_after()
    later(make, timedelta(minutes=5))
    sending.drain()

    assert (only().state, len(provider.taken)) == (state, sent)


def _cut_off(provider: Provider) -> None:
    def die() -> None:
        provider.meanwhile = lambda: None
        raise KeyboardInterrupt

    provider.meanwhile = die
    sending.drain()


@pytest.mark.parametrize(
    ("was_sent", "state", "sent"), [(True, State.SENT, 1), (False, State.SENT, 2)]
)
def test_a_person_decides_what_nobody_knows(
    make: Factory, provider: Provider, was_sent: bool, state: State, sent: int
) -> None:
    owe(make)
    provider.default = Outcome.UNCERTAIN
    sending.drain()
    provider.default = Outcome.SENT

    assert services.decide_uncertain("tickets_issued", "its.uncertain", was_sent=was_sent) == 1
    sending.drain()

    assert (only().state, len(provider.taken)) == (state, sent)


def test_a_missing_template_holds_up_its_own_kind_only(make: Factory, provider: Provider) -> None:
    owe(make, "order:1", "tickets_issued")
    owe(make, "ticket:2", "ticket_returned")
    db.session.query(Template).filter_by(kind="tickets_issued").delete()

    assert sending.drain()["sent"] == 1

    held = db.session.query(Notice).filter_by(kind="tickets_issued").one()
    assert (held.state, held.error, held.attempts) == (State.OWED, "no_template", 0)
    key = ("aliyun", "tickets_issued", "zh")
    services.set_template(key, "SMS_7", seen="", now=clock.now())
    assert sending.drain()["sent"] == 1
    assert provider.taken[-1].template == "SMS_7"


def test_the_receiver_is_told_in_their_language_where_it_is_approved(
    make: Factory, provider: Provider
) -> None:
    first, second = owe(make, "order:1"), owe(make, "ticket:2", "ticket_returned")
    approve("tickets_issued", "en")
    for member_id in (first, second):
        services.set_ways(member_id, "en", [])

    sending.drain()

    english, chinese = sorted(provider.taken, key=lambda message: message.id)
    assert (english.template, dict(english.variables)["title"]) == (
        "SMS_tickets_issued_en",
        "The Golden Branch",
    )
    assert (chinese.template, dict(chinese.variables)["title"]) == (
        "SMS_ticket_returned_zh",
        "晋剧《打金枝》",
    )


def test_what_somebody_declined_stays_in_the_inbox(make: Factory, provider: Provider) -> None:
    member_id = owe(make)
    services.set_ways(member_id, "zh", ["tickets_issued"])

    assert sending.drain()["sent"] == 0
    assert only().state is State.INBOX
    assert len(queries.inbox(member_id, None, ["tickets_issued"])) == 1


def test_what_must_be_told_cannot_be_declined(make: Factory, provider: Provider) -> None:
    member = make.member()
    db.session.add(Contact(member_id=member.id, muted=["number_changed"]))
    services.owe("number_changed", "number:1", f"member:{member.id}", {}, clock.now())

    assert sending.drain()["sent"] == 1


def test_a_letter_is_free_and_goes_before_a_message(
    make: Factory, provider: Provider, mail: Provider
) -> None:
    member_id = owe(make)
    db.session.add(Contact(member_id=member_id, email="one@example.org", muted=[]))
    db.session.flush()

    sending.drain()

    assert provider.taken == []
    (letter,) = mail.taken
    assert (letter.address, letter.title) == ("one@example.org", "晋剧《打金枝》")
    assert db.session.query(MessageDay).count() == 0


def test_who_has_no_phone_has_an_inbox(make: Factory, provider: Provider) -> None:
    member_id = owe(make)
    db.session.get_one(Member, member_id).phone = None
    db.session.flush()

    assert sending.drain()["sent"] == 0
    assert only().state is State.INBOX


QUIET = [
    (time(21, 29, 59), True),
    (time(21, 30), False),
    (time(23, 59), False),
    (time(0), False),
    (time(7, 59, 59), False),
    (time(8), True),
]


@pytest.mark.parametrize(("at", "goes"), QUIET)
def test_at_night_a_notice_waits_for_the_morning(
    make: Factory, provider: Provider, at: time, goes: bool
) -> None:
    now = clock.at(clock.palace_day(clock.now()), at)
    make.set_clock(now)
    values = ISSUED | {"starts_at": (now + timedelta(days=9)).isoformat()}
    services.owe("tickets_issued", "order:1", f"member:{make.member().id}", values, now)

    assert (sending.drain()["sent"] == 1) is goes
    if not goes:
        held = only()
        assert held.error == "quiet"
        assert held.due_at is not None
        assert held.due_at.astimezone(clock.SHANGHAI).time() == time(8)
        assert timedelta() < held.due_at - now <= timedelta(hours=10, minutes=30)


@pytest.mark.parametrize(("hours", "goes"), [(8, True), (11, False)])
def test_at_night_only_what_would_come_too_late_is_told_at_once(
    make: Factory, provider: Provider, hours: int, goes: bool
) -> None:
    now = clock.at(clock.palace_day(clock.now()), time(22))
    make.set_clock(now)
    values = ISSUED | {
        "starts_at": (now + timedelta(hours=hours)).isoformat(),
        "pay_by": (now + timedelta(days=1)).isoformat(),
        "amount": 100,
    }
    services.owe("awaiting_payment", "order:1", f"member:{make.member().id}", values, now)

    assert (sending.drain()["sent"] == 1) is goes


def test_codes_go_first_and_at_any_hour_and_cost_no_budget(
    make: Factory, provider: Provider
) -> None:
    make.set_clock(clock.at(clock.palace_day(clock.now()), time(3)))
    make.rules().message_budget_day = FREE
    owe(make)
    services.owe("sign_in_code", "challenge:1", "phone:13912345678", {}, clock.now())

    assert sending.drain()["sent"] == 1
    assert [message.address for message in provider.taken] == ["13912345678"]


def test_the_money_of_a_day_is_never_passed_and_the_rest_goes_tomorrow(
    make: Factory, provider: Provider
) -> None:
    make.rules().message_price, make.rules().message_budget_day = Fen(5), Fen(12)
    for number in range(4):
        owe(make, f"order:{number}")

    assert sending.drain()["sent"] == 2

    spent = db.session.query(MessageDay).one()
    assert (spent.fund, spent.pieces, spent.amount) == (Fund.NOTICES, 2, 10)
    assert queries.is_waiting_for("budget")
    later(make, timedelta(days=1))
    assert sending.drain()["sent"] == 2


def test_money_for_what_was_not_taken_comes_back(make: Factory, provider: Provider) -> None:
    owe(make)
    provider.default = Outcome.FAILED
    sending.drain()

    assert db.session.query(MessageDay).one().amount == 0


def test_an_empty_account_is_remembered_until_something_is_taken_again(
    make: Factory, provider: Provider
) -> None:
    owe(make)
    provider.default = Outcome.EMPTY
    sending.drain()
    known = queries.gateway_state("aliyun")
    assert known is not None
    assert known.empty_at is not None
    assert only().state is State.OWED

    provider.default = Outcome.SENT
    later(make, timedelta(minutes=10))
    sending.drain()
    db.session.expire_all()
    known = queries.gateway_state("aliyun")
    assert known is not None
    assert known.empty_at is None


def test_what_is_left_is_asked_every_ten_minutes(make: Factory, provider: Provider) -> None:
    provider.paid = 4321
    sending.look_after()
    provider.paid = 1
    later(make, timedelta(minutes=9))
    sending.look_after()
    known = queries.gateway_state("aliyun")
    assert known is not None
    assert known.left_pieces == 4321


def test_one_that_nobody_can_say_holds_up_no_other(make: Factory, provider: Provider) -> None:
    services.owe("tickets_issued", "order:1", f"member:{make.member().id}", {}, clock.now())
    owe(make, "order:2")

    assert sending.drain()["sent"] == 1
    assert {one.error for one in queries.troubles([State.DEAD])} == {"unsayable"}
