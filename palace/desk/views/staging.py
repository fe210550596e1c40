"""A new performance, and changing where, when and how one is sold."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext
from flask_login import current_user

from palace import clock
from palace.db import transaction
from palace.desk.errors import HallTaken
from palace.desk.forms import NewForm, PlaceFields, PlaceForm
from palace.desk.queries import staged
from palace.desk.queries.staged import PlanChoice
from palace.desk.rules import seen_as
from palace.desk.services import staging
from palace.desk.services.staging import Place
from palace.desk.views.base import (
    MAY,
    ONE,
    SEATINGS,
    at_fields,
    bp,
    done,
    pages_of,
    performance_of,
    saved,
    say_what_moved,
    sites,
    staged_json,
    stand,
)
from palace.desk.views.sale import sale_of
from palace.errors import BadInput, PalaceError
from palace.programme.models import Performance, Production
from palace.programme.queries import working_minutes
from palace.programme.rules import IdentityPolicy, SeatChoice, Seating
from palace.venues.models import SeatingPlan, Space
from palace.venues.queries import house_rules
from palace.web import allow, answer, checked, pass_on, reads, wants_json
from palace.words import named


@bp.get("/productions/<id:production_id>/performances/new")
@allow(*MAY)
def new(production_id: int) -> ResponseReturnValue:
    """Show the form for a new performance, begun with the house's figures."""
    return _new_page(staged.get_production(production_id, sites()), _begun())


@bp.post("/productions/<id:production_id>/performances/new")
@allow(*MAY)
@reads(NewForm)
def put_on(production_id: int) -> ResponseReturnValue:
    """Put a production on as a draft; its hall is taken at once."""
    production, form = staged.get_production(production_id, sites()), NewForm()
    try:
        checked(form)
        with transaction():
            one = staging.put_on(
                production,
                _place(form),
                sale_of(form, form.starts_at),
                displaced=form.displaced_ids,
                by=current_user.actor,
            )
    except PalaceError as refusal:
        pass_on(refusal)
        return _new_page(staged.get_production(production_id, sites()), form, refusal)
    if wants_json():
        return staged_json(one), 201
    onward = "desk.check" if one.seating is Seating.OPEN else "desk.prices"
    return done(one, gettext("排好了，场地占下了。公众还看不到。"), onward)


def _begun() -> NewForm:
    house = house_rules()
    return NewForm(
        formdata=None,
        seating=Seating.SEATED.value,
        get_in=house.get_in_minutes,
        get_out=house.get_out_minutes,
        doors=house.doors_minutes,
        seats_per_member=house.seats_per_member,
        identity_policy=IdentityPolicy.NONE.value,
        choice=SeatChoice.FREE.value,
        no_single_gap=house.no_single_gap,
        gifts_per_ticket=house.gifts_per_ticket,
    )


def _new_page(
    production: Production, form: NewForm, refusal: PalaceError | None = None
) -> ResponseReturnValue:
    house = house_rules()
    return answer(
        "desk/new.html",
        {"production": production.id},
        status=refusal.status if refusal else 200,
        production=production,
        minutes=working_minutes(production),
        form=form,
        house=house,
        told=at_fields(form, refusal) if refusal else "",
        displaceable=_displaceable(refusal),
        **_choices(None),
    )


def _displaceable(refusal: PalaceError | None) -> Sequence[int]:
    """Return the dates of lent rooms that alone are in the way, as far as a refusal says so."""
    return refusal.displaceable if isinstance(refusal, HallTaken) else ()


def _choices(one: Performance | None) -> dict[str, Any]:
    found = {space.id: space for space in staged.spaces(sites())}
    sites_shown = {space.site_id for space in found.values()}
    plans = staged.plans(list(found), one.plan_id if one else None)
    of_hall = Counter(plan.space_id for plan in plans)
    return {
        "space_options": [
            (space.id, _space_words(space, len(sites_shown) > 1)) for space in found.values()
        ],
        "plan_options": [
            (plan.id, _plan_words(plan, named(found[plan.space_id]), of_hall[plan.space_id] > 1))
            for plan in plans
        ],
    }


def _space_words(space: Space, several_sites: bool) -> str:
    return f"{named(space.site)} · {named(space)}" if several_sites else named(space)


def _plan_words(plan: PlanChoice, hall: str, several: bool) -> str:
    """Return what a plan is called: its hall, and its own name where the hall has several."""
    seats = ngettext("%(num)s座", "%(num)s座", plan.seats)
    if not several:
        return f"{hall} · {seats}"
    return f"{hall} · {gettext('%(code)s第%(version)s版', code=plan.code, version=plan.version)} · {seats}"


@bp.get(f"{ONE}/place")
@allow(*MAY)
def place(performance_id: int) -> ResponseReturnValue:
    """Show where and when a performance is, and where that is changed."""
    return _place_page(performance_of(performance_id))


@bp.post(f"{ONE}/place")
@allow(*MAY)
@reads(PlaceForm)
def set_place(performance_id: int) -> ResponseReturnValue:
    """Give a draft another hall, plan or time."""
    performance_of(performance_id)
    form = PlaceForm()
    try:
        checked(form)
        with transaction():
            wanted = _place(form, performance_of(performance_id))
            changed = staging.set_place(
                performance_id,
                wanted,
                seen=form.seen.data or "",
                displaced=form.displaced_ids,
                by=current_user.actor,
            )
    except PalaceError as refusal:
        pass_on(refusal)
        return _place_page(performance_of(performance_id), form, refusal)
    return done(performance_of(performance_id), saved(changed=changed))


def _place_page(
    one: Performance, form: PlaceForm | None = None, refusal: PalaceError | None = None
) -> ResponseReturnValue:
    values = staged.place_values(one)
    form = form or PlaceForm(formdata=None, seen=seen_as(values), **values)
    told = at_fields(form, refusal) if refusal else ""
    if refusal:
        say_what_moved(form, refusal, values, _said_of_place)
    return answer(
        "desk/place.html",
        lambda: staged_json(one),
        status=refusal.status if refusal else 200,
        one=one,
        stand=stand(one),
        minutes=working_minutes(one.production),
        sold=staged.sold_count(one.id, clock.now()),
        form=form,
        told=told,
        displaceable=_displaceable(refusal),
        pages={address.rpartition("/")[2]: address for _, address in pages_of(one)},
        **_choices(one),
    )


def _said_of_place(name: str, value: str) -> str:
    """Return what a value of the place's form is called."""
    if name == "space" and value:
        found = staged.get_space(int(value), None)
        return named(found) if found else value
    return str(gettext(SEATINGS[Seating(value)])) if name == "seating" else value


def _place(form: PlaceFields, one: Performance | None = None) -> Place:
    """Return where and when a form says.

    Raises:
        BadInput: no such hall, or its plan has to be said.
    """
    space = staged.get_space(int(form.space.data or 0), sites())
    if space is None:
        raise BadInput(fields={"space": gettext("请选场地。")})
    seating = Seating(form.seating.data or "")
    return Place(
        space=space,
        seating=seating,
        plan=_plan(form, space, one) if seating is Seating.SEATED else None,
        capacity=form.capacity.data,
        starts_at=form.starts_at,
        get_in=timedelta(minutes=form.get_in.data or 0),
        get_out=timedelta(minutes=form.get_out.data or 0),
        doors=timedelta(minutes=form.doors.data or 0),
    )


def _plan(form: PlaceFields, space: Space, one: Performance | None) -> SeatingPlan:
    """Return the plan a form names, or the only one a hall has."""
    ids = [plan.id for plan in staged.plans([space.id], one.plan_id if one else None)]
    if not ids:
        raise BadInput(fields={"seating": gettext("这个场地还没有座位图，请选不对号。")})
    typed = form.plan.data or ""
    if not typed and len(ids) == 1:
        typed = str(ids[0])
    if typed not in {str(one_id) for one_id in ids}:
        raise BadInput(fields={"plan": gettext("请选这个场地的座位图。")})
    return staged.get_plan(int(typed))
