"""Somebody who has used the palace in every way it knows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from palace import clock
from palace.blocks.models import ListedName, NameList, SignUp
from palace.blocks.rules import Outcome
from palace.books.models import InvoiceRequest
from palace.books.states import InvoiceState, Payer
from palace.codes.services import redeem
from palace.companions.models import Companion
from palace.companions.rules import Relation
from palace.consents import services as consents
from palace.consents.rules import Purpose
from palace.coupons import services as coupons
from palace.db import db
from palace.gifts.models import Gift
from palace.gifts.rules import GiftState
from palace.identities.rules import Declared, Document
from palace.joining import services as joining
from palace.members.models import Member, Unit
from palace.members.rules import Role
from palace.members.services import ask_access, ask_code
from palace.money import Fen
from palace.moving.models import Move, MoveNews
from palace.moving.rules import MoveKind, MoveState
from palace.notices.models import Contact
from palace.payments import services as payments
from palace.payments.models import Attempt
from palace.payments.states import AttemptState, Backend, Method, RefundReason
from palace.programme.models import Performance
from palace.programme.rules import IdentityPolicy
from palace.reports.models import Export
from palace.reports.rules import ExportState, Format
from palace.rooms.models import Occurrence, Reservation, Room, RoomWait
from palace.rooms.policies import Policy
from palace.rooms.states import OccurrenceState, WaitState
from palace.rooms.wishes import Takers
from palace.roster.models import RosterQuestion
from palace.security import public_code
from palace.strikes.models import Appeal, Strike
from palace.strikes.rules import StrikeKind
from palace.tickets import services
from palace.tickets.models import Admission, PackageOrder, Ticket
from palace.tickets.rules import Wish
from palace.till.models import OnAccount
from palace.troupes.models import Certification, SafetyLetter, Season, Troupe, TroupeMember
from palace.troupes.rules import CertificationState, TroupeKind
from palace.waiting.models import WaitEntry
from palace.waiting.rules import WaitState as TicketWaitState
from tests.blocks.conftest import give
from tests.codes.conftest import batch_of, texts
from tests.complimentary.conftest import give as give_away
from tests.coupons.conftest import pool_of
from tests.factory import Factory
from tests.money import priced
from tests.packages.conftest import packaged
from tests.privacy.learning import learned

NAME, PHONE = "欧阳海棠", "13912345678"
NUMBER = "11010519491231002X"
LATER = timedelta(days=9)


@dataclass(frozen=True)
class Regular:
    """A member, their show that is over by `LATER`, and their ticket for it."""

    member: Member
    performance: Performance
    ticket: Ticket


def _noted(
    make: Factory, member: Member, unit: Unit, performance: Performance, now: datetime
) -> None:
    """Add whom they bring, what they missed, what they waited for and a list they took along."""
    make.add(
        Companion(member_id=member.id, name="欧阳小棠", relation=Relation.CHILD, by_guardian=True)
    )
    strike = Strike(
        member_id=member.id,
        kind=StrikeKind.TICKET,
        subject="performance:0",
        title_zh="从前的演出",
        title_en="A show of before",
        happened_at=now,
        written_at=now,
        written_by="system",
    )
    make.add(strike)
    make.add(Appeal(strike_id=strike.id, words="我到了，没扫上。", asked_at=now))
    waits = WaitEntry(code=public_code(), member_id=member.id, count=1, offered=[])
    waits.performance_id, waits.state = performance.id, TicketWaitState.LEFT
    waits.together, waits.fewer = True, False
    waits.joined_at = waits.ended_at = now
    make.add(waits)
    make.add(
        Export(
            code=public_code(),
            member_id=member.id,
            asked_at=now,
            endpoint="unions.members",
            address_values={"unit_id": unit.id},
            query={},
            language="zh",
            format=Format.CSV,
            state=ExportState.SENT,
        )
    )


def _changed(make: Factory, ticket: Ticket, now: datetime) -> None:
    """Add a ticket they gave, news of a show that moved, and money that goes back."""
    show = ticket.performance
    make.add(
        Gift(
            code=public_code(),
            ticket_id=ticket.id,
            giver_id=ticket.member_id,
            number_end="0000",
            state=GiftState.DECLINED,
            offered_at=now,
            lapses_at=now,
            ended_at=now,
            order_id=ticket.order_id,
        ),
    )
    move = Move(
        performance_id=show.id,
        kind=MoveKind.MOVE,
        state=MoveState.DONE,
        starts_at=show.starts_at,
        space_id=show.space_id,
        old_starts_at=show.starts_at,
        old_space_id=show.space_id,
        return_until=show.starts_at,
        reason_zh="",
        reason_en="",
        proposed_by="staff:1",
        proposed_at=now,
        decided_by="staff:2",
        decided_at=now,
    )
    make.add(move)
    make.add(MoveNews(move_id=move.id, member_id=ticket.member_id, told_at=now, kept_at=now))


def _charged(make: Factory, ticket: Ticket, unit: Unit, now: datetime) -> None:
    """Add money that was asked for, by a page and on account, that came, and that went back."""
    payment = priced(ticket.order, ticket)
    make.add(
        Attempt(
            payment_id=payment.id,
            number=1,
            backend=Backend.STRIPE,
            state=AttemptState.CLOSED,
            request={"part": "tickets"},
            made_at=now,
            page_ends_at=now,
            look_at=now,
        )
    )
    refund = payments.owe(
        "tickets",
        ticket.order_id,
        Fen(1000),
        key="regular",
        reason=RefundReason.MOVED,
        by="staff:1",
        now=now,
    )
    assert refund is not None
    payments.pay_back(refund.id, method=Method.CASH, by="staff:1", shift_id=None, now=now)
    payments.close("tickets", ticket.order_id, now=now)
    make.add(
        OnAccount(
            payment_id=payment.id,
            unit_id=unit.id,
            due_on=clock.palace_day(now),
            agreed_by="staff:1",
            agreed_at=now,
        )
    )
    make.add(
        InvoiceRequest(
            payment_id=payment.id,
            state=InvoiceState.REQUESTED,
            payer=Payer.PERSON,
            title=NAME,
            amount=payment.amount,
            asked_at=now,
        )
    )


def _of_the_union(
    make: Factory, member: Member, unit: Unit, performance: Performance, now: datetime
) -> None:
    """Add what their union, a code and the house as a giver keep of them, and how they are told."""
    block = give(make, performance, unit, 1)
    make.add(SignUp(block_id=block.id, member_id=member.id, signed_at=now))
    pasted = NameList(block_id=block.id, made_by="member:1", made_at=now)
    make.add(pasted)
    make.add(
        ListedName(
            list_id=pasted.id, line=1, typed=NAME, member_id=member.id, outcome=Outcome.GIVEN
        )
    )
    make.add(Contact(member_id=member.id, language="zh"))
    called_off = make.performance(seats=3)
    give_away(called_off, member)
    called_off.cancelled_at = now
    redeem(texts(batch_of(make.performance(seats=3)), 1)[0], member)
    coupons.take(member, pool_of(make, 1).id, "regular-tap")
    shows = packaged(make, [make.performance(), performance])
    make.add(
        PackageOrder(
            code=public_code(),
            package_id=shows.id,
            member_id=member.id,
            seat_count=1,
            created_at=now,
        )
    )


def _took(make: Factory, wish: dict[str, int], now: datetime) -> None:
    """Add a room that was taken, and one that was waited for."""
    starts_at, ends_at = now - timedelta(hours=3), now - timedelta(hours=1)
    taken = Reservation(
        **wish,
        code=public_code(),
        purpose="choir",
        people=40,
        first_on=clock.palace_day(now),
        begins=time(19),
        minutes=120,
        created_at=now,
    )
    make.add(taken)
    make.add(
        Occurrence(
            **wish,
            reservation_id=taken.id,
            day=clock.palace_day(now),
            starts_at=starts_at,
            ends_at=ends_at,
            state=OccurrenceState.CONFIRMED,
        ),
        RoomWait(
            **wish,
            code=public_code(),
            purpose="choir",
            people=40,
            starts_at=starts_at,
            ends_at=ends_at,
            state=WaitState.OVER,
            joined_at=now,
            ended_at=now,
        ),
    )


def _lent(make: Factory, member: Member, now: datetime) -> None:
    """Add the troupe they sing in, its letter that they signed, and a room they had and waited for."""
    site, today = make.site(), clock.palace_day(now)
    policy = Policy(
        site_id=site.id, code="rooms", name_zh="排练厅", name_en="Rooms", takers=Takers.TROUPE
    )
    troupe = Troupe(
        site_id=site.id,
        code="choir",
        kind=TroupeKind.CHOIR,
        name_zh="职工合唱团",
        name_en="Choir",
        size=40,
    )
    season = Season(name_zh="从前", name_en="Before", starts_on=today, ends_on=today)
    make.add(policy, troupe, season)
    room = Room(space_id=make.space().id, policy_id=policy.id, floor=2)
    letter = SafetyLetter(
        season_id=season.id,
        version=1,
        text_zh="安全",
        text_en="Safe",
        published_by="staff:1",
        published_at=now,
    )
    make.add(
        room,
        letter,
        TroupeMember(troupe_id=troupe.id, member_id=member.id, name=NAME, joined_on=today),
    )
    make.add(
        Certification(
            troupe_id=troupe.id,
            season_id=season.id,
            state=CertificationState.ASKED,
            letter_id=letter.id,
            signed_by=member.id,
            asked_at=now,
        )
    )
    _took(make, {"space_id": room.space_id, "troupe_id": troupe.id, "member_id": member.id}, now)


def lived_here(make: Factory) -> Regular:
    """Make somebody with a row in every table of people; their show is over in `LATER`."""
    make.site()
    member, now, unit = make.member(NAME, valid=False, phone=PHONE), clock.now(), make.unit()
    asked = ask_code(PHONE, browser="their browser", address="192.0.2.7")
    asked.created_at = now - timedelta(hours=2)
    applied = joining.apply(member, unit.id)
    joining.confirm(applied.id, "staff:1")
    performance = make.performance(seats=4)
    performance.identity_policy = IdentityPolicy.BUYER
    db.session.flush()
    order = services.hold(member, performance.id, Wish(count=1), key="regular-key")
    typed = Declared(name=NAME, document=Document.ID_CARD, number=NUMBER)
    services.confirm(member, order.code, entrants=[typed], guardian=False)
    ticket = db.session.scalars(select(Ticket).where(Ticket.member_id == member.id)).one()
    make.add(Admission(ticket_id=ticket.id, entry=1, counts=True, admitted_at=now, gate="main"))
    _charged(make, ticket, unit, now)
    make.add(RosterQuestion(member_id=member.id, asked_at=now, answer="known"))
    _noted(make, member, unit, performance, now)
    _changed(make, ticket, now)
    _of_the_union(make, member, unit, performance, now)
    ask_access(member, True, now)
    make.post(member, Role.UNIT, unit=unit)
    _lent(make, member, now)
    learned(make, member, NAME, now)
    consents.give(member.id, Purpose.PRIVACY, now)
    return Regular(member, performance, ticket)


@pytest.fixture
def regular(make: Factory) -> Regular:
    """Return somebody who has something in every table that keeps things of people."""
    return lived_here(make)


@pytest.fixture
def browser(app: Flask, make: Factory, regular: Regular) -> FlaskClient:
    """Return the regular's browser, signed in just now."""
    browser = app.test_client()
    make.sign_in(browser, regular.member)
    return browser
