"""Money that came, went and has to go back, as finance reads it."""

from __future__ import annotations

from collections.abc import Sequence

from flask import url_for
from sqlalchemy import select

from palace.db import db
from palace.errors import NotFound
from palace.lists.queries import Column, List, instant
from palace.lists.rules import Kind
from palace.payments.models import Movement, Payment, Refund
from palace.payments.states import Direction, RefundState
from palace.text import N_

MOST_SHOWN = 100
REFUND_STATES: dict[str, str] = {
    RefundState.OWED: N_("等着退"),
    RefundState.HELD: N_("等发票冲红"),
    RefundState.ASKED: N_("等第二个人同意"),
    RefundState.SENT: N_("发给支付平台了"),
    RefundState.PENDING: N_("正在退"),
    RefundState.COUNTER: N_("到柜台领"),
    RefundState.FAILED: N_("没退成"),
    RefundState.DONE: N_("退好了"),
    RefundState.DROPPED: N_("不退了"),
}
REVIEWS = {
    "differs": N_("付的和要付的不一样"),
    "currency": N_("币种不对"),
    "twice": N_("付了两次"),
    "elsewhere": N_("在支付平台上退过"),
    "failed": N_("没退成"),
    "disputed": N_("付款人向银行提出异议"),
}
REFUND_REASONS = {
    "returned": N_("退票"),
    "cancelled": N_("取消"),
    "moved": N_("改期"),
    "withdrawn": N_("退班"),
    "late": N_("付晚了"),
    "too_much": N_("多付了"),
    "goodwill": N_("手工退款"),
}
DIRECTIONS: dict[str, str] = {Direction.IN: N_("收"), Direction.OUT: N_("退")}
METHODS = {
    "cash": N_("现金"),
    "pos": N_("刷卡"),
    "code": N_("扫收款码"),
    "transfer": N_("转账"),
    "account": N_("单位签单"),
    "online": N_("网上"),
}

REFUNDS = List(
    endpoint="books.refunds",
    title=N_("退款"),
    source=Refund,
    template="books/refunds.html",
    key=Refund.id,
    order="-owed_at",
    columns=[
        instant("owed_at", Refund.owed_at),
        Column(
            name="number",
            heading=N_("退款单号"),
            of=Refund.id,
            kind=Kind.NUMBER,
            link=lambda row: url_for("books.refund", refund_id=row.list_key),
        ),
        Column(
            name="state",
            heading=N_("办到哪了"),
            of=Refund.state,
            kind=Kind.WORD,
            choices=REFUND_STATES,
            filters=True,
        ),
        Column(
            name="reason",
            heading=N_("为什么"),
            of=Refund.reason,
            kind=Kind.WORD,
            choices=REFUND_REASONS,
            filters=True,
        ),
        Column(name="amount", heading=N_("金额"), of=Refund.amount, kind=Kind.FEN),
        Column(name="failure", heading=N_("没退成的原因"), of=Refund.failure),
    ],
)

MOVEMENTS = List(
    endpoint="books.movements",
    title=N_("收退流水"),
    template="books/ledger.html",
    source=Movement,
    key=Movement.id,
    order="-moved_at",
    columns=[
        instant("moved_at", Movement.moved_at),
        Column(
            name="direction",
            heading=N_("收还是退"),
            of=Movement.direction,
            kind=Kind.WORD,
            choices=DIRECTIONS,
            filters=True,
        ),
        Column(
            name="method",
            heading=N_("收退方式"),
            of=Movement.method,
            kind=Kind.WORD,
            choices=METHODS,
            filters=True,
        ),
        Column(name="amount", heading=N_("金额"), of=Movement.amount, kind=Kind.FEN),
        Column(
            name="payment",
            heading=N_("付款"),
            of=Movement.payment_id,
            kind=Kind.NUMBER,
            filters=True,
        ),
        Column(name="book_year", heading=N_("凭证年份"), of=Movement.book_year, kind=Kind.NUMBER),
        Column(
            name="receipt",
            heading=N_("收款凭证号"),
            of=Movement.receipt,
            kind=Kind.NUMBER,
            filters=True,
        ),
        Column(name="reference", heading=N_("单号"), of=Movement.reference, filters=True),
        Column(name="why", heading=N_("更正的原因"), of=Movement.why),
    ],
)


def reviews() -> Sequence[Payment]:
    """Return the payments somebody has to look into, the oldest first."""
    wanted = select(Payment).where(Payment.review.is_not(None)).order_by(Payment.review_at)
    return db.session.scalars(wanted.limit(MOST_SHOWN)).all()


def get_payment(payment_id: int) -> Payment:
    """Return a payment.

    Raises:
        NotFound.
    """
    found = db.session.get(Payment, payment_id)
    if found is None:
        raise NotFound
    return found


def get_refund(refund_id: int) -> Refund:
    """Return a refund.

    Raises:
        NotFound.
    """
    found = db.session.get(Refund, refund_id)
    if found is None:
        raise NotFound
    return found
