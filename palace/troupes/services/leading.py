"""Who leads a troupe: one leader at a time, and deputies; its reservations stay whoever it is."""

from __future__ import annotations

from palace import clock
from palace.errors import NotFound
from palace.members.models import Member, Post
from palace.members.rules import Role
from palace.members.services import end_post, grant_post
from palace.members.services.posts import lock_holder
from palace.notices import services as notices
from palace.troupes import claims, queries
from palace.troupes.errors import LeaderUnknown
from palace.troupes.models import Troupe
from palace.troupes.rules import Somebody
from palace.troupes.services.telling import tell, titles

CHANGED = "troupe_leader"


def name_leader(troupe_id: int, somebody: Somebody, role: Role) -> Post:
    """Name a troupe's leader, in the place of who was, or one more deputy; tell all who lead it.

    Raises:
        LeaderUnknown: no one account has this number and name.
        NotFound, TroupeEnded: there is no such troupe.
        PostHeld: that is what they are.
    """
    member = queries.account_of(somebody.phone or "", somebody.name)
    if member is None:
        raise LeaderUnknown
    lock_holder(member)
    troupe, now = claims.lock_troupe(troupe_id), clock.now()
    posts = queries.posts_of(troupe_id)
    post = grant_post(member, role, troupe_id=troupe_id)
    gone = [one for one in posts if one.member_id == member.id]
    if role is Role.LEADER:
        gone += [one for one in posts if one.role is role and one.member_id != member.id]
    for one in gone:
        end_post(one)
    _list(member, troupe_id)
    tell(CHANGED, f"post:{post.id}", troupe, now)
    _tell_gone([one for one in gone if one.member_id != member.id], f"post:{post.id}", troupe)
    return post


def end_leading(troupe_id: int, post_id: int) -> None:
    """Take a leader's or a deputy's post away; the troupe's reservations stay.

    Raises:
        NotFound, TroupeEnded: the troupe has no such post.
    """
    troupe = claims.lock_troupe(troupe_id)
    post = next((one for one in queries.posts_of(troupe_id) if one.id == post_id), None)
    if post is None:
        raise NotFound
    end_post(post)
    about = f"post:{post.id}:ended"
    tell(CHANGED, about, troupe, clock.now())
    _tell_gone([post], about, troupe)


def _list(member: Member, troupe_id: int) -> None:
    """Put who leads on the roster, where they are not."""
    listed = queries.roster(troupe_id)
    if all(one.member_id != member.id for one in listed):
        today = clock.palace_day(clock.now())
        claims.put_on_roster(troupe_id, [Somebody(member.name, member.phone)], today)


def _tell_gone(posts: list[Post], about: str, troupe: Troupe) -> None:
    """Tell who led until now."""
    for post in posts:
        told = {"title": titles(troupe)}
        notices.owe(CHANGED, about, f"member:{post.member_id}", told, clock.now())
