"""Who works here, in which posts, signed in how often."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, or_, select

from palace.db import db
from palace.errors import NotFound
from palace.members.models import Member, Post, SecondFactor, SignIn, Staff, Unit
from palace.members.queries import posts_of
from palace.people.rules import Reach, Sites, is_of_sites, reach
from palace.venues.models import Site
from palace.venues.queries import sites

STAFF, MEMBER = "staff", "member"
MOST_UNITS = 500


@dataclass(frozen=True)
class Worker:
    """Somebody with the posts they have now, as far as the acting administrator's word reaches.

    Staff may have none for a while; `elsewhere`: they have others, which are not shown.
    """

    kind: str
    who: Staff | Member
    posts: Sequence[Post]
    reach: Reach
    elsewhere: bool = False


def workers(sites: Sites) -> list[Worker]:
    """Return who works here, staff by login and then members with a post by name.

    `sites`: only who works at these; None: everybody.
    """
    staff = db.session.scalars(
        select(Staff).where(Staff.left_at.is_(None)).order_by(Staff.login)
    ).all()
    live = db.session.scalars(select(Post).where(Post.ended_at.is_(None)).order_by(Post.id)).all()
    members = {post.member.id: post.member for post in live if post.member}
    found = [_worker(one, [p for p in live if p.staff_id == one.id], sites) for one in staff]
    found += [
        _worker(one, [p for p in live if p.member_id == one.id], sites)
        for one in sorted(members.values(), key=lambda member: (member.name, member.id))
    ]
    return [one for one in found if one.reach]


def get_worker(kind: str, person_id: int, sites: Sites) -> Worker:
    """Return somebody with their posts, as far as an administrator of `sites` sees them.

    Raises:
        NotFound: there is nobody like that, or nobody at these sites.
    """
    found = worker(get_person(kind, person_id), sites)
    if not found.reach:
        raise NotFound
    return found


def worker(who: Staff | Member, sites: Sites) -> Worker:
    """Return somebody with the posts they have at this moment."""
    return _worker(who, posts_of(who), sites)


def _worker(who: Staff | Member, posts: Sequence[Post], sites: Sites) -> Worker:
    of_staff = isinstance(who, Staff)
    shown = [post for post in posts if is_of_sites(post, sites)]
    far = reach(posts, sites, of_staff=of_staff)
    return Worker(STAFF if of_staff else MEMBER, who, shown, far, len(shown) < len(posts))


def get_person(kind: str, person_id: int) -> Staff | Member:
    """Return somebody who works here or is a member.

    Raises:
        NotFound: there is nobody like that, or they have left, or were erased.
    """
    if kind == MEMBER:
        here = select(Member).where(Member.id == person_id, Member.erased_at.is_(None))
        found: Staff | Member | None = db.session.scalars(here).first()
    else:
        wanted = select(Staff).where(Staff.id == person_id, Staff.left_at.is_(None))
        found = db.session.scalars(wanted).first()
    if found is None:
        raise NotFound
    return found


def get_post(post_id: int) -> Post:
    """Return a post, also one that has ended.

    Raises:
        NotFound: there is none.
    """
    post = db.session.get(Post, post_id)
    if post is None:
        raise NotFound
    return post


def sign_in_count(who: Staff | Member) -> int:
    """Return on how many browsers somebody is signed in."""
    whose = SignIn.staff_id if isinstance(who, Staff) else SignIn.member_id
    live = (SignIn.ended_at.is_(None), SignIn.expires_at > func.palace_clock())
    return db.session.scalar(select(func.count()).where(whose == who.id, *live)) or 0


def has_second_factor(who: Staff | Member) -> bool:
    """Return whether somebody signs in by codes too."""
    if isinstance(who, Member):
        return False
    return db.session.get(SecondFactor, who.id) is not None


def sites_of(sites_administered: Sites) -> list[Site]:
    """Return the houses an administrator gives posts at."""
    return [one for one in sites() if sites_administered is None or one.id in sites_administered]


def site_names() -> dict[int, tuple[str, str]]:
    """Return the houses by id: Chinese and English name."""
    return {site.id: (site.name_zh, site.name_en) for site in sites()}


def find_unit(typed: str) -> Unit | None:
    """Return the union of this code, or of this whole name where no other bears it."""
    wanted = select(Unit).where(or_(Unit.code == typed, Unit.name_zh == typed))
    found = db.session.scalars(wanted.order_by(Unit.code != typed).limit(2)).all()
    alone = len(found) == 1 or (found and found[0].code == typed)
    return found[0] if alone else None


def unit_names() -> list[str]:
    """Return names of unions to choose from."""
    return list(db.session.scalars(select(Unit.name_zh).order_by(Unit.name_zh).limit(MOST_UNITS)))
