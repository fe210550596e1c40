"""What every backend keeps to, whoever takes the money: the counter in person, a provider on the line."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace

import pytest

from palace.payments import states
from palace.payments.backends.base import (
    AlreadyPaid,
    Backend,
    BadSignature,
    Closed,
    Counter,
    Done,
    Manual,
    Page,
    Pending,
    Sent,
)
from palace.payments.backends.counter import AtCounter
from palace.payments.backends.stripe import Stripe
from palace.payments.states import AttemptState
from tests.payments.stripe.asked import PRICE, returned, sent
from tests.standin.api import StandIn


@pytest.fixture(params=list(states.Backend))
def backend(request: pytest.FixtureRequest) -> Backend:
    """Return each backend there is; one that is new has to be named here."""
    made: dict[states.Backend, Callable[[], Backend]] = {
        states.Backend.COUNTER: AtCounter,
        states.Backend.STRIPE: lambda: request.getfixturevalue("provider"),
    }
    one = made[request.param]()
    assert one.name is request.param
    return one


class TestEveryBackend:
    """The five verbs, and `page` before them."""

    @pytest.fixture
    def page(self, backend: Backend, provider: Stripe) -> Sent:
        """Return a page as it is written down before anything is sent."""
        asked = sent(provider)
        return asked if backend is provider else replace(asked, request={})

    @staticmethod
    def open(backend: Backend, page: Sent) -> Sent:
        """Return the page with what its provider calls it, if there is one."""
        answer = backend.start(page)
        return replace(page, reference=answer.reference) if isinstance(answer, Page) else page

    def test_what_it_sends_can_be_written_down(self, page: Sent) -> None:
        assert json.loads(json.dumps(page.request)) == page.request

    def test_begun_twice_it_is_the_same_page_or_none(self, backend: Backend, page: Sent) -> None:
        answer = backend.start(page)
        assert isinstance(answer, Page | Counter)
        assert backend.start(page) == answer

    def test_looked_at_twice_it_says_the_same_and_nothing_came(
        self, backend: Backend, page: Sent
    ) -> None:
        there = self.open(backend, page)
        facts = backend.query(there)
        assert facts == backend.query(there)
        assert (facts.payment_id, facts.number, facts.paid) == (7, 1, 0)
        assert facts.state in (AttemptState.OPEN, AttemptState.CLOSED)

    def test_closed_twice_nobody_pays_by_it(self, backend: Backend, page: Sent) -> None:
        there = self.open(backend, page)
        assert backend.close(there) == Closed()
        again = backend.close(there)
        assert isinstance(again, Closed)
        assert backend.query(there).state is AttemptState.CLOSED

    def test_what_was_paid_is_not_closed(self, backend: Backend, page: Sent, told: StandIn) -> None:
        there = self.open(backend, page)
        if there.reference is None:
            pytest.skip("it is paid in person: there is no page to be paid by")
        told.provider.pay(there.reference)
        answer = backend.close(there)
        assert isinstance(answer, AlreadyPaid)
        assert (answer.facts.state, answer.facts.paid) == (AttemptState.PAID, PRICE)

    def test_sent_back_twice_it_goes_once_or_is_fetched(
        self, backend: Backend, page: Sent, told: StandIn
    ) -> None:
        there = self.open(backend, page)
        intent = "none"
        if there.reference is not None:
            intent = told.provider.pay(there.reference)["payment_intent"]
        answer = backend.refund(returned(intent))
        assert isinstance(answer, Done | Pending | Manual)
        assert backend.refund(returned(intent)) == answer
        assert told.provider.refunded(intent) == (0 if isinstance(answer, Manual) else 2000)

    @pytest.mark.parametrize("body", [b"", b"{}", b"\xff"])
    def test_news_that_nobody_signed_are_refused(self, backend: Backend, body: bytes) -> None:
        with pytest.raises(BadSignature):
            backend.notification(body, {})
