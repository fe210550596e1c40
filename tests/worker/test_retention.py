"""The hourly tidying forgets what has run out, at its very instant, and nothing before."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import Range

from palace import clock, retention
from palace.agenda.models import AgendaEntry
from palace.agenda.rules import EntryStatus
from palace.commands import CommandKey
from palace.db import Base, db
from palace.joining import services as joining
from palace.joining.models import Application
from palace.joining.rules import Verdict
from palace.members.models import Challenge, SignIn
from palace.notices.models import Notice
from palace.programme.models import Performance
from palace.programme.rules import Seating
from palace.roster.models import RosterError, RosterImport
from palace.roster.rules import ImportState, Reason
from palace.throttle import Throttle
from palace.tickets.models import Claim, Order, Ticket
from palace.tickets.rules import Channel, OrderState, TicketState
from tests.factory import Factory

NOW = datetime(2027, 3, 6, 8, tzinfo=UTC)
MOMENT = timedelta(microseconds=1)
DAY = timedelta(days=1)


def challenge(made_at: datetime) -> Challenge:
    """Return a sign-in code asked for at an instant."""
    return Challenge(
        browser_hash=b"b",
        address_hash=b"a",
        phone="13900000000",
        known=True,
        created_at=made_at,
        expires_at=made_at,
        tries=0,
    )


def command_key(made_at: datetime) -> CommandKey:
    """Return a command given at an instant."""
    return CommandKey(
        actor="member:1", command="hold", key="k", body_hash=b"h", answer="", created_at=made_at
    )


def notice(made_at: datetime, *, is_sent: bool = True) -> Notice:
    """Return a notice owed at an instant, and sent then unless it still waits."""
    return Notice(
        kind="tickets_issued",
        subject="order:1",
        receiver="member:1",
        values={},
        created_at=made_at,
        sent_at=made_at if is_sent else None,
    )


def throttle(ends_at: datetime) -> Throttle:
    """Return a counted window that ends at an instant."""
    return Throttle(key="sign-in:x", hits=3, ends_at=ends_at)


@pytest.mark.parametrize(
    ("row", "gone"),
    [
        (challenge(NOW - DAY), 1),
        (challenge(NOW - DAY + MOMENT), 0),
        (command_key(NOW - 14 * DAY), 1),
        (command_key(NOW - 14 * DAY + MOMENT), 0),
        (notice(NOW - 180 * DAY), 1),
        (notice(NOW - 180 * DAY + MOMENT), 0),
        (notice(NOW - 180 * DAY, is_sent=False), 1),
        (notice(NOW - 180 * DAY + MOMENT, is_sent=False), 0),
        (throttle(NOW), 1),
        (throttle(NOW + MOMENT), 0),
    ],
)
def test_a_row_goes_at_its_instant_and_not_before(make: Factory, row: Base, gone: int) -> None:
    make.add(row)

    counted = retention.tidy(make.rules(), NOW)

    assert counted[row.__tablename__] == gone


@pytest.mark.parametrize(("expires_at", "gone"), [(NOW, 1), (NOW + MOMENT, 0)])
def test_a_sign_in_goes_when_it_has_expired(make: Factory, expires_at: datetime, gone: int) -> None:
    make.add(SignIn(token_hash=b"t", member_id=make.member().id, expires_at=expires_at))

    assert retention.tidy(make.rules(), NOW)["sign_ins"] == gone


@pytest.mark.parametrize(
    ("ends_at", "gone"), [(NOW - 1095 * DAY, 1), (NOW - 1095 * DAY + MOMENT, 0)]
)
def test_a_date_goes_when_it_is_long_over(make: Factory, ends_at: datetime, gone: int) -> None:
    make.add(
        AgendaEntry(
            member_id=make.member().id,
            subject="performance:1",
            kind="performance",
            uid="1@palace",
            status=EntryStatus.CONFIRMED,
            during=Range(ends_at - DAY, ends_at),
            ends_at=ends_at,
            changed_at=ends_at,
            **dict.fromkeys(("title_zh", "title_en", "place_zh", "place_en", "path", "block"), "x"),
        )
    )

    assert retention.tidy(make.rules(), NOW)["agenda_entries"] == gone


@pytest.mark.parametrize(
    ("decided_at", "gone"), [(NOW - 365 * DAY, 1), (NOW - 365 * DAY + MOMENT, 0), (None, 0)]
)
def test_an_application_goes_when_it_was_closed_long_ago(
    make: Factory, decided_at: datetime | None, gone: int
) -> None:
    make.add(
        Application(
            member_id=make.member(valid=False).id,
            unit_id=make.unit().id,
            asked_at=NOW - 700 * DAY,
            decided_at=decided_at,
            verdict=Verdict.REFUSED if decided_at else None,
        )
    )

    assert retention.tidy(make.rules(), NOW)["applications"] == gone


@pytest.mark.parametrize(("is_listed", "gone"), [(True, 1), (False, 0)])
def test_an_application_nobody_decided_goes_where_a_roster_did(
    make: Factory, is_listed: bool, gone: int
) -> None:
    applied = joining.apply(make.member(valid=False), make.unit().id)
    applied.asked_at = NOW - 365 * DAY
    applied.member.roster_entry = make.roster_entry() if is_listed else None
    db.session.flush()
    assert retention.tidy(make.rules(), NOW)["applications"] == gone


def test_an_application_stays_while_its_roster_entry_does(make: Factory) -> None:
    member = make.member(valid=False)
    applied = joining.apply(member, make.unit().id)
    joining.confirm(applied.id, "staff:1")

    assert retention.tidy(make.rules(), clock.now() + 800 * DAY)["applications"] == 0


@pytest.mark.parametrize(("made_at", "gone"), [(NOW - DAY, 1), (NOW - DAY + MOMENT, 0)])
def test_what_was_wrong_with_a_roster_goes_with_its_file(
    make: Factory, made_at: datetime, gone: int
) -> None:
    row = RosterImport(
        actor="staff:1",
        file_name="a.csv",
        file_size=1,
        file_hash=b"h",
        complete=False,
        state=ImportState.CHECKED,
        created_at=made_at,
    )
    make.add(row)
    make.add(RosterError(import_id=row.id, line=2, reason=Reason.NAME.value))
    assert retention.tidy(make.rules(), NOW)["roster_errors"] == gone


def test_the_days_are_rows_of_the_house(make: Factory) -> None:
    make.add(notice(NOW - 31 * DAY))
    make.rules().notice_keep_days = 30

    assert retention.tidy(make.rules(), NOW)["notices"] == 1


def place(
    make: Factory, held_until: datetime | None, *, seating: Seating = Seating.PLACES
) -> Claim:
    """Return a claim of somebody at a show, on a seat if the show has any."""
    show, member = make.performance(2, seating=seating), make.member()
    order = Order(
        code=f"order-{member.id}",
        member_id=member.id,
        performance_id=show.id,
        state=OrderState.HELD,
        seat_count=1,
        hold_ends_at=NOW,
        created_at=NOW,
    )
    make.add(order)
    claim = Claim(
        performance_id=show.id,
        seat_id=make.seats(show)[0].id if seating is Seating.SEATED else None,
        order_id=order.id,
        member_id=member.id,
        tier_id=make.tier().id,
        zone="",
        price=0,
        face_price=0,
        held_until=held_until,
    )
    make.add(claim)
    return claim


@pytest.mark.parametrize(
    ("held_until", "seating", "gone"),
    [
        (NOW, Seating.PLACES, 1),
        (NOW + MOMENT, Seating.PLACES, 0),
        (None, Seating.PLACES, 0),
        (NOW, Seating.SEATED, 0),
    ],
)
def test_only_lapsed_places_without_a_seat_go(
    make: Factory, held_until: datetime | None, seating: Seating, gone: int
) -> None:
    place(make, held_until, seating=seating)

    assert retention.tidy(make.rules(), NOW)["claims"] == gone


@pytest.mark.parametrize(
    ("kept_for", "kept_until", "gone"),
    [
        ("returned", NOW, 1),
        ("returned", NOW + MOMENT, 0),
        ("offer:3", NOW, 1),
        ("block:3", NOW, 0),
        ("press", NOW, 0),
    ],
)
def test_of_kept_places_those_go_that_rested_or_were_offered(
    make: Factory, kept_for: str, kept_until: datetime, gone: int
) -> None:
    claim = place(make, NOW)
    claim.kept_for, claim.kept_until = kept_for, kept_until
    make.add(claim)

    assert retention.tidy(make.rules(), NOW)["claims"] == gone


@pytest.mark.parametrize("seating", [Seating.PLACES, Seating.SEATED])
@pytest.mark.parametrize(
    ("kept_for", "ends_at", "gone"),
    [
        ("block:3", NOW - 1095 * DAY, 1),
        ("block:3", NOW - 1095 * DAY + MOMENT, 0),
        ("press", NOW - 1095 * DAY, 1),
        (None, NOW - 1095 * DAY, 1),
    ],
)
def test_what_nobody_took_goes_with_the_dates_of_its_show(
    make: Factory, *, kept_for: str | None, ends_at: datetime, gone: int, seating: Seating
) -> None:
    claim = over(place(make, ends_at - DAY, seating=seating), ends_at)
    claim.order_id = claim.member_id = claim.tier_id = None
    claim.kept_for, claim.kept_until = kept_for, ends_at - DAY if kept_for else None
    make.add(claim)

    assert retention.tidy(make.rules(), NOW)["claims"] == gone


def test_what_is_sold_or_still_kept_never_goes(make: Factory) -> None:
    sold = over(place(make, None), NOW - 1096 * DAY)
    kept = over(place(make, NOW - 1096 * DAY), NOW - 1096 * DAY)
    kept.kept_for, kept.kept_until = "press", NOW + MOMENT
    make.add(sold)
    make.add(kept)

    assert retention.tidy(make.rules(), NOW)["claims"] == 0


def over(claim: Claim, ends_at: datetime) -> Claim:
    """Let a claim's show have ended at an instant."""
    show = db.session.get_one(Performance, claim.performance_id)
    show.ends_at, show.starts_at, show.doors_at = ends_at, ends_at - DAY, ends_at - DAY
    show.sale_opens_at, show.sale_closes_at = ends_at - 2 * DAY, ends_at - DAY
    return claim


def test_a_place_that_was_given_back_keeps_its_history(make: Factory) -> None:
    claim = over(place(make, NOW), NOW - 1096 * DAY)
    make.add(
        Ticket(
            code="returned",
            order_id=claim.order_id,
            claim_id=claim.id,
            performance_id=claim.performance_id,
            member_id=claim.member_id,
            tier_id=claim.tier_id,
            price=0,
            face_price=0,
            channel=Channel.ONLINE,
            collection_code="12345678",
            state=TicketState.RETURNED,
            issued_at=NOW,
            returned_at=NOW,
        )
    )

    retention.tidy(make.rules(), NOW)

    assert db.session.scalar(select(func.count()).select_from(Claim)) == 1
