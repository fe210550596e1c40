"""Answers of the till: payments found, what came and went, shifts, printed codes."""

from __future__ import annotations

from palace.payments.states import Direction, Method, RefundReason, RefundState
from palace.till.rules import PART_WORDS
from tests.architecture.shapes.kinds import (
    FEN,
    INSTANT,
    NUMBER,
    TEXT,
    YES_NO,
    Shape,
    each,
    exactly,
    known,
    maybe,
    one_of,
)

FOUND = {
    "payment": NUMBER,
    "part": one_of(PART_WORDS),
    "amount": FEN,
    "pay_by": INSTANT,
    "paid_at": maybe(INSTANT),
    "closed_at": maybe(INSTANT),
    "here": FEN,
    "to_fetch": FEN,
}
TILL: dict[str, Shape] = {
    "Till": exactly(shift=maybe(known("TillShift")), payments=each(exactly(**FOUND))),
    "TillShift": exactly(
        shift=NUMBER,
        opened_at=INSTANT,
        begun_with=FEN,
        closed_at=maybe(INSTANT),
        expected=maybe(
            {"type": "integer", "description": "fen; below 0 where more went than came"}
        ),
        counted=maybe(FEN),
        handed_at=maybe(INSTANT),
        sums=each(
            exactly(method=one_of(Method), came=FEN, came_count=NUMBER, went=FEN, went_count=NUMBER)
        ),
        corrections=each(
            exactly(
                was=one_of(Method),
                now=one_of(Method),
                direction=one_of(Direction),
                amount=FEN,
                why=maybe(TEXT),
                after_count=YES_NO,
            )
        ),
    ),
    "Movement": exactly(
        movement=NUMBER,
        direction=one_of(Direction),
        method=one_of(Method),
        amount=FEN,
        moved_at=INSTANT,
        receipt=maybe(TEXT),
        corrects=maybe(NUMBER),
    ),
    "TillPayment": exactly(
        **FOUND,
        on_account=FEN,
        movements=each(known("Movement")),
        refunds=each(
            exactly(
                refund=NUMBER,
                amount=FEN,
                reason=one_of(RefundReason),
                state=one_of(RefundState),
            )
        ),
    ),
    "UnmatchedMoney": exactly(movements=each(known("Movement"))),
    "PrintedCodes": exactly(codes=each(exactly(code=NUMBER, name=TEXT, content=TEXT))),
}
