"""Posts: who has which role, in the whole palace or limited to a site, a unit or a troupe."""

from __future__ import annotations

from typing import Any

from flask import has_request_context
from flask_login import current_user
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError

from palace import clock
from palace.db import db
from palace.members import queries
from palace.members.errors import OnlyAdministrator, PostHeld
from palace.members.models import Member, Post, Staff
from palace.members.posts import check_post
from palace.members.rules import Role
from palace.members.services.audit import note
from palace.members.services.second import need_of
from palace.members.services.sign_ins import end_sign_ins

HELD = "uq_posts_held"


def grant_post(
    who: Staff | Member,
    role: Role,
    *,
    site_id: int | None = None,
    unit_id: int | None = None,
    troupe_id: int | None = None,
) -> Post:
    """Give somebody a post; they sign in anew, whoever is signed in as them.

    Who gives it to themselves stays signed in, unless it asks for a second factor they have not set up.

    Raises:
        PostNotForThem: such a post is not for them, or not limited like that.
        PostHeld: they have it.
    """
    limits = {"site_id": site_id, "unit_id": unit_id, "troupe_id": troupe_id}
    check_post(role, of_staff=isinstance(who, Staff), **limits)
    lock_holder(who)
    now, acting = clock.now(), _acting()
    post = Post(
        staff_id=who.id if isinstance(who, Staff) else None,
        member_id=who.id if isinstance(who, Member) else None,
        role=role,
        **limits,
        granted_by=acting,
        granted_at=now,
        ended_at=None,
    )
    try:
        with db.session.begin_nested():
            db.session.add(post)
    except IntegrityError as error:
        if HELD not in str(error.orig):
            raise
        raise PostHeld from None
    stays = acting == subject(who) and not lacks_second(who)
    ended = end_sign_ins(who, now, but=current_user.id if stays else None)
    note("post_granted", subject(who), after={**told(post), "sign_ins": ended})
    return post


def end_post(post: Post) -> None:
    """Take a post away, from the next request on; a second time changes nothing.

    Raises:
        OnlyAdministrator: nobody would be left to look after the palace.
    """
    if post.role is Role.ADMIN and post.staff and _is_only(post):
        raise OnlyAdministrator(login=post.staff.login)
    ended = update(Post).where(Post.id == post.id, Post.ended_at.is_(None))
    if db.session.execute(ended.values(ended_at=clock.now()).returning(Post.id)).first():
        note("post_ended", subject(post.staff or post.member), before=told(post))


def lock_holder(who: Staff | Member) -> None:
    """Lock somebody until the transaction ends: the posts read after this are theirs until then."""
    db.session.refresh(who, ["id"], with_for_update={"key_share": True})


def lacks_second(who: Staff | Member) -> bool:
    """Return whether somebody's posts ask for a second factor that they have not set up."""
    return isinstance(who, Staff) and need_of(who).enrolment


def subject(who: Staff | Member | None) -> str:
    """Return how the audit calls somebody: staff:2, member:5."""
    return f"{'staff' if isinstance(who, Staff) else 'member'}:{who.id if who else 0}"


def told(post: Post) -> dict[str, Any]:
    """Return a post as the audit keeps it."""
    return {
        "post": post.id,
        "role": post.role.value,
        "site": post.site_id,
        "unit": post.unit_id,
        "troupe": post.troupe_id,
    }


def _is_only(post: Post) -> bool:
    """Return whether this is the last administrator's post; who had to wait sees what ended meanwhile."""
    administrators = queries.lock_administrators()
    db.session.refresh(post, ["ended_at"])
    return post.ended_at is None and administrators == [post.staff_id]


def _acting() -> str:
    """Return who acts: the person signed in, or whoever types a command."""
    asked = has_request_context() and current_user.is_authenticated
    return current_user.actor if asked else "system"
