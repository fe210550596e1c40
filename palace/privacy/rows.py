"""Which rows of a table are a member's, where no column of theirs says it alone."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Select, exists, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from palace.consents.models import Consent, ConsentText
from palace.coupons.models import Coupon, CouponPool
from palace.gifts.models import Gift
from palace.joining.models import NO_CARD, Application
from palace.members.models import (
    AuditLine,
    Challenge,
    Member,
    RosterEntry,
)
from palace.members.services.audit import FOR
from palace.notices.models import Notice
from palace.notices.rules import EMAIL_CODE
from palace.payments.models import Payment
from palace.privacy.holding import Whose
from palace.programme.models import Performance
from palace.strikes.models import Appeal, Strike
from palace.tickets.models import Order, Ticket


def orders(whose: Whose) -> Select[int]:
    """Return the numbers of their orders."""
    return select(Order.id).where(Order.member_id == whose.id)


def tickets(whose: Whose) -> Select[int]:
    """Return the numbers of their tickets."""
    return select(Ticket.id).where(Ticket.member_id == whose.id)


def on_roster(whose: Whose) -> ColumnElement[bool]:
    """Return the roster entries they are tied to."""
    own = select(Member.roster_entry_id).where(Member.id == whose.id)
    return RosterEntry.id.in_(own)


def made_of_their_word(whose: Whose) -> ColumnElement[bool]:
    """Return the roster entries that only their own application made, for whom no unit brought a list."""
    of_theirs = exists().where(
        Application.member_id == whose.id,
        RosterEntry.card_number == NO_CARD,
    )
    kept = exists().where(Member.roster_entry_id == RosterEntry.id)
    return of_theirs & ~kept


def by_phone(whose: Whose) -> ColumnElement[bool]:
    """Return the codes asked for with their number."""
    return Challenge.phone == whose.phone


def received(whose: Whose) -> ColumnElement[bool]:
    """Return the notices that went to them."""
    direct = [whose.actor, *([f"phone:{whose.phone}"] if whose.phone else [])]
    codes = Notice.subject.startswith(f"email:{whose.id}:") & (Notice.kind == EMAIL_CODE)
    return or_(Notice.receiver.in_(direct), codes)


def appealed(whose: Whose) -> ColumnElement[bool]:
    """Return what they said of their strikes."""
    return Appeal.strike_id.in_(select(Strike.id).where(Strike.member_id == whose.id))


def gave_or_got(whose: Whose) -> ColumnElement[bool]:
    """Return the tickets they gave or were given."""
    return or_(Gift.giver_id == whose.id, Gift.receiver_id == whose.id)


def payments(whose: Whose) -> Select[int]:
    """Return the payments they were asked for."""
    return select(Payment.id).where(Payment.member_id == whose.id)


def noted(whose: Whose) -> ColumnElement[bool]:
    """Return the audit lines by them, about them, or done in their name."""
    acted = AuditLine.after.has_key(FOR) & (AuditLine.after[FOR].astext == whose.actor)
    return or_(AuditLine.actor == whose.actor, AuditLine.subject == whose.actor, acted)


def of_text(column: InstrumentedAttribute[Any]) -> ColumnElement[Any]:
    """Return a column of the text somebody agreed to."""
    return select(column).where(ConsentText.id == Consent.text_id).scalar_subquery()


def of_pool(column: InstrumentedAttribute[Any]) -> ColumnElement[Any]:
    """Return a column of the pool a coupon is from."""
    return select(column).where(CouponPool.id == Coupon.pool_id).scalar_subquery()


def of_show(column: InstrumentedAttribute[Any]) -> ColumnElement[Any]:
    """Return a column of the show an order is for."""
    found = select(column).select_from(Performance).join(Performance.production)
    return found.where(Performance.id == Order.performance_id).scalar_subquery()
