"""What a line of invoices says, and what one is worth that comes back: plain values in, decision out."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from palace.books.states import Field, InvoiceState, Payer, Source
from palace.money import FEN_PER_YUAN, Fen
from palace.text import N_

TAX_NUMBER = re.compile(r"[0-9A-Z]{15,20}")
REQUEST = re.compile(r"[0-9]{1,18}")
NUMBER = re.compile(r"[0-9A-Za-z]{8,30}")
MOST_COLUMNS = 30
MOST_LINES = 5000

STATES: Mapping[str, str] = {
    InvoiceState.REQUESTED: N_("等着开"),
    InvoiceState.BATCHED: N_("正在开"),
    InvoiceState.ISSUED: N_("开好了"),
    InvoiceState.REVERSED: N_("冲红了"),
    InvoiceState.WITHDRAWN: N_("撤回了"),
}
PAYERS: Mapping[str, str] = {Payer.PERSON: N_("个人"), Payer.UNIT: N_("单位")}
FIELDS: Mapping[str, str] = {
    Field.REQUEST: N_("申请单号"),
    Field.PAYER: N_("个人还是单位"),
    Field.TITLE: N_("抬头"),
    Field.TAX_NUMBER: N_("税号"),
    Field.EMAIL: N_("邮箱"),
    Field.AMOUNT: N_("金额（元）"),
    Field.WHAT: N_("买了什么"),
    Field.PAID_ON: N_("付款日期"),
    Field.METHOD: N_("付款方式"),
    Field.RECEIPT: N_("收款凭证号"),
}
SOURCES: Mapping[str, str] = {
    Source.PROVIDER: N_("支付平台"),
    Source.SALES: N_("票和名额"),
    Source.CASH: N_("现金"),
}


@dataclass(frozen=True)
class Heading:
    """A column of the file: what it is called, what of a request stands in it, or always the same words."""

    heading: str
    field: Field | None
    fixed: str | None = None


USUAL = tuple(
    Heading(FIELDS[field], field)
    for field in (
        Field.REQUEST,
        Field.PAYER,
        Field.TITLE,
        Field.TAX_NUMBER,
        Field.AMOUNT,
        Field.WHAT,
        Field.EMAIL,
    )
)
"""The columns until the palace sets its own."""


class Outcome(StrEnum):
    """What a line of issued numbers is worth."""

    GOOD = "good"
    KNOWN = "known"
    UNKNOWN = "unknown"
    NOT_SENT = "not_sent"
    BAD_NUMBER = "bad_number"
    BAD_DAY = "bad_day"
    TAKEN = "taken"


OUTCOMES: Mapping[str, str] = {
    Outcome.GOOD: N_("可以记"),
    Outcome.KNOWN: N_("已经记过"),
    Outcome.UNKNOWN: N_("没有这个申请单号"),
    Outcome.NOT_SENT: N_("这张没有送去开，或者已经冲红、撤回"),
    Outcome.BAD_NUMBER: N_("发票号码不对"),
    Outcome.BAD_DAY: N_("开票日期不对"),
    Outcome.TAKEN: N_("这个号码已经是另一张的"),
}


@dataclass(frozen=True)
class Line:
    """A line of the finance tool's answer: which request got which number, on which day."""

    number: int
    request: str
    invoice: str
    day: date | None


@dataclass(frozen=True)
class Judged:
    """A line, and what came of it."""

    line: Line
    outcome: Outcome


def outcome_of(
    line: Line,
    known: tuple[InvoiceState, str | None] | None,
    *,
    asked_on: date | None,
    today: date,
    taken: bool,
) -> Outcome:
    """Return what a line is worth.

    Args:
        known: state and number of the request it names; None: there is none.
        asked_on: when that request was made: no invoice is older.
        taken: its number is another request's.
    """
    if known is None or asked_on is None:
        return Outcome.UNKNOWN
    state, number = known
    if state is InvoiceState.ISSUED and number == line.invoice:
        return Outcome.KNOWN
    if state is not InvoiceState.BATCHED:
        return Outcome.NOT_SENT
    if NUMBER.fullmatch(line.invoice) is None:
        return Outcome.BAD_NUMBER
    if line.day is None or not asked_on <= line.day <= today:
        return Outcome.BAD_DAY
    return Outcome.TAKEN if taken else Outcome.GOOD


def read_day(typed: str) -> date | None:
    """Return a day as finance tools write it, with or without a time behind it; None: it is none."""
    plain = typed.strip().replace("/", "-").replace(".", "-").replace("T", " ").split(" ")[0]
    try:
        parts = [int(part) for part in plain.split("-")]
        return date(*parts) if len(parts) == len(("y", "m", "d")) else date.fromisoformat(plain)
    except ValueError:
        return None


def read_amount(typed: str) -> int | None:
    """Return an amount in yuan, which may be less than nothing, as fen; None: it is none."""
    found = re.fullmatch(
        r"([+-]?)([0-9]{1,10})(?:\.([0-9]{1,2})0*)?", typed.strip().replace(",", "")
    )
    if found is None:
        return None
    fen = int(found[2]) * FEN_PER_YUAN + int((found[3] or "").ljust(2, "0"))
    return -fen if found[1] == "-" else fen


def yuan_words(amount: Fen) -> str:
    """Return an amount as the finance tool reads it, always with two places."""
    return f"{amount // FEN_PER_YUAN}.{amount % FEN_PER_YUAN:02}"


def cells(columns: Sequence[Heading], told: Mapping[Field, str]) -> list[str]:
    """Return a request's line of the file."""
    return [(told[column.field] if column.field else column.fixed) or "" for column in columns]


def is_over(day: date, today: date) -> bool:
    """Return whether a palace day is over, so that it can be matched."""
    return day < today


def reversed_in_time(on: date, issued_on: date, today: date) -> bool:
    """Return whether an invoice can have been reversed on a day; the day it was issued counts."""
    return issued_on <= on <= today
