"""How far an administrator's word reaches: everywhere, or to those who work at their sites."""

from __future__ import annotations

from collections.abc import Collection
from enum import IntEnum
from typing import Protocol

from palace.members.posts import OF_SITES
from palace.members.rules import Role
from palace.people.errors import PostBeyondSite

Sites = frozenset[int] | None
"""The sites somebody administers; None: the whole palace."""
OVERSEERS = (Role.ADMIN, Role.SITE_ADMIN)


class Reach(IntEnum):
    """What somebody may decide about another: nothing, their posts at the own sites, or everything."""

    NONE = 0
    POSTS = 1
    WHOLE = 2


class Held(Protocol):
    """A post somebody has."""

    @property
    def role(self) -> Role:
        """Return the role."""

    @property
    def site_id(self) -> int | None:
        """Return the site it is limited to; None: to none."""


def reach(posts: Collection[Held], sites: Sites, *, of_staff: bool) -> Reach:
    """Return how far the word of an administrator of `sites` reaches with somebody who has `posts`.

    Nobody but the palace's administrators decides about administrators, those of sites included.
    """
    if sites is None:
        return Reach.WHOLE
    here = [post for post in posts if post.site_id in sites]
    if not here or any(post.role in OVERSEERS for post in posts):
        return Reach.NONE
    return Reach.WHOLE if of_staff and len(here) == len(posts) else Reach.POSTS


def is_of_sites(post: Held, sites: Sites) -> bool:
    """Return whether a post is one that an administrator of `sites` gives and takes."""
    return sites is None or (post.role in OF_SITES and post.site_id in sites)


def check_of_sites(post: Held, sites: Sites) -> None:
    """Refuse to give or take a post that is not the acting administrator's business.

    Raises:
        PostBeyondSite: it holds elsewhere or everywhere, or is an administrator's.
    """
    if not is_of_sites(post, sites):
        raise PostBeyondSite
