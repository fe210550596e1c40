"""What is asked of whoever takes money, in plain values: no row is read while a provider is waited for.

Five verbs, and `page` which writes what `start` sends before anything is sent. None of them is called inside
a transaction.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, runtime_checkable

from palace.money import FREE, Fen
from palace.payments import states
from palace.payments.states import AttemptState, RefundReason

CURRENCY = "cny"
"""Stripe's smallest unit of it is the fen."""


class BadSignature(Exception):
    """A notification that its provider did not sign, or not lately."""


class Away(Exception):
    """A provider does not answer, or not as it should: whether it did what was asked is not known."""


class Spent(Exception):
    """A provider keeps a failure under this key: only another number can still go through."""


class Refused(Exception):
    """A provider will not do it, now or later; nothing was done. Says why in its words."""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What a page of a provider is to say: `words` name what is paid for."""

    payment_id: int
    number: int
    part: str
    subject_id: int
    amount: Fen
    words: str
    ends_at: datetime


@dataclass(frozen=True, kw_only=True)
class Sent:
    """A page as it was asked for; sent again under the same key the provider makes no second one."""

    payment_id: int
    number: int
    request: Mapping[str, Any]
    reference: str | None = None
    intent: str | None = None

    @property
    def key(self) -> str:
        """Return what makes it one page, however often it is asked for."""
        return f"session:{self.payment_id}:{self.number}"


@dataclass(frozen=True, kw_only=True)
class Page:
    """A provider's page where somebody may pay now, and where it is."""

    reference: str
    address: str
    intent: str | None = None


@dataclass(frozen=True)
class Counter:
    """It is paid at the counter until the payment's `pay_by`; there is no page."""


@dataclass(frozen=True)
class Closed:
    """Nobody can pay by this page any more."""


@dataclass(frozen=True, kw_only=True)
class RefundFact:
    """What a provider says of money on its way back; `refund_id` None: it was not sent from here.

    `attempt`: of our numbers, which we wrote on it. `state`: pending, done or failed.
    """

    reference: str | None
    refund_id: int | None
    amount: Fen
    state: states.RefundState
    why: str | None = None
    attempt: int | None = None


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What a provider says of a page: whatever order such news comes in, the same is true afterwards.

    `payment_id` and `number` are what we wrote on it, None where it is not ours. `paid`: what came, whatever
    we asked for. `disputed`: the payer's bank asks for it back, or no longer; None: nothing is said of that.
    `news_id` and `news_kind`: which notification brought them, to be applied once.
    """

    reference: str | None
    intent: str | None
    payment_id: int | None
    number: int | None
    state: AttemptState
    paid: Fen = FREE
    currency: str = CURRENCY
    refunds: tuple[RefundFact, ...] = ()
    disputed: bool | None = None
    news_id: str | None = None
    news_kind: str = ""


@dataclass(frozen=True)
class AlreadyPaid:
    """The page cannot be closed, as its money came or is on its way."""

    facts: Facts


@dataclass(frozen=True)
class Unknown:
    """Nobody knows whether the page is closed: what it is for is kept."""


@dataclass(frozen=True, kw_only=True)
class Returned:
    """Money that is to go back by a provider; `attempt` rises where a failure is kept under the last key."""

    refund_id: int
    payment_id: int
    attempt: int
    amount: Fen
    intent: str
    reason: RefundReason

    @property
    def key(self) -> str:
        """Return what makes it one refund, however often it is asked for."""
        return f"refund:{self.refund_id}:{self.attempt}"


@dataclass(frozen=True, kw_only=True)
class Pending:
    """The provider took it on; the money is on its way."""

    reference: str


@dataclass(frozen=True, kw_only=True)
class Done:
    """The money went back."""

    reference: str


@dataclass(frozen=True, kw_only=True)
class Failed:
    """It did not go, and will not by itself; `reference` where the provider gave it one before."""

    why: str
    reference: str | None = None


@dataclass(frozen=True)
class Manual:
    """The money is fetched at the counter: it came there, or its provider's time for it is over."""


@dataclass(frozen=True)
class Moved:
    """What a provider says moved on its side: what came, or went (less than nothing), its fee, and when.

    `reference`: its name for it as our movements have it; money that went and came again has `CAME_AGAIN`
    behind it.
    """

    reference: str
    amount: int
    fee: int
    moved_at: datetime


CAME_AGAIN = ":failed"


class Backend(Protocol):
    """Who takes money. Every verb but `page` may ask a network, and then raises `Away`."""

    name: states.Backend

    def page(self, asked: Asked, /) -> dict[str, Any]:
        """Return what `start` will send, to be written down first; it asks nobody."""

    def start(self, sent: Sent, /) -> Page | Counter:
        """Open the page that was written down; sent again it is the same page.

        Raises:
            Away, Spent, Refused.
        """

    def close(self, sent: Sent, /) -> Closed | AlreadyPaid | Unknown:
        """See to it that nobody can pay by a page any more."""

    def query(self, sent: Sent, /) -> Facts:
        """Return what is true of a page, its refunds among it.

        Raises:
            Away.
        """

    def refund(self, returned: Returned, /) -> Pending | Done | Failed | Manual:
        """Send money back; sent again under the same key it goes once.

        Raises:
            Away, Spent.
        """

    def notification(self, raw: bytes, headers: Mapping[str, str], /) -> Facts | None:
        """Return what a provider's news is worth, None where it is nothing of ours.

        Raises:
            BadSignature: it is not the provider's, or not new.
            Away: it is the provider's, which was asked for more and does not answer; it sends it again.
        """


@runtime_checkable
class Tells(Protocol):
    """A backend that says by itself what moved; of another one finance brings the provider's file."""

    def moved(self, since: datetime, /) -> list[Moved]:
        """Return what moved since an instant, page by page of its list.

        Raises:
            Away.
        """


backends: dict[states.Backend, Backend] = {}
"""Who takes money here: the counter always, a provider where its keys are set; wired by create_app."""


def takes_online() -> bool:
    """Return whether a provider takes money here."""
    return any(name is not states.Backend.COUNTER for name in backends)
