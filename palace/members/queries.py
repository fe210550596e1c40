"""Who somebody is, and what they are granted; reads only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext
from flask_login import current_user
from sqlalchemy import JSON, ColumnElement, and_, bindparam, case, exists, func, or_, select

from palace import clock
from palace.db import db, table_of
from palace.errors import NotAllowed, NotFound
from palace.members.models import (
    Challenge,
    Grant,
    Member,
    PersonalKey,
    Post,
    RosterEntry,
    SecondFactor,
    SignIn,
    Staff,
    Unit,
)
from palace.members.posts import AT_COUNTERS
from palace.members.rules import (
    CODE_TRIES,
    HOUR,
    HeldPost,
    Known,
    Role,
    SignedIn,
    SignedInMember,
    SignedInStaff,
    mask_name,
)
from palace.members.units import RosterStatus
from palace.statements import execute

MEMBERS = table_of(Member)
THERE = MEMBERS.c.erased_at.is_(None)
ONE = select(MEMBERS.c.id).where(MEMBERS.c.id == bindparam("member_id"), THERE)
LOCK = ONE.with_for_update(key_share=True)
OF_MEMBER = [
    Member.id,
    Member.phone,
    Member.name,
    Member.calendar_generation,
    Member.roster_entry_id,
    RosterEntry.valid_until,
    RosterEntry.counts,
    RosterEntry.unit_id,
    Unit.name_zh.label("unit_zh"),
]
OF_STAFF = [Staff.id, Staff.name]
MEMBER_FIELDS = tuple(SignedInMember.__annotations__)
HELD = func.json_build_array(Post.role, Post.site_id, Post.unit_id, Post.troupe_id)
POSTS = (
    select(func.json_agg(HELD, type_=JSON))
    .where(
        or_(Post.staff_id == SignIn.staff_id, Post.member_id == SignIn.member_id),
        Post.ended_at.is_(None),
    )
    .correlate(SignIn)
    .scalar_subquery()
    .label("posts")
)
ACTS = (SignIn.acting_until > func.palace_clock()).label("acts")
ACTED_FOR = case((ACTS.element, SignIn.acting_for))
WHOSE = func.coalesce(SignIn.member_id, SignIn.acting_for)  # no clock: it ticks, no index would do
SIGN_IN = (
    select(SignIn.id, SignIn.proven_at, POSTS, ACTS, *OF_STAFF, *OF_MEMBER)
    .outerjoin(Member, and_(Member.id == WHOSE, Member.erased_at.is_(None)))
    .outerjoin(RosterEntry, RosterEntry.id == Member.roster_entry_id)
    .outerjoin(Unit, Unit.id == RosterEntry.unit_id)
    .outerjoin(Staff, Staff.id == SignIn.staff_id)
    .where(
        SignIn.token_hash == bindparam("token_hash"),
        SignIn.ended_at.is_(None),
        SignIn.expires_at > func.palace_clock(),
        or_(SignIn.staff_id.is_not(None), Member.id.is_not(None)),
    )
)


@dataclass(frozen=True)
class Person:
    """A member or unclaimed roster entry of a number; `fact`: idle so long that who comes must say more."""

    id: str
    name: str
    unit: Unit | None
    fact: bool = False

    @property
    def words(self) -> str:
        """Return the person as the holder of the phone is shown them: 张*华 · 第一出租汽车公司工会."""
        name = mask_name(self.name) if self.name else gettext("还没填姓名的那一位")
        return " · ".join([name, *([self.unit.name_zh] if self.unit and not self.fact else [])])


@dataclass(frozen=True)
class Asked:
    """How many codes were asked for today, by numbers the palace knows and others."""

    known: int
    unknown: int


def current_member() -> SignedInMember:
    """Return the member who is signed in, or whom the staff signed in act for.

    Raises:
        NotAllowed: it is staff, or nobody.
    """
    member: SignedInMember | None = current_user.member
    if member is None:
        raise NotAllowed
    return member


def row_of(member: Known) -> Member:
    """Return a member's row, for what changes it."""
    return db.session.get_one(Member, member.id)


def current_staff() -> SignedInStaff:
    """Return the staff who is signed in.

    Raises:
        NotAllowed: it is a member, or nobody.
    """
    staff: SignedInStaff | None = current_user.staff
    if staff is None:
        raise NotAllowed
    return staff


def lock(member_id: int) -> None:
    """Lock a member until the transaction ends: counts of what they have are true from here on.

    Raises:
        NotFound: they were erased, perhaps while this waited.
    """
    if not execute(LOCK, {"member_id": member_id}):
        raise NotFound


def live_grants(member: Known, performance_id: int | None, now: datetime) -> list[Grant]:
    """Return a member's grants that hold now, for one performance or (None) for every one, by id."""
    wanted = select(Grant).where(Grant.member_id == member.id, grant_holds(performance_id, now))
    return list(db.session.scalars(wanted.order_by(Grant.id)))


def grant_holds(
    performance_id: int | ColumnElement[int] | None, now: datetime | ColumnElement[datetime]
) -> ColumnElement[bool]:
    """Return the condition that a grant holds now, for one performance or (None) for every one."""
    scope = Grant.performance_id.is_(None)
    return and_(
        scope if performance_id is None else or_(scope, Grant.performance_id == performance_id),
        Grant.starts_at <= now,
        or_(Grant.ends_at.is_(None), Grant.ends_at > now),
    )


def find_sign_in(token: str, token_hash: bytes) -> SignedIn | None:
    """Return who a browser's token signs in while that lasts, in one query."""
    if not (found := execute(SIGN_IN, {"token_hash": token_hash})):
        return None
    sign_in_id, proven_at, rows, acts, staff_id, staff_name, *values = found[0]
    posts = tuple(HeldPost(Role(role), *where) for role, *where in rows or ())
    member = SignedInMember(**dict(zip(MEMBER_FIELDS, values, strict=True))) if values[0] else None
    is_theirs = not staff_id or (acts and any(post.role in AT_COUNTERS for post in posts))
    return SignedIn(
        id=sign_in_id,
        token=token,
        member=member if is_theirs else None,
        staff=SignedInStaff(id=staff_id, name=staff_name) if staff_id else None,
        posts=posts,
        proven_at=proven_at,
    )


def find_staff(login: str) -> Staff | None:
    """Return who works here under this login."""
    here = select(Staff).where(Staff.login == login, Staff.left_at.is_(None))
    return db.session.scalars(here).first()


def lock_unchanged(staff: Staff) -> bool:
    """Lock staff until the transaction ends; False: they left since, or have a new password."""
    wanted = select(Staff.password_hash).where(Staff.id == staff.id, Staff.left_at.is_(None))
    return db.session.scalar(wanted.with_for_update(key_share=True)) == staff.password_hash


def posts_of(who: Member | Staff) -> list[Post]:
    """Return the posts somebody has, by id."""
    whose = Post.staff_id if isinstance(who, Staff) else Post.member_id
    wanted = select(Post).where(whose == who.id, Post.ended_at.is_(None))
    return list(db.session.scalars(wanted.order_by(Post.id)))


def second_factor(staff_id: int) -> SecondFactor | None:
    """Return what makes the second code of somebody, confirmed or not yet."""
    return db.session.get(SecondFactor, staff_id, populate_existing=True)


def is_in_use(key_id: str) -> bool:
    """Return whether a second factor, or somebody's values in the audit, need a key of the keys file."""
    sealed = exists().where(SecondFactor.key_id == key_id)
    wrapping = exists().where(PersonalKey.key_id == key_id, PersonalKey.wrapped.is_not(None))
    return bool(db.session.scalar(select(or_(sealed, wrapping))))


def lock_administrators() -> list[int]:
    """Lock the administrators who work here until the transaction ends; who had to wait sees who left."""
    wanted = (
        select(Staff.id)
        .join(Post, Post.staff_id == Staff.id)
        .where(Post.role == Role.ADMIN, Post.ended_at.is_(None), Staff.left_at.is_(None))
    )
    return list(db.session.scalars(wanted.order_by(Staff.id).with_for_update(key_share=True)))


def is_known(phone: str) -> bool:
    """Return whether a member or a roster has this number."""
    member = exists(select(Member.id).where(Member.phone == phone))
    entry = exists(select(RosterEntry.id).where(RosterEntry.phone == phone))
    return bool(db.session.scalar(select(or_(member, entry))))


def asked_by_phone(phone: str, since: datetime, limit: int) -> Sequence[datetime]:
    """Return when a number asked for codes, newest first, `limit` at most."""
    wanted = select(Challenge.created_at).where(
        Challenge.phone == phone, Challenge.created_at > since
    )
    return db.session.scalars(wanted.order_by(Challenge.created_at.desc()).limit(limit)).all()


def nth_asked_from(address_hash: bytes, number: int, now: datetime) -> datetime | None:
    """Return when an address asked for its n-th newest code of the last hour; None: not so many."""
    wanted = select(Challenge.created_at).where(
        Challenge.address_hash == address_hash, Challenge.created_at > now - HOUR
    )
    newest_first = wanted.order_by(Challenge.created_at.desc())
    return db.session.scalars(newest_first.offset(number - 1).limit(1)).first()


def asked_today(now: datetime) -> Asked:
    """Return how many codes were asked for on this palace day."""
    start, _ = clock.day_span(clock.palace_day(now))
    counts = select(
        func.count().filter(Challenge.known), func.count().filter(~Challenge.known)
    ).where(Challenge.created_at >= start)
    known, unknown = db.session.execute(counts).one()
    return Asked(known, unknown)


def find_challenge(challenge_id: int | None, browser_hash: bytes) -> Challenge | None:
    """Return a challenge if this browser asked for it."""
    wanted = select(Challenge).where(
        Challenge.id == challenge_id, Challenge.browser_hash == browser_hash
    )
    return db.session.scalars(wanted).first()


def open_challenges(asked: Challenge, now: datetime) -> list[int]:
    """Lock and return the challenges this browser may still answer for this number, by id."""
    wanted = select(Challenge.id).where(
        Challenge.browser_hash == asked.browser_hash,
        Challenge.phone == asked.phone,
        Challenge.passed_at.is_(None),
        Challenge.expires_at > now,
        Challenge.tries < CODE_TRIES,
    )
    return list(db.session.scalars(wanted.order_by(Challenge.id).with_for_update(key_share=True)))


def members_on(phone: str) -> list[Member]:
    """Return the members who sign in by this number, oldest first."""
    return list(db.session.scalars(select(Member).where(Member.phone == phone).order_by(Member.id)))


def unclaimed_on(phone: str) -> list[RosterEntry]:
    """Return this number's roster entries nobody claimed: none that a member here left, others left last."""
    claimed = exists(select(Member.id).where(Member.roster_entry_id == RosterEntry.id))
    here = exists(select(Member.id).where(Member.phone == phone, Member.name == RosterEntry.name))
    left = RosterEntry.status == RosterStatus.LEFT
    wanted = select(RosterEntry).where(RosterEntry.phone == phone, ~claimed, ~(left & here))
    return list(db.session.scalars(wanted.order_by(left, RosterEntry.id)))


def people_on(phone: str) -> list[Person]:
    """Return everybody this number may belong to: its members, then roster entries without a member."""
    known = [Person(f"m{member.id}", member.name, member.unit) for member in members_on(phone)]
    return known + [Person(f"r{one.id}", one.name, one.unit) for one in unclaimed_on(phone)]
