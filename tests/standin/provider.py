"""What the stand-in knows: pages, money, refunds, disputes, events, and a clock of its own."""

from __future__ import annotations

import copy
import json
import secrets
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from stripe import WebhookSignature

from tests.standin.refusals import Refused

Thing = dict[str, Any]
HALF_AN_HOUR, A_DAY = 30 * 60, 24 * 60 * 60
NOT_AT_ONCE = {"alipay": 90, "wechat_pay": 180}
"""Ways whose refunds take their time, and after how many days they go no more."""
SETTLED_IN, RATE, FEE = "hkd", 1.08, 0.034
"""What an account abroad is settled in, for how much of a fen, and what share it costs."""
SUCCEEDED, DISPUTED = "succeeded", "needs_response"


def _new(prefix: str) -> str:
    return f"{prefix}_{secrets.token_hex(12)}"


@dataclass
class Provider:
    """One account: what it holds, and what its buyers, its bank and its owner do."""

    key: str = field(default_factory=lambda: _new("sk_test"))
    secret: str = field(default_factory=lambda: _new("whsec"))
    address: str = ""
    ahead: int = 0
    """Seconds its clock is ahead of this machine's."""
    smallest: int = 1
    sessions: dict[str, Thing] = field(default_factory=dict)
    intents: dict[str, Thing] = field(default_factory=dict)
    refunds: dict[str, Thing] = field(default_factory=dict)
    disputes: dict[str, Thing] = field(default_factory=dict)
    events: dict[str, Thing] = field(default_factory=dict)
    lines: list[Thing] = field(default_factory=list)
    delivered: set[str] = field(default_factory=set)
    lock: threading.RLock = field(default_factory=threading.RLock)

    @property
    def now(self) -> int:
        """Return its second."""
        return int(time.time()) + self.ahead

    def create_session(self, body: Mapping[str, Any]) -> Thing:
        """Open a page where a buyer may pay."""
        ends_at = int(body.get("expires_at", self.now + A_DAY))
        if not HALF_AN_HOUR <= ends_at - self.now + 1 <= A_DAY + 1:
            raise Refused("expires_at must be 30 minutes to 24 hours from now", param="expires_at")
        lines = body["line_items"]
        prices = [line["price_data"] for line in lines]
        total = sum(
            int(price["unit_amount"]) * int(line["quantity"])
            for line, price in zip(lines, prices, strict=True)
        )
        if total < self.smallest:
            raise Refused("The amount is too small", code="amount_too_small")
        found = _new("cs_test")
        session: Thing = {
            "id": found,
            "object": "checkout.session",
            "amount_total": total,
            "client_reference_id": body.get("client_reference_id"),
            "created": self.now,
            "currency": prices[0]["currency"],
            "expires_at": ends_at,
            "livemode": False,
            "metadata": dict(body.get("metadata", {})),
            "mode": body["mode"],
            "payment_intent": None,
            "payment_status": "unpaid",
            "status": "open",
            "success_url": body["success_url"],
            "cancel_url": body.get("cancel_url"),
            "url": f"{self.address}/pay/{found}",
            "intent_metadata": dict(body.get("payment_intent_data", {}).get("metadata", {})),
        }
        self.sessions[found] = session
        return session

    def session(self, found: str) -> Thing:
        """Return a page as it is at this second."""
        session = self._one(self.sessions, found)
        if session["status"] == "open" and session["expires_at"] <= self.now:
            self._end(session)
        return session

    def expire_session(self, found: str) -> Thing:
        """Close a page that is open."""
        session = self.session(found)
        if session["status"] != "open":
            raise Refused(f"Only open sessions can be expired: it is {session['status']}")
        self._end(session)
        return session

    def _end(self, session: Thing) -> None:
        session["status"], session["url"] = "expired", None
        self._tell("checkout.session.expired", session)

    def pay(self, found: str, method: str = "card", *, later: bool = False) -> Thing:
        """Have the buyer pay on an open page; `later`: the money is on its way yet."""
        with self.lock:
            session = self.session(found)
            if session["status"] != "open":
                raise Refused(f"The page is {session['status']}")
            intent: Thing = {
                "id": _new("pi"),
                "object": "payment_intent",
                "amount": session["amount_total"],
                "amount_received": 0,
                "created": self.now,
                "currency": session["currency"],
                "latest_charge": None,
                "livemode": False,
                "metadata": session["intent_metadata"],
                "method": method,
                "status": "processing",
            }
            self.intents[intent["id"]] = intent
            session.update(payment_intent=intent["id"], status="complete", url=None)
            if not later:
                self._receive(session, intent)
            self._tell("checkout.session.completed", session)
            return session

    def settle(self, found: str, *, paid: bool) -> None:
        """End the waiting for money that was on its way."""
        with self.lock:
            session = self.sessions[found]
            intent = self.intents[session["payment_intent"]]
            if paid:
                self._receive(session, intent)
                self._tell("checkout.session.async_payment_succeeded", session)
            else:
                intent["status"] = "requires_payment_method"
                self._tell("checkout.session.async_payment_failed", session)

    def _receive(self, session: Thing, intent: Thing) -> None:
        charge = intent["id"].replace("pi_", "ch_", 1)
        intent.update(status=SUCCEEDED, amount_received=intent["amount"], latest_charge=charge)
        session["payment_status"] = "paid"
        self._book("charge", charge, intent["amount"])

    def sessions_of(self, intent_id: str) -> list[Thing]:
        """Return the page that some money came by."""
        return [one for one in self.sessions.values() if one["payment_intent"] == intent_id]

    def named(self, found: str) -> Thing:
        """Return what a name in another thing stands for."""
        if found.startswith(("re_", "du_")):
            return self._one(self.refunds | self.disputes, found)
        if not found.startswith("ch_"):
            return self.intent(found)
        intent = self.intent(found.replace("ch_", "pi_", 1))
        return {
            "id": found,
            "object": "charge",
            "amount": intent["amount"],
            "currency": intent["currency"],
            "payment_intent": intent["id"],
            "amount_refunded": self.refunded(intent["id"]),
            "created": intent["created"],
            "disputed": bool(self.disputes_of(intent["id"])),
            "payment_method_details": {"type": intent["method"]},
        }

    def intent(self, found: str) -> Thing:
        """Return the money of a page."""
        return self._one(self.intents, found)

    def create_refund(self, body: Mapping[str, Any]) -> Thing:
        """Send money back, as far as it came and nobody disputes it."""
        intent = self._one(self.intents, body.get("payment_intent", ""))
        left = intent["amount_received"] - self.refunded(intent["id"])
        amount = int(body.get("amount", left))
        days = NOT_AT_ONCE.get(intent["method"])
        if any(one["status"] == DISPUTED for one in self.disputes_of(intent["id"])):
            raise Refused("The charge is disputed", code="charge_disputed")
        if not left:
            raise Refused("It was refunded already", code="charge_already_refunded")
        if not 0 < amount <= left:
            raise Refused("The refund is greater than what is left", param="amount")
        if days and self.now > intent["created"] + days * A_DAY:
            raise Refused(f"{intent['method']} refunds end after {days} days")
        refund: Thing = {
            "id": _new("re"),
            "object": "refund",
            "amount": amount,
            "created": self.now,
            "currency": intent["currency"],
            "failure_reason": None,
            "metadata": dict(body.get("metadata", {})),
            "payment_intent": intent["id"],
            "reason": body.get("reason"),
            "status": "pending" if days else SUCCEEDED,
        }
        self.refunds[refund["id"]] = refund
        self._book("refund", refund["id"], -amount)
        self._tell("refund.created", refund)
        return refund

    def refunded(self, intent_id: str) -> int:
        """Return how much of some money went back or is on its way."""
        return sum(
            one["amount"]
            for one in self.refunds.values()
            if one["payment_intent"] == intent_id and one["status"] in {SUCCEEDED, "pending"}
        )

    def refund(self, found: str) -> Thing:
        """Return a refund."""
        return self._one(self.refunds, found)

    def refunds_of(self, intent_id: str) -> list[Thing]:
        """Return the refunds of some money, the newest first."""
        found = [one for one in self.refunds.values() if one["payment_intent"] == intent_id]
        return found[::-1]

    def finish_refund(self, found: str, *, failure: str | None = None) -> None:
        """Let a refund arrive, or come back with the bank's reason."""
        with self.lock:
            refund = self.refunds[found]
            refund.update(status="failed" if failure else SUCCEEDED, failure_reason=failure)
            self._tell("refund.updated", refund)
            if failure:
                self._book("refund_failure", found, refund["amount"])
                self._tell("refund.failed", refund)

    def refund_by_hand(self, intent_id: str, amount: int) -> Thing:
        """Have the account's owner give money back on the provider's own pages."""
        with self.lock:
            return self.create_refund({"payment_intent": intent_id, "amount": str(amount)})

    def dispute(self, intent_id: str) -> Thing:
        """Have the payer's bank ask for its money."""
        with self.lock:
            intent = self.intents[intent_id]
            dispute: Thing = {
                "id": _new("du"),
                "object": "dispute",
                "amount": intent["amount"],
                "currency": intent["currency"],
                "created": self.now,
                "metadata": {},
                "payment_intent": intent_id,
                "reason": "general",
                "status": DISPUTED,
            }
            self.disputes[dispute["id"]] = dispute
            self._book("adjustment", dispute["id"], -dispute["amount"])
            self._tell("charge.dispute.created", dispute)
            return dispute

    def end_dispute(self, found: str, *, won: bool) -> None:
        """Have the bank decide."""
        with self.lock:
            dispute = self.disputes[found]
            dispute["status"] = "won" if won else "lost"
            self._tell("charge.dispute.closed", dispute)

    def disputes_of(self, intent_id: str) -> list[Thing]:
        """Return the disputes over some money."""
        return [one for one in self.disputes.values() if one["payment_intent"] == intent_id]

    def pay_out(self, amount: int) -> None:
        """Send the account's money to its bank."""
        self._book("payout", None, -amount)

    def _book(self, kind: str, source: str | None, amount: int) -> None:
        """Write a line of the account's ledger, in the money it is settled in."""
        settled = round(amount * RATE)
        line = {
            "id": _new("txn"),
            "object": "balance_transaction",
            "amount": settled,
            "created": self.now,
            "currency": SETTLED_IN,
            "exchange_rate": RATE,
            "fee": round(settled * FEE) if kind == "charge" else 0,
            "source": source,
            "type": kind,
        }
        self.lines.insert(0, line)

    def lines_since(self, second: int) -> list[Thing]:
        """Return the ledger's lines since a second, the newest first."""
        return [one for one in self.lines if one["created"] >= second]

    def undelivered(self, kinds: list[str]) -> list[Thing]:
        """Return the events that nobody took yet, the newest first."""
        found = [
            event
            for event in self.events.values()
            if event["id"] not in self.delivered and (not kinds or event["type"] in kinds)
        ]
        return found[::-1]

    def signed(
        self, event: Thing, *, at: int | None = None, by: str | None = None
    ) -> tuple[bytes, dict[str, str]]:
        """Return an event as it goes over the line."""
        return self.signed_text(json.dumps(event), at=at, by=by)

    def signed_text(
        self, body: str, *, at: int | None = None, by: str | None = None
    ) -> tuple[bytes, dict[str, str]]:
        """Return any text with its signature."""
        made = WebhookSignature.generate_signature_header(
            body, by or self.secret, self.now if at is None else at
        )
        return body.encode(), {"Stripe-Signature": made, "Content-Type": "application/json"}

    def deliver(self, event: Thing, post: Callable[[bytes, dict[str, str]], int]) -> int:
        """Hand an event over; only a status of success ends its being tried."""
        status = post(*self.signed(event))
        if status // 100 == 2:
            self.delivered.add(event["id"])
        return status

    def _tell(self, kind: str, thing: Thing) -> None:
        event: Thing = {
            "id": _new("evt"),
            "object": "event",
            "created": self.now,
            "data": {"object": shown(thing)},
            "livemode": False,
            "type": kind,
        }
        self.events[event["id"]] = event

    @staticmethod
    def _one(things: dict[str, Thing], found: str) -> Thing:
        if found not in things:
            raise Refused("No such object", code="resource_missing", status=404)
        return things[found]


def shown(thing: Thing) -> Thing:
    """Return a thing as the provider shows it: without what only the stand-in knows."""
    return copy.deepcopy(
        {key: value for key, value in thing.items() if key not in {"intent_metadata", "method"}}
    )
