"""Whether a door lets a ticket in, and if not why: plain values in, decision out.

From when on is a row: `performances.doors_at`. Until when is `performances.ends_at`. When late-comers
come to their seats is `productions.late_entry` and `late_minute`.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple, Protocol

from palace.programme.rules import LateEntry
from palace.text import N_
from palace.tickets.rules import TicketState

MAIN_GATE = "main"
NO_GATE = N_("没有这个门。")
LONGEST = 200
TYPED = re.compile(r"([0-9]{8})([0-9]{4})?")


class Verdict(StrEnum):
    """What a door says to a ticket; a code that is half typed is asked for its rest."""

    ADMITTED = "admitted"
    ALREADY = "already"
    ASKED = "asked"
    REFUSED = "refused"


class Reason(StrEnum):
    """Why a ticket does not come in; the first six are told from the code alone."""

    UNREADABLE = "unreadable"
    TRUNCATED = "truncated"
    FOREIGN = "foreign"
    FORGED = "forged"
    MEMBER_CODE = "member_code"
    PHONE_NEEDED = "phone_needed"
    UNKNOWN_CODE = "unknown_code"
    NOT_NAMED = "not_named"
    OTHER_PERFORMANCE = "other_performance"
    RETURNED = "returned"
    REPLACED = "replaced"
    CANCELLED = "cancelled"
    TOO_EARLY = "too_early"
    TOO_LATE = "too_late"
    OVER = "over"


WORDS = {
    Reason.UNREADABLE: N_("二维码无法识别。请再扫一次，或输入8位取票码和手机后4位。"),
    Reason.TRUNCATED: N_("二维码没有读全，请再扫一次。"),
    Reason.FOREIGN: N_("这张票不是本馆签发的，请到售票处。"),
    Reason.FORGED: N_("签名对不上，可能是假票。请叫值班负责人。"),
    Reason.MEMBER_CODE: N_("这是工会会员码，不是票。请出示电子票上的二维码。"),
    Reason.PHONE_NEEDED: N_("请接着输入手机后4位。"),
    Reason.UNKNOWN_CODE: N_("本场没有这张票：取票码或手机后4位不对，请核对。"),
    Reason.NOT_NAMED: N_("这个证件没有登记本场的票。请出示电子票，或到售票处。"),
    Reason.OTHER_PERFORMANCE: N_("不是本场的票（%(starts_at)s %(title)s），请到售票处。"),
    Reason.RETURNED: N_("这张票已经退了，请到售票处。"),
    Reason.REPLACED: N_("这是换过的旧票。请出示新票，或到售票处。"),
    Reason.CANCELLED: N_("本场已经取消，请到售票处。"),
    Reason.TOO_EARLY: N_("还没有开始入场，%(doors_at)s开始。"),
    Reason.TOO_LATE: N_("已经开演，本场开演后不能入场。"),
    Reason.OVER: N_("本场已经结束。"),
}
"""The sentence of each reason, for the steward to say aloud."""


LATE = N_("已经开演，请等到中场休息，约%(at)s入场。")
"""What who comes late is told where the show lets them in in the interval."""


class TypedCode(NamedTuple):
    """A collection code as a steward types it: eight digits, and the last four of the phone."""

    collection_code: str
    phone_end: str


class Shown(Protocol):
    """What deciding needs to know of the ticket a door was shown."""

    @property
    def performance_id(self) -> int: ...
    @property
    def state(self) -> TicketState: ...
    @property
    def issue(self) -> int: ...
    @property
    def cancelled_at(self) -> datetime | None: ...
    @property
    def doors_at(self) -> datetime: ...
    @property
    def starts_at(self) -> datetime: ...
    @property
    def ends_at(self) -> datetime: ...
    @property
    def late_entry(self) -> str: ...


def typed_code(text: str) -> TypedCode | None:
    """Return what a steward typed, full-width digits and gaps welcome; None if it is no typed code.

    `phone_end` is empty while only the eight digits are there: those alone open no door.
    """
    plain = unicodedata.normalize("NFKC", text[:LONGEST])
    found = TYPED.fullmatch("".join(plain.split()).replace("-", ""))
    return TypedCode(found[1], found[2] or "") if found else None


def reason_against(
    ticket: Shown, *, performance_id: int, issue: int | None, now: datetime
) -> Reason | None:
    """Return why a door of a performance refuses a ticket, or None: it may come in.

    Doors open at `doors_at` itself and close at `ends_at` itself, or at `starts_at` where nobody comes
    in late.

    Args:
        ticket: as the database has it now.
        performance_id: the performance this door lets in.
        issue: the number in the token that was scanned; None where a code was typed.
        now: the database's instant.
    """
    refused = {
        Reason.OTHER_PERFORMANCE: ticket.performance_id != performance_id,
        Reason.RETURNED: ticket.state is not TicketState.VALID,
        Reason.REPLACED: issue not in (None, ticket.issue),
        Reason.CANCELLED: ticket.cancelled_at is not None,
        Reason.TOO_EARLY: now < ticket.doors_at,
        Reason.OVER: now >= ticket.ends_at,
        Reason.TOO_LATE: now >= ticket.starts_at and ticket.late_entry == LateEntry.NONE,
    }
    return next((reason for reason, holds in refused.items() if holds), None)


def late_until(
    now: datetime, *, starts_at: datetime, late_entry: LateEntry, late_minute: int | None
) -> datetime | None:
    """Return until when who comes now waits outside: the interval; None: they go to their seat at once.

    From the start itself on, and not any more when the interval has come.

    Args:
        late_minute: how long after the start the interval is.
    """
    if late_entry is not LateEntry.INTERVAL or late_minute is None:
        return None
    interval = starts_at + timedelta(minutes=late_minute)
    return interval if starts_at <= now < interval else None
