"""What an administrator does about who works here, and the proofs that are asked of them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import exists, select

from palace.db import db
from palace.errors import NotFound
from palace.members.models import Member, Post, SecondFactor, Staff
from palace.members.posts import OF_TROUPES
from palace.members.queries import lock_administrators, posts_of
from palace.members.rules import HeldPost, Role
from palace.members.services import (
    employ,
    end_post,
    end_sign_ins,
    forget_second,
    grant_post,
    leave,
    lock_holder,
    note,
    renew_password,
)
from palace.people import queries
from palace.people.errors import AlsoElsewhere, PostNotHeld, PostOfTroupe, SiteUnknown, UnitUnknown
from palace.people.rules import Reach, Sites, check_of_sites, is_of_sites
from palace.venues.queries import find_site, head_site, house_rules


def take_on(login: str, name: str, role: str, site: str, *, within: Sites = None) -> str:
    """Let somebody work here, at a site (by code) or everywhere; return their password.

    `within`: the sites of the administrator who does it; None: the whole palace's.

    Raises:
        SiteUnknown: there is no such site; also what `employ` raises.
        PostBeyondSite: such a post is not theirs to give.
    """
    site_id = _site_id(site)
    check_of_sites(HeldPost(Role(role), site_id), within)
    return employ(login, name, Role(role), site_id=site_id)


def give_post(
    who: Staff | Member, role: str, *, site: str, unit: str, within: Sites = None
) -> Post:
    """Give somebody a post, for a site (by code) or a union (by code or name) where one is named.

    Raises:
        SiteUnknown, UnitUnknown: there is no such thing; also what `grant_post` raises.
        PostOfTroupe: leaders are named where their troupe is.
        NotFound, PostBeyondSite: they, or such a post, are not this administrator's business.
    """
    if Role(role) in OF_TROUPES:
        raise PostOfTroupe
    held = HeldPost(Role(role), _site_id(site))
    check_of_sites(held, within)
    _lock_within(who, within, Reach.POSTS)
    unit_id = None
    if unit:
        found = queries.find_unit(unit.strip())
        if found is None:
            raise UnitUnknown
        unit_id = found.id
    return grant_post(who, held.role, site_id=held.site_id, unit_id=unit_id)


def end_one(post: Post, within: Sites) -> Staff | Member:
    """Take a post away; return whose it was.

    Raises:
        NotFound: it is nobody's of these sites; also what `end_post` raises.
    """
    who = post.staff or post.member
    if who is None:
        raise ValueError("a post of nobody: the table forbids it")
    if not is_of_sites(post, within):
        raise NotFound
    if within is not None and post.ended_at is None:
        _lock_within(who, within, Reach.POSTS)
    end_post(post)
    return who


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


def sign_out(who: Staff | Member, within: Sites, now: datetime) -> int:
    """End every sign-in of somebody; return how many there were.

    Raises:
        NotFound, AlsoElsewhere: that is not this administrator's business.
    """
    _lock_within(who, within, Reach.WHOLE)
    count = end_sign_ins(who, now)
    kind = queries.STAFF if isinstance(who, Staff) else queries.MEMBER
    note("sign_ins_ended", f"{kind}:{who.id}", after={"sign_ins": count})
    return count


def new_password(staff: Staff, within: Sites, now: datetime) -> str:
    """Give somebody a new password; return it.

    Raises:
        NotFound, AlsoElsewhere: that is not this administrator's business.
    """
    _lock_within(staff, within, Reach.WHOLE)
    return renew_password(staff.login, now)


def forget_code(staff: Staff, within: Sites, now: datetime) -> None:
    """Forget the codes of somebody whose phone is lost.

    Raises:
        NotFound, AlsoElsewhere: that is not this administrator's business.
    """
    _lock_within(staff, within, Reach.WHOLE)
    forget_second(staff, now)


def let_go(staff: Staff, within: Sites, now: datetime) -> None:
    """Let somebody leave who works nowhere else.

    Administrators are locked first, in their order: two who let each other go never wait in a circle.

    Raises:
        NotFound, AlsoElsewhere: that is not this administrator's business; also what `leave` raises.
    """
    if within is None:
        lock_administrators()
    _lock_within(staff, within, Reach.WHOLE)
    leave(staff.login, now)


def set_proofs(roles: list[str], minutes: int, now: datetime) -> None:
    """Say whose sign-in needs codes; who has none yet and needs them now sets them up at the next one.

    Who signs in or drops their codes just then is done first, or finds the new rule.
    """
    lock_administrators()
    everybody = select(Staff.id).where(Staff.left_at.is_(None)).order_by(Staff.id)
    db.session.execute(everybody.with_for_update(key_share=True))
    rules = house_rules()
    before = {"roles": rules.second_factor_roles, "minutes": rules.proof_minutes}
    rules.second_factor_roles, rules.proof_minutes = roles, minutes
    note(
        "proofs_set",
        f"site:{head_site().id}",
        before=before,
        after={"roles": roles, "minutes": minutes},
    )
    enrolled = exists().where(SecondFactor.staff_id == Staff.id)
    holds = exists().where(
        Post.staff_id == Staff.id, Post.ended_at.is_(None), Post.role.in_(map(Role, roles))
    )
    for staff in db.session.scalars(select(Staff).where(holds, ~enrolled).order_by(Staff.id)):
        end_sign_ins(staff, now)


def _lock_within(who: Staff | Member, within: Sites, needed: Reach) -> None:
    """Lock somebody, so that no post of theirs comes meanwhile, and look how far the word reaches.

    Raises:
        NotFound: it does not reach them at all.
        AlsoElsewhere: not as far as needed.
    """
    lock_holder(who)
    found = queries.worker(who, within).reach
    if found is Reach.NONE:
        raise NotFound
    if found < needed:
        raise AlsoElsewhere


def _site_id(code: str) -> int | None:
    if not code:
        return None
    site = find_site(code)
    if site is None:
        raise SiteUnknown
    return site.id
