"""Two desks at once: one account per card of a roster, one per document."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from threading import Event
from time import sleep

from flask import Flask
from sqlalchemy import func, select

from palace import clock
from palace.acting import services
from palace.acting.queries import by_word
from palace.companions.models import Companion
from palace.db import db
from palace.identities.rules import Declared, Document
from palace.members import services as members
from palace.members.models import Member, SignIn, Staff
from palace.members.rules import Role, SignedIn, SignedInStaff
from palace.security import rotate_keys
from tests.factory import Factory
from tests.identities.test_rules import card
from tests.races.together import codes, together

DESKS = 16


def desks(live: Factory) -> list[SignedIn]:
    """Return as many clerks who are signed in."""
    now = clock.now()
    found = []
    for number in range(DESKS):
        staff: Staff = live.staff(Role.COUNTER)
        row = SignIn(token_hash=bytes([number]), staff_id=staff.id, expires_at=now.replace(2099))
        live.add(row)
        found.append(
            SignedIn(id=row.id, token="", staff=SignedInStaff(id=staff.id, name=staff.name))
        )
    return found


def test_one_account_of_a_roster_entry(live: Factory, live_app: Flask) -> None:
    live.site()
    entry, clerks, now = live.roster_entry(), desks(live), clock.now()
    live.commit()
    [found] = by_word(entry.card_number, now)
    tickets = [services.ticket_of(found, one, now) for one in clerks]

    def acting(clerk: SignedIn, ticket: str) -> Callable[[], object]:
        return lambda: services.begin(clerk, ticket, now, consents=True)

    results = together(live_app, list(map(acting, clerks, tickets)), at_once=DESKS)

    assert len(set(results)) == 1
    assert db.session.scalar(select(func.count()).select_from(Member)) == 1
    acted = select(func.count()).where(SignIn.acting_for == results[0])
    assert db.session.scalar(acted) == DESKS


def test_one_account_of_a_document(live: Factory, live_app: Flask) -> None:
    live.site()
    clerks, now = desks(live), clock.now()
    live.commit()
    person = Declared(name="李桂兰", document=Document.ID_CARD, number=card("19570301", "611"))

    def making(clerk: SignedIn) -> Callable[[], object]:
        return lambda: services.introduce(clerk, person, now)

    results = codes(together(live_app, list(map(making, clerks)), at_once=DESKS))

    assert results == {"won": 1, "known_here": DESKS - 1}
    counts = [
        db.session.scalar(select(func.count()).select_from(one)) for one in (Member, Companion)
    ]
    assert counts == [1, 1]


def test_one_account_of_a_document_whose_key_is_changed_in_between(
    live: Factory, live_app: Flask
) -> None:
    """The first desk hashed with the old key and waits to commit; the second hashes with the new one."""
    live.site()
    clerks, now = desks(live)[:2], clock.now()
    live.commit()
    person = Declared(name="李桂兰", document=Document.ID_CARD, number=card("19570301", "611"))
    path: Path = live_app.extensions["palace"].keys_file
    before, made, changed = path.read_bytes(), Event(), Event()

    def first() -> object:
        member_id = services.introduce(clerks[0], person, now)
        made.set()
        changed.wait(timeout=60)
        sleep(0.5)
        return member_id

    def second() -> object:
        made.wait(timeout=60)
        rotate_keys(path, ["identity"], now)
        changed.set()
        return services.introduce(clerks[1], person, now)

    try:
        assert codes(together(live_app, [first, second])) == {"won": 1, "known_here": 1}
    finally:
        path.write_bytes(before)
        live_app.extensions.pop("palace_keys", None)


def test_a_desk_and_the_member_s_own_phone_make_one_account(live: Factory, live_app: Flask) -> None:
    """Who joined before the roster named them signs in while desks act for the roster's entry."""
    live.site()
    clerks, now = desks(live), clock.now()
    waiting = live.member("李桂兰", phone="13800138000", valid=False)
    entry = live.roster_entry("李桂兰", "13800138000")
    live.commit()
    found = next(one for one in by_word(entry.card_number, now))
    tickets = [services.ticket_of(found, one, now) for one in clerks]

    def acting(clerk: SignedIn, ticket: str) -> Callable[[], object]:
        return lambda: services.begin(clerk, ticket, now, consents=True)

    def by_phone() -> object:
        members.recognise("13800138000")
        return waiting.id

    jobs = [*map(acting, clerks, tickets), by_phone]
    assert set(together(live_app, jobs, at_once=len(jobs))) == {waiting.id}
