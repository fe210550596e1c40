"""Posts and proofs: who may have which role, where its day begins, and what proves who somebody is."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from palace.members.errors import PostNotForThem
from palace.members.rules import Role
from palace.text import N_

STEP_SECONDS = 30
PASSED_FOR = timedelta(minutes=10)
RECOVERY_CODES, RECOVERY_BYTES = 10, 10
OF_MEMBERS = tuple(role for role in Role if role.by_phone and role is not Role.MEMBER)
OF_STAFF = (
    Role.COUNTER,
    Role.DOOR,
    Role.TEACHER,
    Role.PROGRAMME,
    Role.REVIEWER,
    Role.FINANCE,
    Role.SITE_ADMIN,
    Role.ADMIN,
)
STAFF_ONLY = tuple(role for role in OF_STAFF if role not in OF_MEMBERS)
OF_SITES = (Role.COUNTER, Role.DOOR, Role.TEACHER, Role.PROGRAMME, Role.REVIEWER, Role.PARTNER)
"""Roles that a site's administrator gives and takes at their site."""
AT_SITES = (*OF_SITES, Role.SITE_ADMIN)
"""Roles that may be limited to a site; `Role.SITE_ADMIN` always is, as `Role.UNIT` is to a unit."""
OF_TROUPES = (Role.LEADER, Role.DEPUTY)
"""Roles that are always limited to a troupe; whoever looks after troupes gives them."""
AT_COUNTERS = (Role.COUNTER, Role.SITE_ADMIN, Role.ADMIN)
"""Who does a counter's work: administrators too, a site's for their site."""
AT_PROGRAMME = (Role.PROGRAMME, Role.SITE_ADMIN, Role.ADMIN)
"""Who types the programme."""
AT_REVIEW = (Role.REVIEWER, Role.SITE_ADMIN, Role.ADMIN)
"""Who passes what others wrote, or sends it back."""

ROLE_WORDS = {
    Role.MEMBER: N_("会员"),
    Role.ACTING: N_("代办"),
    Role.COUNTER: N_("售票"),
    Role.DOOR: N_("检票"),
    Role.LEADER: N_("团队负责人"),
    Role.DEPUTY: N_("团队副负责人"),
    Role.TEACHER: N_("教师"),
    Role.PROGRAMME: N_("节目"),
    Role.REVIEWER: N_("审核"),
    Role.UNIT: N_("单位工会经办人"),
    Role.PARTNER: N_("合作团体"),
    Role.FINANCE: N_("财务"),
    Role.SITE_ADMIN: N_("场馆管理员"),
    Role.ADMIN: N_("管理员"),
}
FIRST_PAGES = {
    Role.ADMIN: "staff.home",
    Role.SITE_ADMIN: "staff.home",
    Role.COUNTER: "staff.home",
    Role.PROGRAMME: "staff.home",
    Role.REVIEWER: "staff.home",
    Role.FINANCE: "books.home",
    Role.DOOR: "door.home",
    Role.UNIT: "unions.home",
    Role.LEADER: "troupes.home",
    Role.DEPUTY: "troupes.home",
    Role.TEACHER: "rollcall.home",
}
"""Where a role begins its day, the first that fits; a role without one has no pages yet."""


def first_pages(roles: Collection[Role]) -> list[str]:
    """Return the endpoints where the days of these roles begin, each once."""
    return list(dict.fromkeys(endpoint for role, endpoint in FIRST_PAGES.items() if role in roles))


@dataclass(frozen=True, kw_only=True)
class ProofRules:
    """Who needs a second factor, and how long a proof holds; the house rules have the figures."""

    second_factor_roles: frozenset[str] = frozenset({"admin", "site_admin", "finance"})
    proof_minutes: int = 10


class Proof(StrEnum):
    """What proves once more who somebody is."""

    CODE = "code"
    PASSWORD = "password"  # noqa: S105 - the name of a way
    MESSAGE = "message"


def check_post(
    role: Role,
    *,
    of_staff: bool,
    site_id: int | None = None,
    unit_id: int | None = None,
    troupe_id: int | None = None,
) -> None:
    """Refuse a post that this person cannot have, or that is limited as such a post cannot be.

    Raises:
        PostNotForThem: members have other posts than staff; some may be a site's, one must, one a
            unit's, two a troupe's.
    """
    fits = role in (OF_STAFF if of_staff else OF_MEMBERS)
    at_site = role is not Role.SITE_ADMIN if site_id is None else role in AT_SITES
    of_unit = (unit_id is None) != (role is Role.UNIT)
    of_troupe = (troupe_id is None) != (role in OF_TROUPES)
    if not (fits and at_site and of_unit and of_troupe):
        raise PostNotForThem


def step_of(now: datetime) -> int:
    """Return the step of 30 seconds, counted from 1970, whose six digits hold at an instant."""
    return int(now.timestamp()) // STEP_SECONDS


def steps_around(now: datetime) -> range:
    """Return the steps whose digits are taken: a phone's clock may be 30 seconds off."""
    return range(step_of(now) - 1, step_of(now) + 2)


def plain_code(typed: str) -> str:
    """Return a code without what people put between its groups."""
    return "".join(letter for letter in typed.upper() if letter.isalnum())
