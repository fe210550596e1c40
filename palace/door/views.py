"""The door: which performance, and then one ticket after the other."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Blueprint, Flask
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import current_user

from palace import clock
from palace.db import transaction
from palace.door import queries, rules, services
from palace.door.forms import AdmitForm
from palace.door.queries import Columns, Heads
from palace.door.rules import Reason, Verdict
from palace.door.services import Checked
from palace.identities.rules import NAMES, Document
from palace.members.posts import AT_COUNTERS
from palace.members.queries import current_staff
from palace.members.rules import Role, mask_name
from palace.programme.models import Performance
from palace.text import N_
from palace.throttle import limiter
from palace.web import allow, answer, checked, reads, wants_json
from palace.words import instant_words, named, time_words

HEADS = {
    Verdict.ADMITTED: N_("请进"),
    Verdict.ALREADY: N_("已经入场"),
    Verdict.ASKED: N_("还差4位"),
    Verdict.REFUSED: N_("不能入场"),
}

AT_DOORS = (Role.DOOR, *AT_COUNTERS)

bp = Blueprint("door", __name__, url_prefix="/door")


def init_app(app: Flask) -> None:
    """Register the door's pages."""
    app.register_blueprint(bp)


@limiter.shared_limit(
    "30 per minute; 300 per hour",
    scope="typed codes",
    key_func=lambda: f"staff:{current_staff().id}",
)
def _count_typed() -> None:
    """Count a typed code, not a scanned one: a signature cannot be guessed, eight digits can."""


@bp.get("")
@allow(*AT_DOORS)
def home() -> ResponseReturnValue:
    """Show whose doors open today, to pick one."""
    now = clock.now()
    performances = queries.performances_today(now, _sites())
    heads = queries.heads(performance.id for performance in performances)
    return answer(
        "door/home.html",
        {"performances": [_json(one, heads.get(one.id, Heads())) for one in performances]},
        performances=performances,
        heads=heads,
        nobody=Heads(),
        now=now,
    )


@bp.get("/<id:performance_id>")
@allow(*AT_DOORS)
def performance(performance_id: int) -> ResponseReturnValue:
    """Show a performance's door: scan or type, how many are in, who came last."""
    return _page(queries.get_performance(performance_id, _sites()))


@bp.post("/<id:performance_id>/admit")
@allow(*AT_DOORS)
@reads(AdmitForm)
def admit(performance_id: int) -> ResponseReturnValue:
    """Let the ticket of a scanned or typed code in, once, and say so; or say why not."""
    form = AdmitForm()
    checked(form)
    if _sites() is not None:
        queries.get_performance(performance_id, _sites())
    code = form.code.data or ""
    if rules.typed_code(code):
        _count_typed()
    with transaction():
        found = services.admit(performance_id, code, form.gate.data or "")
    if wants_json() and found.verdict is not Verdict.REFUSED:
        return _verdict_json(found)
    at = queries.get_performance(performance_id, _sites())
    if wants_json():
        return _verdict_json(found)
    return _page(at, found, form)


def _sites() -> frozenset[int] | None:
    """Return the houses at whose doors this person stands; None: at all."""
    found: frozenset[int] | None = current_user.sites(*AT_DOORS)
    return found


def _page(
    at: Performance, found: Checked | None = None, form: AdmitForm | None = None
) -> ResponseReturnValue:
    heads = queries.heads([at.id]).get(at.id, Heads())
    return answer(
        "door/performance.html",
        _json(at, heads),
        performance=at,
        heads=heads,
        gates=queries.gates(at.plan_id),
        recent=() if wants_json() else queries.recent(at.id),
        form=form or AdmitForm(),
        verdict=found.verdict if found else None,
        told=_told(found) if found else {"verdict": gettext("请扫票")},
    )


def _json(at: Performance, heads: Heads) -> dict[str, Any]:
    return {
        "performance": at.id,
        "title": named(at.production, "title"),
        "starts_at": _iso(at.starts_at),
        "doors_at": _iso(at.doors_at),
        "admitted": heads.admitted,
        "sold": heads.sold,
    }


def _verdict_json(found: Checked) -> dict[str, Any]:
    return {
        "verdict": found.verdict,
        "reason": found.reason,
        "seat": found.ticket.code if found.ticket else None,
        "first_at": _iso(found.first_at) if found.first_at else None,
        "gate": found.gate,
        "late_until": _iso(found.late_until) if found.late_until else None,
        "told": _told(found),
    }


def _iso(instant: datetime) -> str:
    return instant.astimezone(clock.SHANGHAI).isoformat()


def _told(found: Checked) -> dict[str, str]:
    """Return the verdict in the words of the page, by the place each has there."""
    told = {"verdict": gettext(HEADS[found.verdict]), "words": _words(found)}
    ticket = found.ticket
    if ticket is None or found.reason is Reason.OTHER_PERFORMANCE:
        return told
    seat = named(ticket, "label") if ticket.code else gettext("不对号入座")
    return told | {
        "seat": seat,
        "way": named(ticket, "door") if ticket.code else "",
        "tier": named(ticket),
        "proof": _proof(ticket),
        "name": mask_name(ticket.entrant or ticket.name),
    }


def _proof(ticket: Columns) -> str:
    """Return what the steward asks to see: the tier's proof, and the document of whoever was named."""
    proofs = [named(ticket, "proof")]
    if ticket.last_four:
        kind = gettext(NAMES[Document(ticket.document)])
        proofs.append(gettext("%(kind)s尾号%(end)s", kind=kind, end=ticket.last_four))
    return " · ".join(proof for proof in proofs if proof)


def _words(found: Checked) -> str:
    """Return the sentence a steward may read aloud."""
    ticket = found.ticket
    if found.reason:
        values = (
            {}
            if ticket is None
            else {
                "starts_at": instant_words(ticket.starts_at),
                "doors_at": instant_words(ticket.doors_at),
                "title": named(ticket, "title"),
            }
        )
        return str(gettext(rules.WORDS[found.reason], **values))
    if found.late_until:
        return str(gettext(rules.LATE, at=time_words(found.late_until)))
    if found.verdict is Verdict.ADMITTED or ticket is None or found.first_at is None:
        return ""
    gate = named(queries.gates(ticket.plan_id)[found.gate or ""])
    return str(gettext("此票%(at)s已从%(gate)s入场。", at=time_words(found.first_at), gate=gate))
