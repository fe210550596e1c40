"""A unit's word on people who say they belong to it."""

from __future__ import annotations

from palace import clock
from palace.joining import services as joining
from palace.joining.models import Application
from palace.members.rules import SignedIn
from palace.unions import queries
from palace.unions.errors import ConfirmationsUsedUp, NotForOneself
from palace.venues.queries import house_rules


def confirm(who: SignedIn, unit_id: int, application_id: int, card_number: str) -> Application:
    """Take somebody into the unit they applied to.

    Raises:
        NotFound: no such application, or another unit's.
        ConfirmationsUsedUp: as many as the house rules allow were confirmed for the unit today.
        NotForOneself, ApplicationClosed, NameMissing, CardNeeded, CardTaken.
    """
    application = _theirs(who, unit_id, application_id)
    limit = house_rules().unit_confirmations_per_day
    queries.lock_above(application.unit_id)
    if queries.confirmed_today(unit_id, clock.now()) >= limit:
        raise ConfirmationsUsedUp(limit=limit)
    return joining.confirm(application.id, who.actor, card_number=card_number)


def ask_name(unit_id: int, application_id: int) -> None:
    """Tell somebody the unit could not confirm that it needs their name first."""
    joining.ask_name(queries.get_application(application_id, unit_id))


def refuse(who: SignedIn, unit_id: int, application_id: int, why: str) -> Application:
    """Say that somebody is none of the unit's members.

    Raises:
        NotFound: no such application, or another unit's.
        NotForOneself, ApplicationClosed.
    """
    application = _theirs(who, unit_id, application_id)
    return joining.refuse(application.id, who.actor, why)


def _theirs(who: SignedIn, unit_id: int, application_id: int) -> Application:
    application = queries.get_application(application_id, unit_id)
    if who.member is not None and application.member_id == who.member.id:
        raise NotForOneself
    return application
