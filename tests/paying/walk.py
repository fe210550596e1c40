"""Every described answer about what is to be paid, given once for real."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from palace.db import db
from palace.payments import states
from palace.payments.backends.base import backends
from palace.payments.backends.stripe import Stripe
from palace.payments.models import Payment
from tests.factory import Factory
from tests.payments.stripe.conftest import settings_of
from tests.standin.server import stand_in
from tests.tickets.conftest import Booker


def pay_for_something(walk: Any, make: Factory) -> None:
    """Look at what is to be paid, open the provider's page, come back from it, ask for four digits."""
    member = make.member()
    order = Booker().book(member, make.performance(prices={"member": 3000}), "ST-01-01")
    found = db.session.scalars(select(Payment).where(Payment.subject_id == order.id)).one()
    make.sign_in(walk.browser, member)
    here = f"/payments/{found.id}"
    walk.ask("GET", here)
    with stand_in() as told:
        backends[states.Backend.STRIPE] = Stripe(settings_of(told))
        walk.ask("POST", f"{here}/open")
        walk.ask("GET", f"{here}/back")
        backends.pop(states.Backend.STRIPE)
    walk.ask("POST", f"{here}/digits")
    walk.ask("POST", "/sign-out")
