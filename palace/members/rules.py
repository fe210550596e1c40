"""Who somebody is to the palace, and for how long: plain values in, decision out."""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Protocol

import phonenumbers

COUNTRY = 86


class Role(StrEnum):
    """What a person may do; `MEMBER` is anybody who signed in by phone, the others are posts.

    `ACTING` is no post either: staff have it while they act for a member, in the place of `MEMBER`.
    """

    MEMBER = "member"
    ACTING = "acting"
    COUNTER = "counter"
    DOOR = "door"
    LEADER = "leader"
    DEPUTY = "deputy"
    TEACHER = "teacher"
    PROGRAMME = "programme"
    REVIEWER = "reviewer"
    UNIT = "unit"
    PARTNER = "partner"
    FINANCE = "finance"
    SITE_ADMIN = "site_admin"
    ADMIN = "admin"

    @property
    def by_phone(self) -> bool:
        """Return whether members have this role, who sign in by phone."""
        leading = {Role.LEADER, Role.DEPUTY}
        return self in {Role.MEMBER, Role.TEACHER, Role.UNIT, Role.PARTNER} | leading


class Standing(StrEnum):
    """A member's standing with the union, as the roster tells it today."""

    PENDING = "pending"
    VALID = "valid"
    EXPIRED = "expired"


class GrantKind(StrEnum):
    """Where a grant comes from: a wheelchair user's word, a unit's block, a waiting list, a code."""

    WHEELCHAIR = "wheelchair"
    BLOCK = "block"
    OFFER = "offer"
    CODE = "code"


MEMBER_SIGN_IN = timedelta(days=180)
STAFF_SIGN_IN = timedelta(hours=12)


def standing(
    valid_until: date | None, on_roster: bool, today: date, *, counts: bool = True
) -> Standing:
    """Return a member's standing: the last valid day itself still counts.

    `counts`: whether somebody of this roster status is a member at all.
    """
    if not on_roster:
        return Standing.PENDING
    if not counts or (valid_until is not None and valid_until < today):
        return Standing.EXPIRED
    return Standing.VALID


class Known(Protocol):
    """A member to pages and rules: the row itself, or what was read of it with a sign-in."""

    @property
    def id(self) -> int:
        """Return the member's number."""

    @property
    def phone(self) -> str | None:
        """Return the phone number."""

    @property
    def name(self) -> str:
        """Return the whole name."""

    @property
    def calendar_generation(self) -> int:
        """Return how often the feed's address was renewed, from 1."""

    @property
    def unit_id(self) -> int | None:
        """Return the basic union the roster names."""

    def standing(self, today: date) -> Standing:
        """Return the standing with the union on a palace day."""


@dataclass(frozen=True, kw_only=True)
class SignedInMember:
    """A member as a sign-in brings them along."""

    id: int
    phone: str | None
    name: str
    calendar_generation: int
    roster_entry_id: int | None
    valid_until: date | None
    roster_counts: bool | None
    unit_id: int | None
    unit_zh: str | None

    def standing(self, today: date) -> Standing:
        """Return the standing with the union on a palace day."""
        on_roster, counts = self.roster_entry_id is not None, self.roster_counts is not False
        return standing(self.valid_until, on_roster, today, counts=counts)


@dataclass(frozen=True, kw_only=True)
class SignedInStaff:
    """Somebody who works here, as a sign-in brings them along."""

    id: int
    name: str


@dataclass(frozen=True)
class HeldPost:
    """A post as a sign-in brings it along; no site: the whole palace."""

    role: Role
    site_id: int | None = None
    unit_id: int | None = None
    troupe_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class SignedIn:
    """Who is signed in on a browser, either a member or staff: what Flask-Login calls the user.

    With staff, `member` is whom they act for. `proven_at` is when they last proved who they are: by
    signing in, or since then for a dangerous act.
    """

    id: int
    token: str
    member: SignedInMember | None = None
    staff: SignedInStaff | None = None
    posts: tuple[HeldPost, ...] = ()
    proven_at: datetime | None = None

    is_authenticated = True
    is_active = True
    is_anonymous = False

    def get_id(self) -> str:
        """Return what the browser keeps to be known again."""
        return self.token

    @functools.cached_property
    def roles(self) -> frozenset[Role]:
        """Return what this person may do here; who acts for a member has fewer ways than the member."""
        own = {Role.ACTING if self.staff else Role.MEMBER} if self.member else set()
        return frozenset({post.role for post in self.posts} | own)

    @property
    def acts_for(self) -> SignedInMember | None:
        """Return the member whom staff act for just now (代办)."""
        return self.member if self.staff else None

    def sites(self, *roles: Role) -> frozenset[int] | None:
        """Return the sites where this person has one of `roles`; None: in the whole palace."""
        found = {post.site_id for post in self.posts if post.role in roles}
        return None if None in found else frozenset(site for site in found if site is not None)

    def units(self, role: Role) -> frozenset[int]:
        """Return the units for which this person has a role."""
        return frozenset(
            post.unit_id for post in self.posts if post.role is role and post.unit_id is not None
        )

    def troupes(self) -> Mapping[int, Role]:
        """Return the troupes this person leads, as their leader or a deputy."""
        by_role = sorted(self.posts, key=lambda post: post.role)  # who is both, is the leader
        return {post.troupe_id: post.role for post in by_role if post.troupe_id}

    @property
    def actor(self) -> str:
        """Return who this is in the audit: member:5, staff:2."""
        who = self.staff or self.member
        return f"{'staff' if self.staff else 'member'}:{who.id if who else 0}"


def mask_name(name: str) -> str:
    """Return a name as lists and tickets show it: 张*华, 李*, first letter only for one character."""
    if len(name) <= 1:
        return name + "*"
    if len(name) == 2:  # noqa: PLR2004 - a two-character name keeps the surname only
        return name[0] + "*"
    return name[0] + "*" * (len(name) - 2) + name[-1]


CODE_DIGITS = 6
CODE_TRIES = 5
CODE_LIFE = timedelta(minutes=10)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
LONGEST_PHONE = 32
SHORTEST_NAME, LONGEST_NAME = 2, 30
LOGIN = re.compile(r"[a-z0-9][a-z0-9._-]{1,29}")
RARE_FIRST, RARE_LAST = "\U00020000", "\U0003ffff"
DOTS = str.maketrans(dict.fromkeys("•・‧∙⋅", "·"))


@dataclass(frozen=True, kw_only=True)
class CodeBudget:
    """How many sign-in codes may be asked for, and sent in a day; the house rules hold the figures."""

    per_phone_minute: int = 1
    per_phone_hour: int = 5
    per_phone_day: int = 10
    per_address_hour: int = 60
    per_day: int = 5000
    per_day_for_known: int = 3000

    @property
    def for_unknown(self) -> int:
        """Return how many codes a day numbers nobody knows may get."""
        return self.per_day - self.per_day_for_known

    def sent(self, known: int, unknown: int) -> int:
        """Return how many codes were sent after so many were asked for by known and unknown numbers."""
        return known + min(unknown, self.for_unknown)


def mobile_number(typed: str) -> str | None:
    """Return a mainland mobile number as its 11 digits, or None; full-width digits and spaces are fine."""
    text = unicodedata.normalize("NFKC", typed[: LONGEST_PHONE + 1])
    if len(text) > LONGEST_PHONE or not re.fullmatch(r"[0-9+() \-]+", text):
        return None
    try:
        number = phonenumbers.parse(text, "CN")
    except phonenumbers.NumberParseException:
        return None
    mobile = phonenumbers.number_type(number) == phonenumbers.PhoneNumberType.MOBILE
    return str(number.national_number) if number.country_code == COUNTRY and mobile else None


def tidy_name(typed: str) -> str:
    """Return a name with one kind of middle dot and single spaces."""
    return " ".join(typed.translate(DOTS).split())


def is_name(name: str) -> bool:
    """Return whether a tidied name is one: 2 to 30 letters of any script, no digits, no signs."""
    return SHORTEST_NAME <= len(name) <= LONGEST_NAME and all(
        _may_stand_in_name(letter) for letter in name
    )


def is_login(login: str) -> bool:
    """Return whether staff may sign in by this: 2 to 30 small letters and digits, inside also . _ -."""
    return LOGIN.fullmatch(login) is not None


def _may_stand_in_name(letter: str) -> bool:
    # The rare characters of planes 2 and 3 are younger than Python's tables: unassigned there, real here.
    return (
        unicodedata.category(letter)[0] in "LM"
        or letter in "·-'’. "
        or RARE_FIRST <= letter <= RARE_LAST
    )


def wait_for_code(asked: Sequence[datetime], budget: CodeBudget, now: datetime) -> timedelta:
    """Return how long a number must wait for its next code; `asked`: when it asked, newest first."""
    limits = (
        (budget.per_phone_minute, MINUTE),
        (budget.per_phone_hour, HOUR),
        (budget.per_phone_day, DAY),
    )
    waits = [asked[limit - 1] + window - now for limit, window in limits if len(asked) >= limit]
    return max([timedelta(), *waits])


def whole_minutes(wait: timedelta) -> int:
    """Return a wait in minutes, rounded up, at least one."""
    return max(1, -(-wait // MINUTE))
