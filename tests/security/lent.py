"""What a house lends and what is closed there, for addresses that ask for it."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from palace import clock
from palace.db import db
from palace.hours.models import SpecialDay
from palace.hours.services import closing
from palace.members.models import Member
from palace.rooms.models import Equipment, Occurrence, Room
from palace.troupes import services as troupes
from palace.troupes.models import Season, Troupe, TroupeMember
from palace.troupes.rules import Somebody
from tests.factory import Factory
from tests.lending import COURT, Lending


@dataclass(frozen=True)
class Lent:
    """A member's hour of a court, a troupe with its roster, a closed room, and what a house sets."""

    room: Room
    occurrence: Occurrence
    closure: str
    equipment: Equipment
    special: SpecialDay
    troupe: Troupe
    season: Season
    listed: TroupeMember

    def values(self) -> dict[str, object]:
        """Return the address values of these things."""
        return {
            "space_id": self.room.space_id,
            "policy_id": self.room.policy_id,
            "occurrence_id": self.occurrence.id,
            "equipment_id": self.equipment.id,
            "special_id": self.special.id,
            "troupe_id": self.troupe.id,
            "season_id": self.season.id,
            "row_id": self.listed.id,
        }


def lend_something(make: Factory, member: Member) -> Lent:
    """Let a member take a court, and make everything else a house knows of its rooms."""
    lending = Lending(make)
    policy = lending.policy(**(COURT | {"opens_days": 3, "member_day_minutes": 0}))
    court = lending.court(policy=policy)
    troupe, season = lending.troupe(f"合唱团{member.id}", certified=False), lending.season()
    lending.letter(season)
    troupes.add(troupe.id, [Somebody("李桂兰", None)])
    return Lent(
        room=court,
        occurrence=lending.occurrence(court, lending.day(1), "10:00", 60, member=member, people=2),
        closure=_closed(lending),
        equipment=lending.equipment(),
        special=_special(lending),
        troupe=troupe,
        season=season,
        listed=db.session.scalars(
            select(TroupeMember).where(TroupeMember.troupe_id == troupe.id)
        ).one(),
    )


def _closed(lending: Lending) -> str:
    begins, ends = clock.day_span(lending.day(5))
    wanted = closing.Wanted(
        space_ids=(lending.room().space_id,),
        starts_at=begins,
        ends_at=ends,
        reason_zh="检修",
        reason_en="Repairs",
    )
    now = clock.now()
    seen = closing.look(wanted, now).seen
    return closing.close(wanted, seen=seen, by="staff:1", now=now)


def _special(lending: Lending) -> SpecialDay:
    """Return a holiday of the whole palace, made once."""
    day = lending.day(90)
    found = db.session.scalars(select(SpecialDay).where(SpecialDay.day == day)).first()
    if found is None:
        found = SpecialDay(site_id=None, day=day, counts_as=0, name_zh="节日", name_en="Holiday")
        lending.make.add(found)
    return found
