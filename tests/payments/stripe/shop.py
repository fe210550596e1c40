"""A seat for thirty yuan that waits for its money, and the provider's side of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import func, select

from palace import clock
from palace.db import db, transaction
from palace.money import Fen
from palace.payments import services as payments
from palace.payments import states
from palace.payments.backends.stripe import Stripe
from palace.payments.models import Attempt, Movement, Payment, Refund
from palace.payments.services import apply_facts
from palace.payments.states import Method, RefundReason
from palace.tickets.models import Order
from tests.factory import Factory
from tests.standin.api import StandIn

STRIPE = states.Backend.STRIPE
MINUTES, PRICE = 31, 3000


@dataclass(frozen=True)
class Shop:
    """A seat for thirty yuan that waits for its money, and the provider's side of it."""

    make: Factory
    told: StandIn
    stripe: Stripe
    order: Order
    payment_id: int

    @property
    def payment(self) -> Payment:
        """Return the payment as it stands."""
        return db.session.get_one(Payment, self.payment_id, populate_existing=True)

    @property
    def page(self) -> Attempt:
        """Return its last page as it stands."""
        wanted = select(Attempt).order_by(Attempt.number.desc()).limit(1)
        return db.session.scalars(wanted.execution_options(populate_existing=True)).one()

    @property
    def reference(self) -> str:
        """Return the provider's name for the last page."""
        return self.page.reference or ""

    def open(self) -> str:
        """Tap the pay button."""
        return payments.open_page(self.payment_id, STRIPE, words="《茶馆》 1 张", minutes=MINUTES)

    def pay(self, method: str = "card", *, later: bool = False) -> str:
        """Pay by the page; return the name of the money."""
        return str(self.told.provider.pay(self.reference, method, later=later)["payment_intent"])

    def news(self, *, reverse: bool = False) -> None:
        """Let the webhook bring all that happened so far."""
        events = list(self.told.provider.events.values())
        for event in reversed(events) if reverse else events:
            facts = self.stripe.notification(*self.told.provider.signed(event))
            if facts is not None:
                with transaction():
                    apply_facts(STRIPE, facts, now=clock.now())

    def tick(self) -> None:
        """Let the worker look, a minute later by each time."""
        self.make.commit()
        self.make.set_clock(clock.now() + timedelta(minutes=1))
        self.make.commit()
        payments.tend_pages()
        payments.send_refunds()

    def take(self) -> Movement:
        """Let a clerk take cash."""
        with transaction():
            return payments.take(
                self.payment_id,
                method=Method.CASH,
                amount=Fen(PRICE),
                reference=None,
                by="staff:1",
                shift_id=None,
                now=clock.now(),
            )

    def owe(self, amount: int = PRICE) -> Refund:
        """Owe so much of it back."""
        with transaction():
            owed = payments.owe(
                "tickets",
                self.order.id,
                Fen(amount),
                key="ticket:1",
                reason=RefundReason.RETURNED,
                by="member:1",
                now=clock.now(),
            )
        assert owed is not None
        return owed

    def bought(self, method: str = "card") -> str:
        """Buy it, and return the name of the money."""
        self.open()
        intent = self.pay(method)
        self.news()
        assert self.tickets() == 1
        return intent

    def tickets(self) -> int:
        """Return how many tickets there are."""
        return len(self.make.tickets(self.order.performance))

    def came(self) -> int:
        """Return how often money came."""
        return db.session.scalars(select(func.count()).select_from(Movement)).one()
