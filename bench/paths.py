"""What is measured: one function that makes the requests of a path, one line in PATHS with its bars.

To add a row, write such a function and its line. Requests must be fresh: nothing may be refused by a
limit, and a path that changes something must change it every time.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial

from pypdf import PdfReader

from bench.clients import Answer, Ask, ask_all
from bench.house import BenchFailed, House
from bench.shows import (
    ENTRIES,
    FREE,
    PRICED,
    SOLD_OUT,
    TWO_PRICES,
    let_all_be_unpaid,
    on_sale,
    seat_codes,
)
from bench.visitors import BUSY, Visitor, steward, visitors
from palace.agenda import queries as agenda
from palace.db import db, transaction
from palace.members.models import Member
from palace.tickets.models import Ticket
from palace.tickets.tokens import ticket_token

CONNECTIONS = 8
TONIGHT = timedelta(minutes=20)


@dataclass(frozen=True, kw_only=True)
class Path:
    """A row of the bench.

    Attributes:
        make: makes so many requests, all of them fresh.
        status: what every answer must have; any other ends the run.
        proof: what else every answer must show.
        bars: by quantity: "web", "total" (ms of CPU a request), "trips", "share" (of the limit),
            "kB" (the body as sent).
        connections: how many clients ask at once.
        times: how many times the usual number of requests is sent: more of cheap ones, fewer of dear ones.
        address: a POST this path needs; while the application has no such address, the row is left out.
    """

    name: str
    make: Callable[[House, int], Sequence[Ask]]
    status: int = 200
    proof: Callable[[Answer], bool] = lambda _: True
    bars: Mapping[str, str] = field(default_factory=dict)
    connections: int = CONNECTIONS
    times: float = 1.0
    address: str = ""

    def missing(self, house: House) -> bool:
        """Return whether the application does not have the address yet."""
        known = house.app.url_map.bind("127.0.0.1")
        return bool(self.address) and not known.test(self.address, method="POST")

    def check(self, answers: Sequence[Answer]) -> None:
        """Refuse to go on with figures of something else.

        Raises:
            BenchFailed: an answer is not what the path is about.
        """
        for answer in answers:
            if answer.status != self.status or not self.proof(answer):
                known = {name: answer.headers.get(name) for name in ("location", "x-request-id")}
                raise BenchFailed(f"{self.name}: {answer.status} {known} {answer.body[:200]!r}")


def _hold(
    house: House, count: int, prices: Mapping[str, int] = FREE, **fields: str
) -> list[tuple[str, Visitor, dict[str, str]]]:
    """Return a seat of a fresh performance and a member for each: address, visitor, form."""
    address = f"/performances/{on_sale(prices)}/hold"
    return [
        (address, visitor, {"seats": code, "key": f"bench-{visitor.member_id}"} | fields)
        for visitor, code in zip(visitors(house, count), seat_codes(), strict=False)
    ]


def claim(house: House, count: int) -> list[Ask]:
    """A free seat held and confirmed by one form."""
    return [who.post(where, form) for where, who, form in _hold(house, count, confirm="1")]


def claim_json(house: House, count: int) -> list[Ask]:
    """The same as JSON, answered with the order."""
    return [
        who.post_json(where, json.dumps(form))
        for where, who, form in _hold(house, count, confirm="1")
    ]


def claim_together(house: House, count: int) -> list[Ask]:
    """Two seats together that the palace chooses, of a show with two prices and a quota of free tickets."""
    address = f"/performances/{on_sale(TWO_PRICES, free_seats=1234)}/hold"
    form = {"count": "2", "tier": "free", "confirm": "1"}
    return [
        who.post(address, form | {"key": f"bench-{who.member_id}"})
        for who in visitors(house, count)
    ]


def hold(house: House, count: int) -> list[Ask]:
    """A seat held."""
    return [who.post(where, form) for where, who, form in _hold(house, count)]


def confirm(house: House, count: int, prices: Mapping[str, int] = FREE) -> list[Ask]:
    """A held seat confirmed; the holding is not measured."""
    wanted = _hold(house, count, prices)
    held = [who.post(where, form) for where, who, form in wanted]
    paths = [answer.headers["location"] for answer in ask_all(house.port, held, CONNECTIONS)]
    return [
        who.post(f"{path}/confirm", {}) for path, (_, who, _) in zip(paths, wanted, strict=True)
    ]


def confirm_unpaid(house: House, count: int) -> list[Ask]:
    """A held seat confirmed that is to be paid at the counter: its show's row is locked, last of all."""
    let_all_be_unpaid()
    return confirm(house, count, PRICED)


def refusal(house: House, count: int) -> list[Ask]:
    """A wish at a sold-out house."""
    form = {"count": "1", "confirm": "1"}
    return [
        who.post_json(
            f"/performances/{SOLD_OUT}/hold", json.dumps(form | {"key": f"bench-{who.member_id}"})
        )
        for who in visitors(house, count)
    ]


def performance(house: House, count: int) -> list[Ask]:
    """The page with the map, for a signed-in member."""
    return [visitors(house, 1)[0].get(f"/performances/{on_sale()}")] * count


def performance_full(house: House, count: int) -> list[Ask]:
    """The page of a sold-out performance."""
    return [visitors(house, 1)[0].get(f"/performances/{SOLD_OUT}")] * count


def programme(house: House, count: int) -> list[Ask]:
    """What is on in the coming weeks."""
    return [visitors(house, 1)[0].get("/performances")] * count


def mine(house: House, count: int) -> list[Ask]:
    """A member's own page."""
    return [who.get("/mine") for who in visitors(house, count)]


def _bought(house: House, count: int, ahead: timedelta) -> list[tuple[int, Visitor, str]]:
    """Return a performance, and members with the code of the ticket each has for it."""
    show = on_sale(ahead=ahead)
    wanted = [
        (who, {"seats": code, "key": f"bench-{who.member_id}", "confirm": "1"})
        for who, code in zip(visitors(house, count), seat_codes(), strict=False)
    ]
    asks = [who.post_json(f"/performances/{show}/hold", json.dumps(form)) for who, form in wanted]
    bought = ask_all(house.port, asks, CONNECTIONS)
    return [
        (show, who, answer.json["tickets"][0])
        for (who, _), answer in zip(wanted, bought, strict=True)
    ]


def ticket(house: House, count: int, suffix: str = "") -> list[Ask]:
    """A ticket's page, or one of its files."""
    bought = _bought(house, count, timedelta(days=70))
    return [who.get(f"/tickets/{code}{suffix}") for _, who, code in bought]


def calendar(_: House, count: int) -> list[Ask]:
    """A feed of a thousand entries, changed since it was last fetched."""
    with transaction():
        member = db.session.get_one(Member, BUSY)
        return [Ask(f"/calendars/{agenda.feed_secret(member)}.ics")] * count


def calendar_unchanged(house: House, count: int) -> list[Ask]:
    """The same feed, unchanged."""
    ask = calendar(house, 1)[0]
    tag = ask_all(house.port, [ask], 1)[0].headers["etag"]
    return [Ask(ask.path, headers={"If-None-Match": tag})] * count


def admit(house: House, count: int) -> list[Ask]:
    """Tickets scanned at the door, each for the first time."""
    bought = _bought(house, count, TONIGHT)
    door = steward(house)
    with transaction():
        found = db.session.query(Ticket).where(Ticket.code.in_([code for _, _, code in bought]))
        tokens = [(row.performance_id, ticket_token(row)) for row in found]
    return [
        door.post_json(f"/door/{show}/admit", json.dumps({"code": token})) for show, token in tokens
    ]


def is_tagged(answer: Answer) -> bool:
    """Return whether an answer is a PDF that can be read aloud."""
    catalogue = PdfReader(io.BytesIO(answer.body)).root_object
    return "/MarkInfo" in catalogue and "/StructTreeRoot" in catalogue


SHARE = "≥ 0.025"  # one fortieth of the limit
PATHS = [
    Path(
        name="claim and confirm a free seat, form",
        make=claim,
        status=303,
        bars={"web": "≤ 3.5", "trips": "≤ 14", "share": SHARE},
        times=3.75,
    ),
    Path(
        name="claim and confirm a free seat, JSON",
        make=claim_json,
        status=201,
        proof=lambda answer: len(answer.json["tickets"]) == 1,
        bars={"web": "≤ 3.5", "trips": "≤ 14", "share": SHARE},
        times=3.75,
    ),
    Path(name="two seats together under a quota, confirmed", make=claim_together, status=303),
    Path(name="hold alone", make=hold, status=303, bars={"web": "≤ 3"}),
    Path(name="confirm alone", make=confirm, status=303, bars={"web": "≤ 3"}),
    Path(name="confirm alone, to be paid at the counter", make=confirm_unpaid, status=303),
    Path(name="refusal of a sold-out house", make=refusal, status=409),
    Path(
        name="performance page with map",
        make=performance,
        proof=lambda answer: answer.headers.get("content-encoding") in ("br", "gzip"),
        bars={"web": "≤ 5", "kB": "≤ 20"},
    ),
    Path(name="page of a sold-out performance", make=performance_full),
    Path(name="programme page", make=programme),
    Path(name="a member's own page", make=mine),
    Path(name="ticket page", make=ticket),
    Path(
        name="one member's tagged ticket as PDF",
        make=partial(ticket, suffix=".pdf"),
        proof=is_tagged,
        bars={"total": "≤ 60"},
        connections=1,
        times=0.2,
    ),
    Path(
        name="calendar of 1,000 entries, unchanged",
        make=calendar_unchanged,
        status=304,
        bars={"trips": "≤ 3"},  # BEGIN, the one query, ROLLBACK
        times=4,
    ),
    Path(
        name="calendar of 1,000 entries, changed",
        make=calendar,
        proof=lambda answer: answer.body.count(b"BEGIN:VEVENT") == ENTRIES,
        bars={"web": "≤ 10"},
    ),
    Path(
        name="admission at the door",
        make=admit,
        proof=lambda answer: answer.json["verdict"] == "admitted",
        bars={"web": "≤ 2"},
        address="/door/1/admit",
    ),
]
