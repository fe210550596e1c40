"""When a performance is sold and what each may take; it may change while it sells."""

from __future__ import annotations

from datetime import datetime

from flask.typing import ResponseReturnValue
from flask_babel import gettext

from palace.clock import at, palace_day
from palace.db import transaction
from palace.desk.forms import SaleFields, SaleForm
from palace.desk.queries import staged
from palace.desk.rules import default_opening, seen_as
from palace.desk.services import staging
from palace.desk.services.staging import Sale
from palace.desk.views.base import (
    CHOICES,
    MAY,
    ONE,
    POLICIES,
    at_fields,
    bp,
    done,
    performance_of,
    saved,
    say_what_moved,
    staged_json,
)
from palace.errors import BadInput, PalaceError
from palace.payments import services as payments
from palace.programme.models import Performance
from palace.programme.rules import IdentityPolicy, SeatChoice
from palace.venues.queries import house_rules
from palace.web import allow, answer, checked, pass_on, reads
from palace.words import named


def sale_of(form: SaleFields, starts_at: datetime) -> Sale:
    """Return when a form says it is sold; an opening that is left out is the house's.

    Raises:
        BadInput: it would open after it closes, or its ladder is gone.
    """
    house = house_rules()
    on = palace_day(starts_at)
    opens_at = form.opens_at or at(
        *default_opening(on, house.sale_opens_days, house.sale_opens_hour)
    )
    closes_at = form.closes_at
    if closes_at is not None and closes_at > starts_at:
        raise BadInput(fields={"closes_day": gettext("最晚开演时停止订票。")})
    if opens_at >= (closes_at or starts_at):
        raise BadInput(fields={"opens_day": gettext("开票要早于停止订票。")})
    return Sale(
        opens_at=opens_at,
        closes_at=closes_at,
        seats_per_member=form.seats_per_member.data or 1,
        identity_policy=IdentityPolicy(form.identity_policy.data or ""),
        one_per_identity=bool(form.one_per_identity.data),
        choice=SeatChoice(form.choice.data or SeatChoice.FREE),
        no_single_gap=bool(form.no_single_gap.data),
        gifts_per_ticket=form.gifts_per_ticket.data,
        ladder_id=_ladder_of(form),
    )


def _ladder_of(form: SaleFields) -> int | None:
    """Return the ladder a form names; None: the usual one."""
    if not form.ladder.data:
        return None
    found = payments.find_ladder(int(form.ladder.data))
    if found is None:
        raise BadInput(fields={"ladder": gettext("请从列出的里面选。")})
    return found.id


@bp.get(f"{ONE}/sale")
@allow(*MAY)
def sale(performance_id: int) -> ResponseReturnValue:
    """Show when a performance is sold and what each may take, and where that is changed."""
    return _sale_page(performance_of(performance_id))


@bp.post(f"{ONE}/sale")
@allow(*MAY)
@reads(SaleForm)
def set_sale(performance_id: int) -> ResponseReturnValue:
    """Say when a performance is sold and what each may take; what is sold stays sold."""
    one, form = performance_of(performance_id), SaleForm()
    try:
        checked(form)
        with transaction():
            wanted = sale_of(form, one.starts_at)
            changed = staging.set_sale(performance_id, wanted, seen=form.seen.data or "")
    except PalaceError as refusal:
        pass_on(refusal)
        return _sale_page(performance_of(performance_id), form, refusal)
    return done(performance_of(performance_id), saved(changed=changed))


def _sale_page(
    one: Performance, form: SaleForm | None = None, refusal: PalaceError | None = None
) -> ResponseReturnValue:
    values = staged.sale_values(one)
    form = form or SaleForm(formdata=None, seen=seen_as(values), **values)
    told = at_fields(form, refusal) if refusal else ""
    if refusal:
        say_what_moved(form, refusal, values, _said_of_sale)
    return answer(
        "desk/sale.html",
        lambda: staged_json(one),
        status=refusal.status if refusal else 200,
        one=one,
        form=form,
        told=told,
        house=house_rules(),
    )


def _said_of_sale(name: str, value: str) -> str:
    """Return what a value of the sale's form is called."""
    if name == "identity_policy":
        return str(gettext(POLICIES[IdentityPolicy(value)]))
    if name == "choice":
        return str(gettext(CHOICES[SeatChoice(value)]))
    if name in {"one_per_identity", "no_single_gap"}:
        return str(gettext("是") if value else gettext("否"))
    if name == "ladder":
        return next((named(one) for one in payments.ladders() if str(one.id) == value), value)
    return value
