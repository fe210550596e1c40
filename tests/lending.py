"""Rows of lent rooms for tests: `lending.reservation(room, day, "19:00", 120)`."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import select

from palace import clock
from palace.clock import at, palace_day
from palace.db import db
from palace.hours.models import OpeningHours
from palace.members.models import Member, Post
from palace.members.rules import Role
from palace.rooms import services
from palace.rooms.models import Equipment, NoisePair, Occurrence, Reservation, Room
from palace.rooms.policies import Policy
from palace.rooms.queries.facts import occurrences_of
from palace.rooms.services import Wish
from palace.rooms.wishes import Approval, Span, Takers
from palace.troupes.models import Certification, SafetyLetter, Season, Troupe
from palace.troupes.rules import CertificationState, TroupeKind
from palace.venues.models import Space
from tests.factory import NUMBERS, Factory

COURT = {
    "takers": Takers.MEMBER,
    "opens_days": 1,
    "step_minutes": 60,
    "max_minutes": 60,
    "member_day_minutes": 60,
    "unit_day_count": 2,
    "cancel_minutes": 30,
    "approval": Approval.NEVER,
    "series_weeks": 1,
}


def span(day: date, begins: str, minutes: int) -> Span:
    """Return a span of the palace's clock."""
    starts_at = at(day, time.fromisoformat(begins))
    return Span(day=day, starts_at=starts_at, ends_at=starts_at + timedelta(minutes=minutes))


def weekly(first: date, begins: str, minutes: int, weeks: int) -> tuple[Span, ...]:
    """Return a span of every week."""
    return tuple(span(first + timedelta(weeks=week), begins, minutes) for week in range(weeks))


@dataclass
class Lending:
    """Makes what rooms are lent by; every room is open from 8:00 to 22:00 unless a test says else."""

    make: Factory

    def today(self) -> date:
        """Return the palace day."""
        return palace_day(clock.now())

    def day(self, ahead: int = 3) -> date:
        """Return a day so many days from today."""
        return self.today() + timedelta(days=ahead)

    def hours(
        self,
        opens: str = "08:00",
        closes: str = "22:00",
        *,
        weekdays: Collection[int] = range(1, 8),
        space: Space | None = None,
    ) -> None:
        """Open the head house, or one of its spaces, on weekdays (1 is Monday)."""
        site_id, space_id = self.make.site().id, space.id if space else None
        self.make.add(
            *[
                OpeningHours(
                    site_id=site_id,
                    space_id=space_id,
                    weekday=weekday,
                    opens=time.fromisoformat(opens),
                    closes=time.fromisoformat(closes),
                )
                for weekday in weekdays
            ]
        )

    def policy(self, **figures: object) -> Policy:
        """Return a policy: for troupes, two weeks ahead, unless figures say else."""
        number = next(NUMBERS)
        policy = Policy(
            site_id=self.make.site().id,
            code=f"policy-{number}",
            name_zh="排练厅",
            name_en="Rehearsal rooms",
            **({"takers": Takers.TROUPE} | figures),
        )
        self.make.add(policy)
        return policy

    def room(
        self,
        code: str = "",
        *,
        policy: Policy | None = None,
        atoms: Collection[int] | None = None,
        capacity: int = 40,
        floor: int = 1,
        **values: object,
    ) -> Room:
        """Return a room that is lent, made of `atoms` (default: one of its own)."""
        if db.session.scalars(select(OpeningHours.id)).first() is None:
            self.hours()
        space = self.make.space(sorted(atoms) if atoms else None, capacity=capacity)
        space.kind, space.name_zh, space.name_en = "room", "排练厅", "Rehearsal room"
        space.code = code or space.code
        db.session.flush()
        room = Room(
            space_id=space.id, policy_id=(policy or self.policy()).id, floor=floor, **values
        )
        self.make.add(room)
        db.session.refresh(room)
        return room

    def court(self, code: str = "", *, policy: Policy | None = None, **values: object) -> Room:
        """Return a court: an hour a member and day, two a unit and day, from 8:00 for tomorrow."""
        return self.room(code, policy=policy or self.policy(**COURT), **values)  # type: ignore[arg-type]  # values of a room

    def noise(self, one: Room, other: Room) -> None:
        """Let two rooms hear each other."""
        low, high = sorted((one.space_id, other.space_id))
        self.make.add(NoisePair(space_id=low, other_id=high))

    def equipment(self, stock: int = 1) -> Equipment:
        """Return a thing of the house of which there are so many."""
        thing = Equipment(
            site_id=self.make.site().id,
            code=f"thing-{next(NUMBERS)}",
            name_zh="电钢琴",
            name_en="Keyboard",
            stock=stock,
        )
        self.make.add(thing)
        return thing

    def season(self, first: date | None = None, last: date | None = None) -> Season:
        """Return a season, this year's and the next's unless said else; made once."""
        today = self.today()
        first = first or today - timedelta(days=60)
        last = last or today + timedelta(days=400)
        found = db.session.scalars(
            select(Season).where(Season.starts_on == first, Season.ends_on == last)
        ).first()
        if found is None:
            found = Season(name_zh="本季", name_en="This season", starts_on=first, ends_on=last)
            self.make.add(found)
        return found

    def letter(self, season: Season) -> SafetyLetter:
        """Return the season's safety letter, made once."""
        letter = db.session.scalars(
            select(SafetyLetter).where(SafetyLetter.season_id == season.id)
        ).first()
        if letter is None:
            letter = SafetyLetter(
                season_id=season.id,
                version=1,
                text_zh="安全第一。",
                text_en="Safety first.",
                published_by="staff:1",
                published_at=clock.now(),
            )
            self.make.add(letter)
        return letter

    def troupe(
        self, name: str = "职工合唱团", *, certified: bool = True, **values: object
    ) -> Troupe:
        """Return a troupe, certified for the season unless said else."""
        troupe = Troupe(
            site_id=self.make.site().id,
            code=f"troupe-{next(NUMBERS)}",
            name_zh=name,
            name_en="Workers' Choir",
            **({"kind": TroupeKind.CHOIR, "size": 30} | values),
        )
        self.make.add(troupe)
        if certified:
            self.certified(troupe)
        return troupe

    def leader(self, troupe: Troupe, name: str = "王指挥", role: Role = Role.LEADER) -> Member:
        """Return a new leader (or deputy) of a troupe."""
        return self.lead(troupe, self.make.member(name), role)

    def lead(self, troupe: Troupe, member: Member, role: Role = Role.LEADER) -> Member:
        """Let a member lead a troupe, or be its deputy."""
        self.make.add(
            Post(
                member_id=member.id,
                role=role,
                troupe_id=troupe.id,
                granted_by="system",
                ended_at=None,
            )
        )
        return member

    def certified(self, troupe: Troupe, season: Season | None = None) -> Certification:
        """Certify a troupe for a season."""
        season = season or self.season()
        signer = self.make.member("签字人")
        certification = Certification(
            troupe_id=troupe.id,
            season_id=season.id,
            state=CertificationState.CERTIFIED,
            letter_id=self.letter(season).id,
            signed_by=signer.id,
            asked_at=clock.now(),
            decided_by="staff:1",
            decided_at=clock.now(),
        )
        self.make.add(certification)
        return certification

    def wish(
        self,
        room: Room,
        day: date,
        begins: str = "19:00",
        minutes: int = 120,
        *,
        troupe: Troupe | None = None,
        member: Member | None = None,
        weeks: int = 1,
        people: int = 20,
        purpose: str = "",
        equipment: Mapping[int, int] | None = None,
    ) -> Wish:
        """Return a wish: of a troupe through `member` (default: a new leader), or of a member alone."""
        who = member or (self.leader(troupe) if troupe else self.make.member())
        return Wish(
            space_id=room.space_id,
            spans=weekly(day, begins, minutes, weeks),
            purpose=purpose or ("choir" if troupe else "sport"),
            people=people,
            troupe_id=troupe.id if troupe else None,
            member=who,
            equipment=equipment or {},
        )

    def reservation(
        self,
        room: Room,
        day: date | None = None,
        begins: str = "19:00",
        minutes: int = 120,
        *,
        troupe: Troupe | None = None,
        skips: Collection[date] = (),
        **wished: object,
    ) -> Reservation:
        """Return a reservation made as people make one; of a new troupe where the room is for troupes."""
        if troupe is None and room.policy.takers is Takers.TROUPE:
            troupe = self.troupe()
        wish = self.wish(room, day or self.day(), begins, minutes, troupe=troupe, **wished)  # type: ignore[arg-type]  # of a wish
        return services.reserve(wish, skips=frozenset(skips), by=f"member:{wish.member.id}")

    def occurrence(self, *of: object, **wished: object) -> Occurrence:
        """Return the first date of a new reservation."""
        return occurrences_of(self.reservation(*of, **wished).id)[0]  # type: ignore[arg-type]  # as `reservation`

    def clock_at(self, day: date, clock_time: str) -> datetime:
        """Set the database's clock to a time of a palace day, and return it."""
        instant = at(day, time.fromisoformat(clock_time))
        self.make.set_clock(instant)
        return instant
