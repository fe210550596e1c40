"""Compares what people were told with what the database holds; pure, so that it can be tested itself."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Engine, text

from tests.faults.browser import Answer


@dataclass(frozen=True)
class Told:
    """A command that was acknowledged: by whom, where, under which key, and its first answer."""

    member_id: int
    path: str
    key: str
    body: Any
    first: Mapping[str, Any]


@dataclass(frozen=True)
class SoldTicket:
    """A ticket as the database holds it."""

    code: str
    member_id: int
    seat: str
    order: int
    state: str


@dataclass
class Books:
    """What the database holds of a performance after a run."""

    tickets: list[SoldTicket] = field(default_factory=list)
    settled: dict[int, int] = field(default_factory=dict)
    audited: Counter[int] = field(default_factory=Counter)
    noticed: Counter[int] = field(default_factory=Counter)
    expected: set[int] = field(default_factory=set)
    overdue: int = 0


def read(engine: Engine, performance_id: int) -> Books:
    """Read the books of a performance."""
    one = {"id": performance_id}
    with engine.connect() as connection:

        def rows(statement: str) -> list[Any]:
            return list(connection.execute(text(statement), one))

        return Books(
            tickets=[SoldTicket(*row) for row in rows(TICKETS)],
            settled=dict(map(tuple, rows(SETTLED))),
            audited=Counter(dict(map(tuple, rows(AUDITED)))),
            noticed=Counter(dict(map(tuple, rows(NOTICED)))),
            expected={row[0] for row in rows(EXPECTED)},
            overdue=rows(OVERDUE)[0][0],
        )


TICKETS = """
SELECT t.code, t.member_id, s.code, t.order_id, t.state FROM tickets t JOIN seats s ON s.id = t.seat_id
WHERE t.performance_id = :id"""
SETTLED = "SELECT id, seat_count FROM orders WHERE performance_id = :id AND state = 'settled'"
AUDITED = """
SELECT substr(subject, 7)::bigint, sum((after->>'tickets')::int)::int FROM audit_lines
WHERE act = 'tickets_issued' AND :id > 0 GROUP BY 1"""
NOTICED = """
SELECT substr(subject, 7)::bigint, sum((values->>'count')::int)::int FROM notices
WHERE kind = 'tickets_issued' AND :id > 0 GROUP BY 1"""
EXPECTED = """
SELECT member_id FROM agenda_entries WHERE subject = 'performance:' || :id AND status = 'confirmed'"""
OVERDUE = """
SELECT count(*) FROM claims c JOIN tickets t ON t.claim_id = c.id AND t.state = 'valid'
WHERE c.performance_id = :id AND c.held_until IS NOT NULL"""


def faults(told: list[Told], books: Books, seats: set[str], *, sold_out: bool) -> list[str]:
    """Return every way in which the books and what people were told disagree."""
    found = [*_promises(told, books), *_sales(books), *_side_rows(books)]
    valid = {ticket.seat for ticket in books.tickets if ticket.state == "valid"}
    if sold_out and valid != seats:
        found.append(f"{len(seats - valid)} seats are stuck: nobody could get them")
    return found


def _promises(told: list[Told], books: Books) -> Iterator[str]:
    """Yield broken promises: tickets acknowledged and gone, or sold to somebody who was told no."""
    held = {ticket.code: ticket for ticket in books.tickets if ticket.state == "valid"}
    promised = set()
    for one in told:
        seats = set(one.first["seats"])
        for code in one.first["tickets"]:
            promised.add(code)
            ticket = held.get(code)
            if ticket is None or ticket.member_id != one.member_id or ticket.seat not in seats:
                yield f"ticket {code} of member {one.member_id} is lost"
    for code in held.keys() - promised:
        yield f"ticket {code} was acknowledged to nobody"


def _sales(books: Books) -> Iterator[str]:
    """Yield seats sold twice and orders whose tickets are not what was ordered."""
    valid = [ticket for ticket in books.tickets if ticket.state == "valid"]
    for seat, count in Counter(ticket.seat for ticket in valid).items():
        if count > 1:
            yield f"seat {seat} was sold {count} times"
    for order, told in _apart(Counter(ticket.order for ticket in valid), books.settled):
        yield f"order {order} has {told}"
    if books.overdue:
        yield f"{books.overdue} tickets stand on claims that lapse"


def _side_rows(books: Books) -> Iterator[str]:
    """Yield audit lines, notices and agenda entries that do not agree with the orders."""
    for order, count in _apart(books.audited, books.settled):
        yield f"audit of order {order} says {count}"
    for order, count in _apart(books.noticed, books.settled):
        yield f"notice of order {order} says {count}"
    going = {ticket.member_id for ticket in books.tickets if ticket.state == "valid"}
    for member in going ^ books.expected:
        yield f"agenda of member {member} does not agree with their tickets"


def _apart(one: Mapping[int, int], other: Mapping[int, int]) -> Iterator[tuple[int, str]]:
    for order in sorted(one.keys() | other.keys()):
        if one.get(order, 0) != other.get(order, 0):
            yield order, f"{one.get(order, 0)} instead of {other.get(order, 0)} tickets"


def changed(one: Told, again: Answer) -> str | None:
    """Return how the answer to a repeated key differs from the first, or None.

    Seats of a hold that was not settled may be somebody else's by now; its order stays the same.
    """
    if again.status not in {200, 201}:
        return f"key {one.key} was answered {again.status} when repeated"
    settled = one.first["state"] == "settled"
    names = ("order", "state", "seats", "tickets") if settled else ("order",)
    apart = [name for name in names if again.json[name] != one.first[name]]
    return f"key {one.key} was answered otherwise when repeated: {apart}" if apart else None
