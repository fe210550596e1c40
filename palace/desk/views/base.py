"""What the desk's pages share: whose houses, a performance as programs read it, refusals at their fields."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, current_app, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import current_user

from palace import clock
from palace.clock import SHANGHAI
from palace.desk.errors import ChangedMeanwhile
from palace.desk.queries import selling, staged
from palace.desk.queries.staged import Sites
from palace.desk.rules import Stand, Values, seen_as, stand_of
from palace.errors import BadInput, PalaceError
from palace.members.posts import AT_PROGRAMME
from palace.programme.models import Performance
from palace.programme.rules import IdentityPolicy, SeatChoice, Seating
from palace.text import N_
from palace.web import refusal_words, wants_json

MAY = AT_PROGRAMME
ONE = "/performances/<id:performance_id>"
INSTANTS = ("doors_at", "starts_at", "ends_at", "sale_opens_at", "sale_closes_at")
NOTHING = N_("空着")
MORE_PAGES = {
    "openings": N_("分批开票"),
    "kept": N_("预留座位"),
    "blocks": N_("给单位留座"),
    "codes": N_("兑换码"),
    "complimentary": N_("赠票"),
    "waiting": N_("排队等票"),
    "troupes": N_("登台的团队"),
    "move": N_("取消或改期"),
}
"""Pages other parts have about a performance, below its own; shown where they are there."""
SEATINGS = {
    Seating.SEATED: N_("对号入座"),
    Seating.PLACES: N_("不对号，凭票入场"),
    Seating.OPEN: N_("不用订票，只管人数"),
}
CHOICES = {
    SeatChoice.FREE: N_("订的人自己选座"),
    SeatChoice.ASSIGNED: N_("系统配座，只问要几张"),
}
POLICIES = {
    IdentityPolicy.NONE: N_("不登记"),
    IdentityPolicy.BUYER: N_("登记订票的人"),
    IdentityPolicy.EVERY_ENTRANT: N_("每位入场的人都登记"),
}


bp = Blueprint("desk", __name__, url_prefix="/staff/programme")


def sites() -> Sites:
    """Return the houses where this person puts shows on; None: all."""
    found: Sites = current_user.sites(*MAY)
    return found


def performance_of(performance_id: int) -> Performance:
    """Return a performance of these houses by number.

    Raises:
        NotFound: there is none.
    """
    return staged.get_performance(performance_id, sites())


def stand(performance: Performance) -> Stand:
    """Return where a performance stands now."""
    return stand_of(
        published_at=performance.published_at,
        cancelled_at=performance.cancelled_at,
        ends_at=performance.ends_at,
        now=clock.now(),
    )


def staged_json(performance: Performance) -> dict[str, Any]:
    """Return a performance as programs read it, with what each form sends back as `seen`."""
    now, tiers = clock.now(), selling.tiers_for(performance.id)
    codes = {tier.id: tier.code for tier in tiers}
    taken = selling.taken_by(performance.id, now)
    return {
        "performance": performance.id,
        "production": performance.production_id,
        "space": performance.space_id,
        "plan": performance.plan_id,
        "seating": performance.seating.value,
        "capacity": performance.capacity,
        "stand": stand(performance).value,
        **{name: getattr(performance, name).astimezone(SHANGHAI).isoformat() for name in INSTANTS},
        "seats_per_member": performance.seats_per_member,
        "identity_policy": performance.identity_policy.value,
        "one_per_identity": performance.one_per_identity,
        "choice": performance.choice.value,
        "no_single_gap": performance.no_single_gap,
        "gifts_per_ticket": performance.gifts_per_ticket,
        "ladder": performance.ladder_id,
        "sold": staged.sold_count(performance.id, now),
        "prices": [
            {"tier": codes[tier_id], "zone": zone, "amount": amount}
            for tier_id, zones in selling.prices_of(performance.id).items()
            for zone, amount in zones.items()
        ],
        "quotas": [
            {"quota": cell, "seats": quota.seats, "taken": taken.get(cell, 0)}
            for cell, quota in selling.quotas_of(performance.id).items()
        ],
        "seen": {
            "place": seen_as(staged.place_values(performance)),
            "sale": seen_as(staged.sale_values(performance)),
            "prices": seen_as(selling.price_values(performance, tiers)),
            "quotas": seen_as(selling.quota_cells(performance, tiers)),
        },
    }


def at_fields(form: Any, refusal: PalaceError) -> str:
    """Put a refusal at the fields it is about; return what stands above the page."""
    fields = refusal.values.get("fields")
    if not isinstance(refusal, BadInput) or not isinstance(fields, dict):
        return refusal_words(refusal)
    for name, sentence in fields.items():
        if name in form and not form[name].errors:
            form[name].errors = [sentence]
    return str(form.seen.errors[0]) if "seen" in form and form.seen.errors else ""


def say_what_moved(
    form: Any, refusal: PalaceError, values: Values, said: Callable[[str, str], str]
) -> None:
    """Say at each field what somebody else has made of it; what was typed stays."""
    if not isinstance(refusal, ChangedMeanwhile):
        return
    form.seen.data = seen_as(values)
    for name in refusal.moved:
        form[name].errors = [moved_words(said(name, values[name]))]


def moved_words(now: str) -> str:
    """Return the sentence at a field that somebody else changed."""
    return str(gettext("刚被改成%(figure)s。", figure=now or gettext(NOTHING)))


def done(
    performance: Performance, sentence: str, endpoint: str = "desk.performance"
) -> ResponseReturnValue:
    """Answer what was done: programs get the performance, people go on with a sentence."""
    if wants_json():
        return staged_json(performance)
    flash(sentence)
    return redirect(url_for(endpoint, performance_id=performance.id), 303)


def saved(*, changed: bool) -> str:
    """Return the sentence of a form that was saved."""
    return str(gettext("改好了。") if changed else gettext("和原来一样，没有改。"))


def pages_of(one: Performance) -> list[tuple[str, str]]:
    """Return the pages other parts have about a performance: words and address."""
    known = current_app.url_map.bind("")
    base = f"/staff/programme/performances/{one.id}"
    found = [(words, f"{base}/{page}") for page, words in MORE_PAGES.items()]
    if one.plan_id:
        found.append((N_("换座位图"), f"/staff/plans/performances/{one.id}"))
    return [(words, address) for words, address in found if known.test(address, method="GET")]
