"""The lists of a house's shifts and of what units settle later."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from flask import url_for
from sqlalchemy import ColumnElement, func, select

from palace.db import db, table_of
from palace.lists.queries import Column, List
from palace.lists.rules import Kind
from palace.members.models import Staff
from palace.members.rules import SignedIn
from palace.members.unions import Unit
from palace.money import Fen
from palace.payments.models import Movement, Payment
from palace.payments.services.refunding import SIGNED
from palace.payments.states import Method
from palace.text import N_
from palace.till.models import OnAccount, Shift
from palace.till.rules import PART_WORDS, READERS
from palace.venues.queries import at_sites

Sites = Collection[int] | None
OPEN = (
    select(func.coalesce(func.sum(SIGNED), 0))
    .where(Movement.payment_id == OnAccount.payment_id, Movement.method == Method.ACCOUNT)
    .correlate(OnAccount)
    .scalar_subquery()
)


def _accounts_at(actor: SignedIn) -> ColumnElement[bool]:
    return at_sites(Payment.site_id, actor.sites(*READERS))


def overdue(sites: Sites, today: date) -> int:
    """Return how many payments units had to settle before today and did not."""
    wanted = (
        select(func.count())
        .select_from(
            table_of(OnAccount).join(table_of(Payment), Payment.id == OnAccount.payment_id)
        )
        .where(OnAccount.due_on < today, OPEN > 0, at_sites(Payment.site_id, sites))
    )
    return db.session.scalars(wanted).one()


def open_accounts(until: date) -> list[tuple[OnAccount, Fen]]:
    """Return what units have to settle by a day, with how much each; locked, but for what another locked."""
    wanted = select(OnAccount, OPEN).where(OnAccount.due_on <= until, OPEN > 0)
    locked = wanted.order_by(OnAccount.payment_id).with_for_update(
        of=OnAccount, key_share=True, skip_locked=True
    )
    return [(one, Fen(int(amount))) for one, amount in db.session.execute(locked)]


ACCOUNTS = List(
    endpoint="till.accounts",
    title=N_("单位签单"),
    source=table_of(OnAccount)
    .join(table_of(Payment), Payment.id == OnAccount.payment_id)
    .join(table_of(Unit), Unit.id == OnAccount.unit_id),
    key=OnAccount.payment_id,
    order="due_on",
    scope=_accounts_at,
    columns=[
        Column(
            name="due_on",
            heading=N_("哪天前结清"),
            of=OnAccount.due_on,
            kind=Kind.DAY,
            sorts=True,
            filters=True,
            link=lambda row: url_for("till.payment", payment_id=row.list_key),
        ),
        Column(name="unit", heading=N_("单位"), of=Unit.name_zh, filters=True),
        Column(
            name="part",
            heading=N_("付的什么"),
            of=Payment.part,
            kind=Kind.WORD,
            choices=PART_WORDS,
        ),
        Column(name="amount", heading=N_("金额"), of=Payment.amount, kind=Kind.FEN),
        Column(name="open", heading=N_("还没结清"), of=OPEN, kind=Kind.FEN),
        Column(
            name="waits",
            heading=N_("要结清"),
            of=OPEN > 0,
            kind=Kind.YES_NO,
            filters=True,
        ),
        Column(name="agreed_at", heading=N_("签单"), of=OnAccount.agreed_at, kind=Kind.INSTANT),
    ],
    empty=N_("没有单位签单。"),
)


def _shifts_at(actor: SignedIn) -> ColumnElement[bool]:
    return at_sites(Shift.site_id, actor.sites(*READERS))


SHIFTS = List(
    endpoint="till.shifts",
    title=N_("当班和交款单"),
    source=table_of(Shift).join(table_of(Staff), Staff.id == Shift.staff_id),
    key=Shift.id,
    order="-opened_at",
    scope=_shifts_at,
    columns=[
        Column(
            name="opened_at",
            heading=N_("开始"),
            of=Shift.opened_at,
            kind=Kind.INSTANT,
            sorts=True,
            filters=True,
            link=lambda row: url_for("till.shift", shift_id=row.list_key),
        ),
        Column(name="name", heading=N_("收款员"), of=Staff.name, filters=True),
        Column(name="closed_at", heading=N_("交班"), of=Shift.closed_at, kind=Kind.INSTANT),
        Column(name="expected", heading=N_("应有现金"), of=Shift.expected, kind=Kind.FEN),
        Column(name="counted", heading=N_("点出现金"), of=Shift.counted, kind=Kind.FEN),
        Column(name="handed_at", heading=N_("出纳签收"), of=Shift.handed_at, kind=Kind.INSTANT),
    ],
    empty=N_("还没有人当过班。"),
)
