"""What an administrator does about who works here, and the proofs that are asked of them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import exists, select

from palace.db import db
from palace.members.models import Member, Post, SecondFactor, Staff
from palace.members.queries import posts_of
from palace.members.rules import Role
from palace.members.services import employ, end_post, end_sign_ins, grant_post, note
from palace.people import queries
from palace.people.errors import PostNotHeld, SiteUnknown, UnitUnknown
from palace.venues.queries import find_site, head_site, house_rules


def take_on(login: str, name: str, role: str, site: str) -> str:
    """Let somebody work here, at a site (by code) or everywhere; return their password.

    Raises:
        SiteUnknown: there is no such site; also what `employ` raises.
    """
    return employ(login, name, Role(role), site_id=_site_id(site))


def give_post(who: Staff | Member, role: str, *, site: str, unit: str) -> Post:
    """Give somebody a post, for a site (by code) or a union (by code or name) where one is named.

    Raises:
        SiteUnknown, UnitUnknown: there is no such thing; also what `grant_post` raises.
    """
    unit_id = None
    if unit:
        found = queries.find_unit(unit.strip())
        if found is None:
            raise UnitUnknown
        unit_id = found.id
    return grant_post(who, Role(role), site_id=_site_id(site), unit_id=unit_id)


def take_post(who: Staff | Member, role: str, *, site: str) -> None:
    """Take somebody's post away that is limited to this site (by code), or to none.

    Raises:
        SiteUnknown: there is no such site.
        PostNotHeld: they have no such post.
        OnlyAdministrator: nobody would be left to look after the palace.
    """
    wanted = (Role(role), _site_id(site))
    found = [post for post in posts_of(who) if (post.role, post.site_id) == wanted]
    if not found:
        raise PostNotHeld
    end_post(found[0])


def sign_out(who: Staff | Member, now: datetime) -> int:
    """End every sign-in of somebody; return how many there were."""
    count = end_sign_ins(who, now)
    kind = queries.STAFF if isinstance(who, Staff) else queries.MEMBER
    note("sign_ins_ended", f"{kind}:{who.id}", after={"sign_ins": count})
    return count


def set_proofs(roles: list[str], minutes: int, now: datetime) -> None:
    """Say whose sign-in needs codes; who has none yet and needs them now sets them up at the next one."""
    rules = house_rules()
    before = {"roles": rules.second_factor_roles, "minutes": rules.proof_minutes}
    rules.second_factor_roles, rules.proof_minutes = roles, minutes
    note(
        "proofs_set",
        f"site:{head_site().id}",
        before=before,
        after={"roles": roles, "minutes": minutes},
    )
    enrolled = exists().where(
        SecondFactor.staff_id == Staff.id, SecondFactor.confirmed_at.is_not(None)
    )
    holds = exists().where(
        Post.staff_id == Staff.id, Post.ended_at.is_(None), Post.role.in_(map(Role, roles))
    )
    for staff in db.session.scalars(select(Staff).where(holds, ~enrolled).order_by(Staff.id)):
        end_sign_ins(staff, now)


def _site_id(code: str) -> int | None:
    if not code:
        return None
    site = find_site(code)
    if site is None:
        raise SiteUnknown
    return site.id
