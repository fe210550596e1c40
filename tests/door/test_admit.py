"""One admission per ticket, and every refusal says what is wrong."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from palace import clock
from palace.db import db
from palace.members.models import AuditLine
from palace.members.rules import Role
from palace.programme.models import Performance
from palace.programme.rules import Seating
from palace.security import PURPOSES, Key, keys
from palace.tickets import services
from palace.tickets.errors import AlreadyAdmitted
from palace.tickets.models import Admission, Ticket
from palace.tickets.tokens import member_token, ticket_token
from tests.asked import asked
from tests.door.conftest import Book, ring
from tests.factory import Factory

JSON = {"Accept": "application/json"}


@pytest.fixture
def steward(make: Factory, client: FlaskClient) -> FlaskClient:
    """Return a steward's browser."""
    make.sign_in(client, make.staff(Role.DOOR))
    return client


def scan(steward: FlaskClient, at: Performance, code: str, gate: str = "main") -> dict[str, object]:
    """Show a code at a performance's door; return the verdict."""
    answer = steward.post(f"/door/{at.id}/admit", json={"code": code, "gate": gate}, headers=JSON)
    assert answer.status_code == 200, answer.text
    found: dict[str, object] = answer.get_json()
    return found


def entries() -> int:
    """Return how many admissions there are."""
    return db.session.scalars(select(func.count(Admission.id))).one()


def words(verdict: dict[str, object]) -> str:
    """Return the sentence of a verdict."""
    told = verdict["told"]
    assert isinstance(told, dict)
    return str(told["words"])


def typed(ticket: Ticket) -> str:
    """Return what a steward types for a ticket."""
    return f"{ticket.collection_code} {(ticket.member.phone or '')[-4:]}"


def test_the_first_scan_lets_in_and_the_second_says_when_and_where(
    make: Factory, steward: FlaskClient, tonight: Performance, book: Book
) -> None:
    ticket = book(tonight)
    assert tonight.plan
    tonight.plan.drawing = tonight.plan.drawing | {
        "entrances": [{"code": "1L", "name": {"zh": "一层单号门", "en": "level 1, odd door"}}]
    }
    make.add(tonight.plan)
    at = clock.now()
    make.set_clock(at)

    first = scan(steward, tonight, ticket_token(ticket), gate="1L")
    make.set_clock(at + timedelta(minutes=9))
    second = scan(steward, tonight, ticket_token(ticket).lower())

    assert ticket.seat
    assert (first["verdict"], first["reason"]) == ("admitted", None)
    assert first["seat"] == ticket.seat.code
    assert (second["verdict"], second["reason"]) == ("already", None)
    assert second["first_at"] == first["first_at"]
    assert first["first_at"] == at.astimezone(clock.SHANGHAI).isoformat()
    assert words(second) == f"此票{at.astimezone(clock.SHANGHAI):%H:%M}已从一层单号门入场。"
    assert entries() == 1


def test_an_admission_has_its_audit_line(
    steward: FlaskClient, tonight: Performance, book: Book
) -> None:
    ticket = book(tonight)
    for _ in range(2):
        scan(steward, tonight, ticket_token(ticket))

    [line] = db.session.scalars(select(AuditLine).where(AuditLine.act == "admitted"))
    assert line.subject == f"ticket:{ticket.id}"
    assert line.actor.startswith("staff:")
    assert line.after == {"gate": "main"}


def test_a_typed_code_needs_the_phone_too(
    steward: FlaskClient, tonight: Performance, book: Book
) -> None:
    ticket = book(tonight)
    wrong_end = "0000" if typed(ticket)[-4:] != "0000" else "0001"

    half = scan(steward, tonight, ticket.collection_code)
    assert (half["verdict"], half["reason"]) == ("asked", "phone_needed")
    guessed = scan(steward, tonight, ticket.collection_code + wrong_end)
    assert guessed["reason"] == "unknown_code"
    assert "seat" not in str(guessed["told"])
    assert entries() == 0
    assert scan(steward, tonight, typed(ticket))["verdict"] == "admitted"
    assert scan(steward, tonight, ticket_token(ticket))["verdict"] == "already"


def test_somebody_without_a_phone_cannot_be_typed(
    make: Factory, steward: FlaskClient, tonight: Performance, book: Book
) -> None:
    member = make.member()
    ticket = book(tonight, member)
    member.phone = None
    make.add(member)

    refused = scan(steward, tonight, f"{ticket.collection_code}0000")
    assert refused["reason"] == "unknown_code"
    assert scan(steward, tonight, ticket_token(ticket))["verdict"] == "admitted"


def test_codes_are_not_to_be_guessed(
    steward: FlaskClient, tonight: Performance, book: Book
) -> None:
    ticket = book(tonight)
    for number in range(30):
        scan(steward, tonight, f"{number:08d}0000")

    whole = typed(ticket)
    for code in (whole, [whole[:8], whole[-4:]], [whole[:3], whole[3:]]):
        held_up = steward.post(f"/door/{tonight.id}/admit", json={"code": code}, headers=JSON)
        assert (held_up.status_code, held_up.get_json()["code"]) == (429, "too_many_tries")
    assert scan(steward, tonight, ticket_token(ticket))["verdict"] == "admitted"


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("你好", "unreadable"),
        ("HTTPS://EXAMPLE.COM/", "unreadable"),
        ("A" * 133, "unreadable"),
        ("{token}" * 2, "unreadable"),
        ("{token:.132}", "truncated"),
        ("{token:.6}", "truncated"),
        ("{token:.1}", "unreadable"),
        ("{altered}", "forged"),
        ("{foreign}", "foreign"),
        ("{member}", "member_code"),
    ],
)
def test_what_is_no_ticket_of_ours_says_so(
    steward: FlaskClient, tonight: Performance, book: Book, code: str, reason: str
) -> None:
    ticket = book(tonight)
    token = ticket_token(ticket)
    shown = code.format(
        token=token,
        altered=token[:40] + ("B" if token[40] != "B" else "C") + token[41:],
        foreign=foreign_token(ticket),
        member=member_token(ticket.member_id, clock.now()),
    )

    verdict = scan(steward, tonight, shown)

    assert (verdict["verdict"], verdict["reason"]) == ("refused", reason)
    assert verdict["seat"] is None
    assert entries() == 0


def foreign_token(ticket: Ticket) -> str:
    """Return the ticket's token as a palace with other keys would sign it."""
    ours = keys().active("ticket")
    other = Key("0000" if ours.id != "0000" else "0001", "ticket", b"x" * 32)
    with ring(other):
        return ticket_token(ticket)


def test_a_ticket_signed_with_a_retired_key_still_comes_in(
    steward: FlaskClient, tonight: Performance, book: Book
) -> None:
    ticket = book(tonight)
    token, others = (
        ticket_token(ticket),
        [key for purpose in PURPOSES if purpose != "ticket" for key in keys().all(purpose)],
    )
    retired = replace(keys().active("ticket"), retired_at=clock.now())
    fresh = Key("beef" if retired.id != "beef" else "feed", "ticket", b"n" * 32)

    with ring(fresh, *others):
        assert scan(steward, tonight, token)["reason"] == "foreign"
    with ring(fresh, retired, *others):
        assert ticket_token(ticket) != token
        assert scan(steward, tonight, token)["verdict"] == "admitted"


def test_a_ticket_that_is_gone_from_the_books_is_not_ours(
    steward: FlaskClient, tonight: Performance, book: Book
) -> None:
    ticket = book(tonight)
    ticket.id += 1_000_000
    token = ticket_token(ticket)
    db.session.expire(ticket)

    assert scan(steward, tonight, token)["reason"] == "foreign"


def test_a_replaced_ticket_is_no_ticket(
    make: Factory, steward: FlaskClient, tonight: Performance, book: Book
) -> None:
    ticket = book(tonight)
    old = ticket_token(ticket)
    ticket.issue += 1
    make.add(ticket)

    assert scan(steward, tonight, old)["reason"] == "replaced"
    assert scan(steward, tonight, ticket_token(ticket))["verdict"] == "admitted"


def test_a_returned_ticket_stays_out_scanned_or_typed(
    make: Factory, steward: FlaskClient, tonight: Performance, book: Book
) -> None:
    ticket = book(tonight)
    services.give_back(ticket.member, ticket.code)

    assert scan(steward, tonight, ticket_token(ticket))["reason"] == "returned"
    assert scan(steward, tonight, typed(ticket))["reason"] == "returned"


def test_another_evenings_ticket_says_which(
    make: Factory, steward: FlaskClient, tonight: Performance, book: Book
) -> None:
    other = make.performance(starts_at=clock.at(date(2027, 11, 29), time(19, 30)))
    other.production.title_zh = "京剧《白蛇传》"
    ticket = book(other)

    verdict = scan(steward, tonight, ticket_token(ticket))

    assert verdict["reason"] == "other_performance"
    assert (
        words(verdict) == "不是本场的票（2027年11月29日 周一 19:30 京剧《白蛇传》），请到售票处。"
    )
    assert verdict["told"] == {"verdict": "不能入场", "words": words(verdict)}


@pytest.mark.parametrize(
    ("reason", "sentence"),
    [
        ("cancelled", "本场已经取消，请到售票处。"),
        ("too_early", "还没有开始入场"),
        ("over", "本场已经结束。"),
    ],
)
def test_a_closed_door_says_why(
    steward: FlaskClient, tonight: Performance, book: Book, reason: str, sentence: str
) -> None:
    ticket, now = book(tonight), clock.now()
    if reason == "cancelled":
        tonight.cancelled_at = now
    elif reason == "too_early":
        tonight.doors_at = now + timedelta(minutes=1)
    else:
        tonight.starts_at, tonight.ends_at = now - timedelta(hours=1), now
    db.session.flush()

    verdict = scan(steward, tonight, ticket_token(ticket))

    assert verdict["reason"] == reason
    assert words(verdict).startswith(sentence)
    assert entries() == 0


def test_somebody_who_is_in_gives_nothing_back(
    make: Factory, steward: FlaskClient, tonight: Performance, book: Book
) -> None:
    ticket = book(tonight)
    scan(steward, tonight, ticket_token(ticket))

    with pytest.raises(AlreadyAdmitted):
        services.give_back(ticket.member, ticket.code)


@pytest.mark.parametrize("gate", ["9X", "north", "no gate", "x" * 41])
def test_an_unknown_gate_lets_nobody_in(
    steward: FlaskClient, tonight: Performance, book: Book, gate: str
) -> None:
    sent = {"code": ticket_token(book(tonight)), "gate": gate}
    address = f"/door/{tonight.id}/admit"

    for language, sentence in (("zh", "没有这个门。"), ("en", "There is no such door.")):
        headers = {"Accept-Language": language}
        told = steward.post(address, json=sent, headers=JSON | headers)
        assert (told.status_code, told.get_json()["fields"]) == (422, {"gate": sentence})
        page = steward.post(address, data=sent, headers=headers)
        assert (page.status_code, sentence in page.text) == (422, True)
    assert entries() == 0


@pytest.mark.parametrize("code", ["x", "1234567800"])
@pytest.mark.parametrize("headers", [JSON, {}])
def test_a_performance_without_a_door_is_not_found(
    make: Factory, steward: FlaskClient, code: str, headers: dict[str, str]
) -> None:
    hidden = make.performance(published=False)
    free = make.performance(seating=Seating.OPEN)
    for performance_id in (hidden.id, free.id, 999_999_999):
        path = f"/door/{performance_id}/admit"
        assert steward.post(path, json={"code": code}, headers=headers).status_code == 404


def test_a_place_without_a_seat_comes_in_too(
    make: Factory, steward: FlaskClient, book: Book
) -> None:
    performance = make.performance(
        seats=5, seating=Seating.PLACES, starts_at=clock.now() + timedelta(minutes=20)
    )
    verdict = scan(steward, performance, ticket_token(book(performance)))

    assert (verdict["verdict"], verdict["seat"]) == ("admitted", None)
    assert "不对号入座" in str(verdict["told"])


def test_an_entry_costs_four_statements(
    steward: FlaskClient, tonight: Performance, book: Book
) -> None:
    first, second = ticket_token(book(tonight)), ticket_token(book(tonight))
    scan(steward, tonight, first)

    with asked() as heard:
        assert scan(steward, tonight, second)["verdict"] == "admitted"

    words = [statement.split()[0] for statement in heard]
    plain = [word for word in words if word not in ("SAVEPOINT", "RELEASE")]
    assert plain == ["SELECT", "SELECT", "INSERT", "INSERT"]  # who, ticket and lock, entry, audit
