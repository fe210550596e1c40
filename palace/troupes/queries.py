"""Who leads a troupe, who is on its roster, how it stands with the palace; never writes."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import BigInteger, ColumnElement, bindparam, exists, func, select
from sqlalchemy.orm import aliased

from palace.db import db, table_of
from palace.errors import NotFound
from palace.members.models import Member, Post
from palace.members.posts import OF_TROUPES
from palace.members.rules import Role
from palace.statements import Question, as_loaded, execute
from palace.troupes.models import Certification, SafetyLetter, Season, Troupe, TroupeMember
from palace.troupes.rules import CertificationState, Standing, certified_until, standing

Sites = Collection[int] | None
TROUPES, LISTED = table_of(Troupe), table_of(TroupeMember)
NAMED = exists().where(
    LISTED.c.troupe_id == TROUPES.c.id,
    LISTED.c.member_id == bindparam("member_id", type_=BigInteger),
    LISTED.c.left_on.is_(None),
)
ROSTERS = (
    select(TROUPES)
    .where(NAMED, TROUPES.c.ended_at.is_(None))
    .order_by(TROUPES.c.name_zh, TROUPES.c.id)
)


@dataclass(frozen=True)
class Led:
    """A troupe with what somebody is there."""

    troupe: Troupe
    role: Role


@dataclass(frozen=True)
class InSeason:
    """A season, its newest safety letter, and how a troupe stands in it."""

    season: Season
    letter: SafetyLetter | None
    certification: Certification | None

    @property
    def state(self) -> CertificationState | None:
        """Return how the troupe stands; None: it never asked."""
        return self.certification.state if self.certification else None

    @property
    def may_sign(self) -> bool:
        """Return whether there is something to sign: nothing stands, or an older version waits."""
        signed = self.certification
        if self.letter is None or signed is None:
            return self.letter is not None
        waits = signed.state is CertificationState.ASKED
        newer = waits and signed.letter_id != self.letter.id
        return newer or signed.state is CertificationState.REFUSED


@dataclass(frozen=True)
class Held:
    """How one troupe was certified, with the days of the season."""

    state: CertificationState
    starts_on: date
    ends_on: date


@dataclass(frozen=True)
class Stands:
    """How a troupe stands today, and until when it is certified."""

    standing: Standing
    until: date | None


def led_by(member_id: int) -> list[Led]:
    """Return the troupes a member leads or is a deputy of, by name; as leader where they are both."""
    wanted = (
        select(Troupe, Post.role)
        .join(Post, Post.troupe_id == Troupe.id)
        .where(Post.member_id == member_id, Post.ended_at.is_(None), Troupe.ended_at.is_(None))
        .order_by(Troupe.name_zh, Troupe.id, Post.role)
    )
    found: dict[int, Led] = {}
    for troupe, role in db.session.execute(wanted):
        if troupe.id not in found or role is Role.LEADER:
            found[troupe.id] = Led(troupe, role)
    return list(found.values())


def get_led(member_id: int, troupe_id: int) -> Led:
    """Return a troupe that a member leads, or is a deputy of.

    Raises:
        NotFound: they do not, or it ended.
    """
    found = next((one for one in led_by(member_id) if one.troupe.id == troupe_id), None)
    if found is None:
        raise NotFound
    return found


def get_troupe(troupe_id: int, sites: Sites) -> Troupe:
    """Return a troupe of some houses, also one that ended; None: of all.

    Raises:
        NotFound: there is none.
    """
    found = db.session.get(Troupe, troupe_id)
    if found is None or (sites is not None and found.site_id not in sites):
        raise NotFound
    return found


def named_at(site_id: int, name_zh: str) -> Troupe | None:
    """Return the troupe of a house that has this name and goes on."""
    wanted = select(Troupe).where(
        Troupe.site_id == site_id, Troupe.name_zh == name_zh, Troupe.ended_at.is_(None)
    )
    return db.session.scalars(wanted).first()


def codes_at(site_id: int) -> Sequence[str]:
    """Return the codes of a house's troupes, those that ended among them."""
    return db.session.scalars(select(Troupe.code).where(Troupe.site_id == site_id)).all()


def troupe_names() -> dict[int, tuple[str, str]]:
    """Return the troupes by id: Chinese and English name."""
    rows = db.session.execute(select(Troupe.id, Troupe.name_zh, Troupe.name_en))
    return {troupe_id: (name_zh, name_en) for troupe_id, name_zh, name_en in rows}


def posts_of(troupe_id: int) -> Sequence[Post]:
    """Return the posts of a troupe, its leader's first."""
    wanted = select(Post).where(Post.troupe_id == troupe_id, Post.ended_at.is_(None))
    return db.session.scalars(wanted.order_by(Post.role.desc(), Post.id)).all()


def account_of(phone: str, name: str) -> Member | None:
    """Return the one account of a number that has this name."""
    wanted = select(Member).where(
        Member.phone == phone, Member.name == name, Member.erased_at.is_(None)
    )
    found = db.session.scalars(wanted.limit(2)).all()
    return found[0] if len(found) == 1 else None


def roster(troupe_id: int) -> Sequence[TroupeMember]:
    """Return who is on a troupe's roster now, in the order of joining."""
    wanted = select(TroupeMember).where(
        TroupeMember.troupe_id == troupe_id, TroupeMember.left_on.is_(None)
    )
    return db.session.scalars(wanted.order_by(TroupeMember.id)).all()


def roster_count(troupe_id: int) -> int:
    """Return how many are on a troupe's roster now."""
    on_it = (TroupeMember.troupe_id == troupe_id, TroupeMember.left_on.is_(None))
    return db.session.scalars(select(func.count()).where(*on_it)).one()


def asking_rosters(member_id: int) -> Question:
    """Return the statement that reads the troupes whose rosters name a member, by name."""
    return ROSTERS, {"member_id": member_id}


def rosters_of(member_id: int) -> list[Troupe]:
    """Return the troupes whose rosters name a member, by name."""
    return [as_loaded(Troupe, row) for row in execute(*asking_rosters(member_id))]


def stands(troupe_id: int, today: date) -> Stands:
    """Return how a troupe stands today, and until when it is certified."""
    wanted = (
        select(Certification.state, Season.starts_on, Season.ends_on)
        .join(Season, Season.id == Certification.season_id)
        .where(Certification.troupe_id == troupe_id)
    )
    held = [Held(*row) for row in db.session.execute(wanted)]
    return Stands(standing(held, today), certified_until(held, today))


def seasons_of(troupe_id: int, today: date) -> list[InSeason]:
    """Return the seasons that are not over, the first first, and how a troupe stands in each."""
    newest = select(func.max(SafetyLetter.version)).where(SafetyLetter.season_id == Season.id)
    wanted = (
        select(Season, SafetyLetter, Certification)
        .outerjoin(
            SafetyLetter,
            (SafetyLetter.season_id == Season.id)
            & (SafetyLetter.version == newest.correlate(Season).scalar_subquery()),
        )
        .outerjoin(
            Certification,
            (Certification.season_id == Season.id) & (Certification.troupe_id == troupe_id),
        )
        .where(Season.ends_on >= today)
    )
    rows = db.session.execute(wanted.order_by(Season.starts_on, Season.id))
    return [InSeason(*row) for row in rows]


def in_season(troupe_id: int, season_id: int, today: date) -> InSeason:
    """Return a season that is not over, and how a troupe stands in it.

    Raises:
        NotFound: there is none.
    """
    for one in seasons_of(troupe_id, today):
        if one.season.id == season_id:
            return one
    raise NotFound


def seasons() -> Sequence[Season]:
    """Return every season, the last first."""
    return db.session.scalars(select(Season).order_by(Season.starts_on.desc(), Season.id)).all()


def get_season(season_id: int) -> Season:
    """Return a season.

    Raises:
        NotFound: there is none.
    """
    found = db.session.get(Season, season_id)
    if found is None:
        raise NotFound
    return found


def letters(season_id: int) -> Sequence[SafetyLetter]:
    """Return the versions of a season's safety letter, the newest first."""
    wanted = select(SafetyLetter).where(SafetyLetter.season_id == season_id)
    return db.session.scalars(wanted.order_by(SafetyLetter.version.desc())).all()


def get_letter(letter_id: int) -> SafetyLetter:
    """Return a version of a safety letter that somebody signed."""
    return db.session.get_one(SafetyLetter, letter_id)


def asked_count(sites: Sites) -> int:
    """Return how many troupes of some houses wait to be certified; None: of all."""
    wanted = (
        select(func.count())
        .select_from(Certification)
        .join(Troupe, Troupe.id == Certification.troupe_id)
        .where(Certification.state == CertificationState.ASKED, Troupe.ended_at.is_(None))
    )
    return db.session.scalars(wanted if sites is None else wanted.where(_at(sites))).one()


def _at(sites: Collection[int]) -> ColumnElement[bool]:
    return Troupe.site_id.in_(sites)


@dataclass(frozen=True)
class Ending:
    """A season that ends soon for a troupe, and who leads it."""

    troupe: Troupe
    season: Season
    member_id: int


def ending_soon(today: date, days: int) -> list[Ending]:
    """Return whose certification ends within so many days, and who asked for no later one."""
    later, after = aliased(Season), aliased(Certification)
    renewed = exists().where(
        after.troupe_id == Troupe.id,
        after.season_id == later.id,
        later.ends_on > Season.ends_on,
        after.state.in_([CertificationState.ASKED, CertificationState.CERTIFIED]),
    )
    wanted = (
        select(Troupe, Season, Post.member_id)
        .join(Certification, Certification.troupe_id == Troupe.id)
        .join(Season, Season.id == Certification.season_id)
        .join(Post, Post.troupe_id == Troupe.id)
        .where(
            Troupe.ended_at.is_(None),
            Certification.state == CertificationState.CERTIFIED,
            Season.ends_on.between(today, today + timedelta(days=days)),
            Post.ended_at.is_(None),
            Post.role.in_(OF_TROUPES),
            ~renewed,
        )
    )
    found = db.session.execute(wanted.order_by(Troupe.id, Post.id))
    return [Ending(troupe, season, member_id) for troupe, season, member_id in found if member_id]
