"""Stripe's hosted pages take money in CNY; every news of it is a hint to ask what is true now."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

from palace.config import Settings
from palace.money import Fen
from palace.payments import states
from palace.payments.backends.base import (
    CURRENCY,
    AlreadyPaid,
    Asked,
    Away,
    Closed,
    Done,
    Facts,
    Failed,
    Manual,
    Moved,
    Page,
    Pending,
    RefundFact,
    Refused,
    Returned,
    Sent,
    Spent,
    Unknown,
)
from palace.payments.backends.stripe_line import Line
from palace.payments.backends.stripe_things import Thing, is_name, moved, number, state_of
from palace.payments.states import AttemptState, RefundState

if TYPE_CHECKING:
    from stripe.params import BalanceTransactionListParams
    from stripe.params.checkout import SessionCreateParams

A_DAY = 24 * 60 * 60
LONGEST_NAME = 250
EXPANDED = ["payment_intent.latest_charge"]
DISPUTES_OVER = {"won", "warning_closed"}
REFUND_DAYS = {"alipay": 90, "wechat_pay": 180}
"""After how many days a wallet takes no refund; a card has no such day."""
REFUND_STATES = {
    "succeeded": RefundState.DONE,
    "pending": RefundState.PENDING,
    "requires_action": RefundState.PENDING,
    "failed": RefundState.FAILED,
    "canceled": RefundState.FAILED,
}


class Stripe:
    """An account at Stripe. What is written on its things is numbers of ours, never a person."""

    name = states.Backend.STRIPE

    def __init__(self, settings: Settings) -> None:
        """Take the keys; nothing is asked yet."""
        self._line = Line(settings)
        self._live = settings.stripe_is_live
        self._public_url = settings.public_url
        self._palace = urlsplit(settings.public_url).netloc

    def page(self, asked: Asked, /) -> dict[str, Any]:
        """Return the body of the request that opens a page."""
        mark = {
            "palace": self._palace,
            "payment": str(asked.payment_id),
            "attempt": str(asked.number),
            "part": asked.part,
            "subject": str(asked.subject_id),
        }
        back = f"{self._public_url}/payments/{asked.payment_id}"
        body: SessionCreateParams = {
            "mode": "payment",
            "submit_type": "pay",
            "adaptive_pricing": {"enabled": False},
            "client_reference_id": f"{asked.payment_id}:{asked.number}",
            "line_items": [
                {
                    "quantity": 1,
                    "price_data": {
                        "currency": CURRENCY,
                        "unit_amount": int(asked.amount),
                        "product_data": {"name": asked.words[:LONGEST_NAME]},
                    },
                }
            ],
            "metadata": mark,
            "payment_intent_data": {"metadata": mark},
            "expires_at": int(asked.ends_at.timestamp()),
            "success_url": f"{back}/back",
            "cancel_url": back,
        }
        return dict(body)

    def start(self, sent: Sent, /) -> Page:
        """Open the page, or get the one that was opened under this key."""
        # a column of JSON keeps no order of keys, and the same key wants the same bytes
        body = json.loads(json.dumps(sent.request, sort_keys=True))
        with self._line.asking():
            made = self._line.v1.checkout.sessions.create(
                params=cast("SessionCreateParams", body), options={"idempotency_key": sent.key}
            )
        return Page(reference=made.id, address=made.url or "")

    def close(self, sent: Sent, /) -> Closed | AlreadyPaid | Unknown:
        """Expire a page; one whose address never came to us is nobody's to pay by."""
        try:
            reference = sent.reference or self.start(sent).reference
        except Away:
            return Unknown()
        except (Spent, Refused):
            return Closed()
        try:
            with self._line.asking():
                self._line.v1.checkout.sessions.expire(reference)
        except Refused:
            return self._why_not_closed(replace(sent, reference=reference))
        except (Away, Spent):
            return Unknown()
        return Closed()

    def _why_not_closed(self, sent: Sent) -> Closed | AlreadyPaid | Unknown:
        try:
            facts = self.query(sent)
        except Away:
            return Unknown()
        if facts.state in {AttemptState.PAID, AttemptState.PROCESSING}:
            return AlreadyPaid(facts)
        return Unknown() if facts.state is AttemptState.OPEN else Closed()

    def query(self, sent: Sent, /) -> Facts:
        """Return what is true of a page; one that was never opened is closed."""
        try:
            reference = sent.reference or self.start(sent).reference
        except (Spent, Refused):
            return Facts(
                reference=None,
                intent=None,
                payment_id=sent.payment_id,
                number=sent.number,
                state=AttemptState.CLOSED,
            )
        return self._facts(reference)

    def refund(self, returned: Returned, /) -> Pending | Done | Failed | Manual:
        """Send money back the way it came, or say that the wallet's time for it is over."""
        mark = {
            "palace": self._palace,
            "payment": str(returned.payment_id),
            "refund": str(returned.refund_id),
            "attempt": str(returned.attempt),
        }
        try:
            with self._line.asking():
                made = self._line.v1.refunds.create(
                    params={
                        "payment_intent": returned.intent,
                        "amount": int(returned.amount),
                        "reason": "requested_by_customer",
                        "metadata": mark,
                    },
                    options={"idempotency_key": returned.key},
                ).to_dict()
        except Refused as refusal:
            return Manual() if self._is_too_late(returned.intent) else Failed(why=str(refusal))
        match REFUND_STATES[made["status"]]:
            case RefundState.DONE:
                return Done(reference=made["id"])
            case RefundState.PENDING:
                return Pending(reference=made["id"])
            case _:
                return Failed(why=made["failure_reason"] or made["status"], reference=made["id"])

    def _is_too_late(self, intent: str) -> bool:
        with self._line.looking():
            found = self._line.v1.payment_intents.retrieve(
                intent, params={"expand": ["latest_charge"]}
            ).to_dict()
        charge = found["latest_charge"]
        days = REFUND_DAYS.get(charge["payment_method_details"]["type"])
        return days is not None and time.time() > charge["created"] + days * A_DAY

    def notification(self, raw: bytes, headers: Mapping[str, str], /) -> Facts | None:
        """Return what is true of the page that news are about.

        Raises:
            BadSignature: it is not Stripe's, or not new.
            Away: it is Stripe's, which does not answer now; it sends such news again.
        """
        news = self._line.verified(raw, headers.get("Stripe-Signature", ""))
        facts = self._facts_in(news)
        return facts and replace(facts, news_id=news["id"], news_kind=news["type"])

    def _facts_in(self, news: Thing) -> Facts | None:
        thing = news["data"]["object"]
        if news["livemode"] is not self._live:
            return None
        if news["type"].startswith("checkout.session."):
            is_page = is_name(thing.get("id")) and self._is_ours(thing)
            return self._facts(thing["id"]) if is_page else None
        if news["type"].startswith(("refund.", "charge.dispute.")):
            intent = thing.get("payment_intent")
            return self._facts_of_money(intent) if is_name(intent) else None
        return None

    def _facts_of_money(self, intent: str) -> Facts | None:
        """Return what is true of the page by which money came, None where that is no page of ours."""
        with self._line.looking():
            pages = self._line.v1.checkout.sessions.list(
                params={"payment_intent": intent, "limit": 1}
            ).to_dict()["data"]
        return self._facts(pages[0]["id"]) if pages and self._is_ours(pages[0]) else None

    def _facts(self, reference: str) -> Facts:
        with self._line.looking():
            made = self._line.v1.checkout.sessions.retrieve(
                reference, params={"expand": EXPANDED}
            ).to_dict()
        intent = made["payment_intent"] or {}
        charge = intent.get("latest_charge") or {}
        mark = made["metadata"] if self._is_ours(made) else {}
        return Facts(
            reference=reference,
            intent=intent.get("id"),
            payment_id=number(mark, "payment"),
            number=number(mark, "attempt"),
            state=state_of(made, intent),
            paid=Fen(intent.get("amount_received", 0)),
            currency=made["currency"],
            refunds=self._refunds(intent["id"]) if charge else (),
            disputed=charge.get("disputed", False) and self._is_disputed(intent["id"]),
        )

    def _refunds(self, intent: str) -> tuple[RefundFact, ...]:
        with self._line.looking():
            listed = self._line.v1.refunds.list(params={"payment_intent": intent, "limit": 100})
            found = [one.to_dict() for one in listed.auto_paging_iter()]
        return tuple(self._refund_fact(one) for one in found)

    def _refund_fact(self, refund: Thing) -> RefundFact:
        mark = refund["metadata"] if self._is_ours(refund) else {}
        return RefundFact(
            reference=refund["id"],
            refund_id=number(mark, "refund"),
            amount=Fen(refund["amount"]),
            state=REFUND_STATES[refund["status"]],
            why=refund["failure_reason"],
            attempt=number(mark, "attempt"),
        )

    def _is_disputed(self, intent: str) -> bool:
        """Return whether the payer's bank asks, or got what it asked for."""
        with self._line.looking():
            listed = self._line.v1.disputes.list(params={"payment_intent": intent, "limit": 100})
        return any(one.status not in DISPUTES_OVER for one in listed.data)

    def moved(self, since: datetime, /) -> list[Moved]:
        """Return what came and went since an instant: of the payers' money, whatever it is settled in.

        Each page of the list is asked for by itself, so that who opens a page of ours waits for none of it.
        """
        params: BalanceTransactionListParams = {
            "created": {"gte": int(since.timestamp())},
            "limit": 100,
            "expand": ["data.source"],
        }
        lines: list[Thing] = []
        more = True
        while more:
            with self._line.looking():
                page = self._line.v1.balance_transactions.list(params=params).to_dict()
            lines += page["data"]
            more = page["has_more"]
            if more:
                params["starting_after"] = lines[-1]["id"]
        return [one for one in map(moved, lines) if one]

    def _is_ours(self, thing: Thing) -> bool:
        mark = thing.get("metadata")
        return isinstance(mark, dict) and mark.get("palace") == self._palace
