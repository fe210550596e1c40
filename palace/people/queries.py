"""Who works here, in which posts, signed in how often."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, or_, select

from palace.db import db
from palace.errors import NotFound
from palace.members.models import Member, Post, SecondFactor, SignIn, Staff, Unit
from palace.venues.queries import sites

STAFF, MEMBER = "staff", "member"
MOST_UNITS = 500


@dataclass(frozen=True)
class Worker:
    """Somebody with the posts they have now; staff may have none for a while."""

    kind: str
    who: Staff | Member
    posts: Sequence[Post]


def workers() -> list[Worker]:
    """Return who works here, staff by login and then members with a post by name."""
    staff = db.session.scalars(
        select(Staff).where(Staff.left_at.is_(None)).order_by(Staff.login)
    ).all()
    live = db.session.scalars(select(Post).where(Post.ended_at.is_(None)).order_by(Post.id)).all()
    members = {post.member.id: post.member for post in live if post.member}
    found = [Worker(STAFF, one, [p for p in live if p.staff_id == one.id]) for one in staff]
    return found + [
        Worker(MEMBER, one, [p for p in live if p.member_id == one.id])
        for one in sorted(members.values(), key=lambda member: (member.name, member.id))
    ]


def get_person(kind: str, person_id: int) -> Staff | Member:
    """Return somebody who works here or is a member.

    Raises:
        NotFound: there is nobody like that, or they have left.
    """
    if kind == MEMBER:
        found: Staff | Member | None = db.session.get(Member, person_id)
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
    factor = db.session.get(SecondFactor, who.id)
    return factor is not None and factor.confirmed_at is not None


def site_names() -> dict[int, tuple[str, str]]:
    """Return the houses by id: Chinese and English name."""
    return {site.id: (site.name_zh, site.name_en) for site in sites()}


def find_unit(typed: str) -> Unit | None:
    """Return the union of this code or whole name."""
    wanted = select(Unit).where(or_(Unit.code == typed, Unit.name_zh == typed))
    return db.session.scalars(wanted.order_by(Unit.id)).first()


def unit_names() -> list[str]:
    """Return names of unions to choose from."""
    return list(db.session.scalars(select(Unit.name_zh).order_by(Unit.name_zh).limit(MOST_UNITS)))
