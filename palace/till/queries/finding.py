"""What a clerk finds: payments by code, phone, digits or unit, with what they are for."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, case, exists, false, func, or_, select

from palace.courses.models import Enrolment
from palace.db import db, literally
from palace.members.models import Member, RosterEntry
from palace.members.rules import mobile_number
from palace.members.unions import Unit
from palace.money import FREE, Fen
from palace.payments import services as payments
from palace.payments.models import Movement, Payment, Refund
from palace.payments.services import Said
from palace.payments.services.refunding import SIGNED
from palace.payments.states import RefundState
from palace.roster.tree import find_units
from palace.tickets.models import Order, PackageOrder, Ticket
from palace.tickets.rules import PACKAGES
from palace.tickets.services.owing import ASKED_OF
from palace.till.models import OnAccount
from palace.venues.queries import at_sites

MOST_FOUND = 30
CODE = re.compile(r"[a-z2-7]{20}")
FOUR, EIGHT = re.compile(r"[0-9]{4}"), re.compile(r"[0-9]{8}")
COURSES = "courses"
Sites = Collection[int] | None


@dataclass(frozen=True, kw_only=True)
class Found:
    """A payment a clerk found: what it is for, who was asked, how much is here and waits to be fetched."""

    payment: Payment
    member: Member | None
    said: Said | None
    here: Fen
    to_fetch: Fen


def find(typed: str, sites: Sites) -> list[Found]:
    """Return payments by what a clerk types or reads: those to be paid first, then the newest.

    A code of an order, package or place in a class; a ticket's eight digits; the four digits somebody
    noted by the printed code, or in which the number of who has something to pay ends, as its page tells
    them to say; a phone number; else what a unit is called.
    """
    wanted = (
        select(Payment)
        .where(_named(typed), at_sites(Payment.site_id, sites))
        .order_by(
            case((Payment.paid_at.is_(None) & Payment.closed_at.is_(None), 0), else_=1),
            Payment.asked_at.desc(),
            Payment.id.desc(),
        )
    )
    return described(db.session.scalars(wanted.limit(MOST_FOUND)).all())


def _named(typed: str) -> ColumnElement[bool]:
    plain = "".join(unicodedata.normalize("NFKC", typed).lower().split())
    if CODE.fullmatch(plain):
        return _of_code(plain)
    if FOUR.fullmatch(plain):
        open_ = Payment.paid_at.is_(None) & Payment.closed_at.is_(None)
        ends = select(Member.id).where(Member.phone.endswith(plain))
        return open_ & or_(Payment.digits == plain, Payment.member_id.in_(ends))
    if EIGHT.fullmatch(plain):
        collected = select(Ticket.order_id).where(Ticket.collection_code == plain)
        return _of_orders(Order.id.in_(collected))
    phone = mobile_number(typed)
    if phone:
        return Payment.member_id.in_(select(Member.id).where(Member.phone == phone))
    return _of_units([one.id for one in find_units(typed)])


def _of_code(code: str) -> ColumnElement[bool]:
    enrolled = select(Enrolment.id).where(Enrolment.code == code)
    together = select(PackageOrder.id).where(PackageOrder.code == code)
    return or_(
        _of_orders(Order.code == code),
        (Payment.part == COURSES) & Payment.subject_id.in_(enrolled),
        (Payment.part == PACKAGES) & Payment.subject_id.in_(together),
    )


def _of_orders(which: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists().where(ASKED_OF, which)


def _of_units(unit_ids: Sequence[int]) -> ColumnElement[bool]:
    """Return the condition that a payment is a unit's, or asked of somebody of it."""
    if not unit_ids:
        return false()
    of = Member.roster_entry.has(RosterEntry.unit_id.in_(unit_ids))
    on_account = select(OnAccount.payment_id).where(OnAccount.unit_id.in_(unit_ids))
    return or_(
        Payment.member_id.in_(select(Member.id).where(of)),
        Payment.id.in_(on_account),
    )


def described(found: Sequence[Payment]) -> list[Found]:
    """Return payments with what they are for and whom they were asked of."""
    ids = {one.member_id for one in found if one.member_id}
    members = {one.id: one for one in db.session.scalars(select(Member).where(Member.id.in_(ids)))}
    words, of = _words(found), [one.id for one in found]
    moved = select(Movement.payment_id, func.sum(SIGNED)).where(Movement.payment_id.in_(of))
    here = _fen(moved.group_by(Movement.payment_id))
    fetched = select(Refund.payment_id, func.sum(Refund.amount)).where(
        Refund.payment_id.in_(of), Refund.state == literally(RefundState.COUNTER)
    )
    to_fetch = _fen(fetched.group_by(Refund.payment_id))
    return [
        Found(
            payment=one,
            member=members.get(one.member_id or 0),
            said=words.get((one.part, one.subject_id)),
            here=here.get(one.id, FREE),
            to_fetch=to_fetch.get(one.id, FREE),
        )
        for one in found
    ]


def _fen(rows: Select[*tuple[Any, ...]]) -> dict[int, Fen]:
    return {payment_id: Fen(int(amount)) for payment_id, amount in db.session.execute(rows)}


def _words(found: Sequence[Payment]) -> dict[tuple[str, int], Said]:
    """Return what payments are for, as the parts that asked say it."""
    parts = {one.part for one in found}
    return {
        (part, subject_id): said
        for part in parts
        for subject_id, said in payments.said[part](
            [one.subject_id for one in found if one.part == part]
        ).items()
    }


def to_agree(sites: Sites) -> list[Found]:
    """Return payments of which somebody wants money to go back that a second person has to agree to."""
    asked = select(Refund.payment_id).where(Refund.state == literally(RefundState.ASKED))
    wanted = select(Payment).where(Payment.id.in_(asked), at_sites(Payment.site_id, sites))
    return described(db.session.scalars(wanted.order_by(Payment.id)).all())


def unit_called(typed: str) -> Unit | None:
    """Return the one open unit that is called so: by its whole name, or as the only one found."""
    found = find_units(typed)
    exact = [one for one in found if one.name_zh == typed.strip()]
    return exact[0] if exact else found[0] if len(found) == 1 else None
