"""A provider in plain values: what it says is what the test set it to say."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from palace import clock
from palace.db import db
from palace.money import Fen
from palace.payments import states
from palace.payments.backends.base import (
    AlreadyPaid,
    Asked,
    Away,
    BadSignature,
    Closed,
    Facts,
    Failed,
    Page,
    Pending,
    RefundFact,
    Returned,
    Sent,
    Unknown,
    backends,
)
from palace.payments.backends.base import Done as Went
from palace.payments.models import Attempt, Payment
from palace.payments.services import apply_facts
from palace.payments.states import AttemptState
from palace.tickets.models import Order
from tests.factory import Factory
from tests.tickets.conftest import Booker

STRIPE = states.Backend.STRIPE
Answer = Pending | Went | Failed


@dataclass
class Provider:
    """Pages and refunds of a provider, by key: asked for again they are the same."""

    name: states.Backend = STRIPE
    pages: dict[str, Facts] = field(default_factory=dict)
    refunds: dict[str, Answer] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)
    away: bool = False
    raises: list[Exception] = field(default_factory=list)
    answer: Callable[[Returned], Answer] = lambda one: Went(reference=f"re_{one.key}")

    def page(self, asked: Asked, /) -> dict[str, Any]:
        """Return what is asked for."""
        return {"amount": asked.amount, "words": asked.words}

    def start(self, sent: Sent, /) -> Page:
        """Open a page."""
        self._reach("start")
        facts = Facts(
            reference=f"cs_{sent.key}",
            intent=None,
            payment_id=sent.payment_id,
            number=sent.number,
            state=AttemptState.OPEN,
        )
        self.pages.setdefault(f"cs_{sent.key}", facts)
        return Page(reference=f"cs_{sent.key}", address=f"https://pay.test/{sent.key}")

    def close(self, sent: Sent, /) -> Closed | AlreadyPaid | Unknown:
        """Close a page, unless it was paid."""
        try:
            self._reach("close")
        except Away:
            return Unknown()
        facts = self.pages[sent.reference or ""]
        if facts.state in (AttemptState.PAID, AttemptState.PROCESSING):
            return AlreadyPaid(facts)
        self.pages[sent.reference or ""] = replace(facts, state=AttemptState.CLOSED)
        return Closed()

    def query(self, sent: Sent, /) -> Facts:
        """Say how a page stands."""
        self._reach("query")
        return self.pages[sent.reference or ""]

    def refund(self, returned: Returned, /) -> Answer:
        """Send money back, once by its key."""
        self._reach("refund")
        return self.refunds.setdefault(returned.key, self.answer(returned))

    def notification(self, _raw: bytes, _headers: Mapping[str, str], /) -> Facts | None:
        """Refuse it."""
        raise BadSignature

    def _reach(self, what: str) -> None:
        assert not db.session.info.get("open"), "a provider is asked inside a transaction"
        self.calls.append(what)
        if self.raises:
            raise self.raises.pop(0)
        if self.away:
            raise Away

    def pay(self, reference: str, paid: int, **said: Any) -> Facts:
        """Let somebody pay by a page."""
        given: dict[str, Any] = {
            "state": AttemptState.PAID,
            "paid": Fen(paid),
            "intent": f"pi_{reference}",
        }
        self.pages[reference] = replace(self.pages[reference], **(given | said))
        return self.pages[reference]


@dataclass(frozen=True)
class Sale:
    """Seats of a show that wait for their money."""

    make: Factory
    provider: Provider
    order: Order
    payment_id: int

    @property
    def payment(self) -> Payment:
        """Return its payment as it stands now."""
        return db.session.get_one(Payment, self.payment_id, populate_existing=True)

    @property
    def attempts(self) -> list[Attempt]:
        """Return its pages as they stand now."""
        wanted = select(Attempt).where(Attempt.payment_id == self.payment_id)
        ordered = wanted.order_by(Attempt.number)
        return list(db.session.scalars(ordered.execution_options(populate_existing=True)))

    @property
    def reference(self) -> str:
        """Return the provider's name for its last page."""
        return self.attempts[-1].reference or ""

    def tickets(self) -> int:
        """Return how many tickets there are for it."""
        return len(self.make.tickets(self.order.performance))

    def apply(self, facts: Facts) -> None:
        """Apply facts."""
        apply_facts(STRIPE, facts, now=clock.now())
        db.session.flush()

    def went_back(self, amount: int, state: states.RefundState, name: str = "re_x") -> Facts:
        """Let the provider say that money went back which nobody here sent."""
        fact = RefundFact(reference=name, refund_id=None, amount=Fen(amount), state=state)
        return self.provider.pay(self.reference, 3000, refunds=(fact,))


@pytest.fixture
def provider(app: Flask) -> Iterator[Provider]:
    """Return the provider of this palace."""
    backends[STRIPE] = one = Provider()
    yield one
    backends.pop(STRIPE, None)


@pytest.fixture
def booker() -> Booker:
    """Return somebody who books."""
    return Booker()


@pytest.fixture
def sale(make: Factory, provider: Provider) -> Sale:
    """Return a seat for thirty yuan that waits for its money."""
    performance = make.performance(seats=2, prices={"member": 3000})
    order = Booker().book(make.member(), performance, "ST-01-01")
    make.commit()
    payment_id = db.session.scalars(select(Payment.id).where(Payment.subject_id == order.id)).one()
    return Sale(make, provider, order, payment_id)
