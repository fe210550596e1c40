"""Letting somebody in: one ticket, one admission, whoever scans it how often."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask_babel import lazy_gettext

from palace.door import claims, queries, rules
from palace.door.queries import Columns
from palace.door.rules import Reason, Verdict
from palace.errors import BadInput
from palace.identities.rules import Declared, Document, is_id_card, tidy_number
from palace.identities.services import all_hashes
from palace.members.services import note
from palace.programme.rules import LateEntry
from palace.tickets.queries import admission_of
from palace.tickets.tokens import flaw_of, read_ticket_token


@dataclass(frozen=True, kw_only=True)
class Checked:
    """A door's verdict; `first_at` and `gate` tell when and where the ticket's first entry was.

    `late_until`: who was let in waits outside until the interval.
    """

    verdict: Verdict
    reason: Reason | None = None
    ticket: Columns | None = None
    first_at: datetime | None = None
    gate: str | None = None
    late_until: datetime | None = None


def admit(performance_id: int, text: str, gate: str) -> Checked:
    """Let the ticket of a scanned or typed code in by a gate, once; repeating says when it was.

    An identity card on a reader stands for the ticket it was named for; its number is kept nowhere.

    The verdict holds when the transaction is committed.

    Raises:
        BadInput: the performance's house has no such gate.
    """
    typed = rules.typed_code(text)
    if typed:
        return _admit_typed(performance_id, typed, gate)
    if is_id_card(text):
        return _admit_named(performance_id, text, gate)
    token = read_ticket_token(text)
    if token is None:
        return _refused(Reason(flaw_of(text)))
    ticket = queries.lock_scanned(token.ticket_id)
    if ticket is None:
        return _refused(Reason.FOREIGN)
    return _decide(ticket, performance_id, gate, issue=token.issue)


def _admit_typed(performance_id: int, typed: rules.TypedCode, gate: str) -> Checked:
    if not typed.phone_end:
        return Checked(verdict=Verdict.ASKED, reason=Reason.PHONE_NEEDED)
    ticket = queries.lock_typed(performance_id, typed)
    if ticket is None:
        return _refused(Reason.UNKNOWN_CODE)
    return _decide(ticket, performance_id, gate, issue=None)


def _admit_named(performance_id: int, text: str, gate: str) -> Checked:
    card = Declared(name="", document=Document.ID_CARD, number=tidy_number(text))
    hashes = [identity_hash for _, identity_hash in all_hashes(card)]
    ticket = queries.lock_named(performance_id, hashes)
    if ticket is None:
        return _refused(Reason.NOT_NAMED)
    return _decide(ticket, performance_id, gate, issue=None)


def _decide(ticket: Columns, performance_id: int, gate: str, *, issue: int | None) -> Checked:
    reason = rules.reason_against(
        ticket, performance_id=performance_id, issue=issue, now=ticket.now
    )
    if reason is Reason.TOO_LATE and admission_of(ticket.id):
        return _already(ticket)
    if reason:
        return _refused(reason, ticket)
    if gate not in queries.gates(ticket.plan_id):
        raise BadInput(fields={"gate": lazy_gettext(rules.NO_GATE)})
    admitted_at = claims.admit(ticket.id, gate)
    if admitted_at is None:
        return _already(ticket)
    note("admitted", f"ticket:{ticket.id}", after={"gate": gate})
    late = rules.late_until(
        ticket.now,
        starts_at=ticket.starts_at,
        late_entry=LateEntry(ticket.late_entry),
        late_minute=ticket.late_minute,
    )
    return Checked(
        verdict=Verdict.ADMITTED, ticket=ticket, first_at=admitted_at, gate=gate, late_until=late
    )


def _already(ticket: Columns) -> Checked:
    first = admission_of(ticket.id)
    if first is None:
        raise ValueError("an admission that stood in the way is gone: admissions are never deleted")
    return Checked(
        verdict=Verdict.ALREADY, ticket=ticket, first_at=first.admitted_at, gate=first.gate
    )


def _refused(reason: Reason, ticket: Columns | None = None) -> Checked:
    return Checked(verdict=Verdict.REFUSED, reason=reason, ticket=ticket)
