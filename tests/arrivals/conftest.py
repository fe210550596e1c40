"""A rehearsal of tonight at a room's door, and who stands there."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

import pytest
from flask.testing import FlaskClient

from palace import clock
from palace.arrivals import queries, services, tokens
from palace.arrivals.queries import DoorDate
from palace.members.models import Member
from palace.rooms.models import Occurrence, Room
from palace.troupes.models import Troupe, TroupeMember
from tests.factory import Factory
from tests.lending import Lending

DAY = date(2026, 12, 1)
MINUTE, INSTANT = timedelta(minutes=1), timedelta(milliseconds=1)
JSON = {"Accept": "application/json"}


@dataclass
class Evening:
    """A troupe's rehearsal from 19:00 to 21:00, signed in to from 18:45 until 19:15."""

    lending: Lending
    room: Room
    troupe: Troupe
    leader: Member
    date: Occurrence
    starts_at: datetime = field(init=False)

    def __post_init__(self) -> None:
        self.starts_at = self.date.starts_at

    @property
    def make(self) -> Factory:
        """Return the factory of rows."""
        return self.lending.make

    def at(self, minutes: float, *, earlier: timedelta = timedelta()) -> datetime:
        """Set the clock to so many minutes after the start."""
        instant = self.starts_at + timedelta(minutes=minutes) - earlier
        self.make.set_clock(instant)
        return instant

    def own(self, who: Member | None = None) -> DoorDate:
        """Return the date as somebody has it now: the leader unless said else."""
        return queries.again(queries.get_own((who or self.leader).id, self.date.id))

    def arrive(self, who: Member | None = None) -> DoorDate:
        """Sign in."""
        who = who or self.leader
        return services.arrive(self.own(who), f"member:{who.id}")

    def listed(self, **values: object) -> Member:
        """Return a new member on the troupe's roster."""
        member = self.make.member("李团员")
        row = {"joined_on": DAY, "name": member.name, "member_id": member.id} | values
        self.make.add(TroupeMember(troupe_id=self.troupe.id, **row))
        return member

    def scanned(self) -> str:
        """Return the address that the door's screen shows now."""
        code = tokens.screen_code(self.room, clock.now())
        return f"/doors/{self.room.space_id}/here?code={code}"


@pytest.fixture
def lending(make: Factory) -> Lending:
    """Return the factory of lent rooms."""
    make.set_clock(clock.at(DAY - timedelta(days=1), datetime.min.time()) + timedelta(hours=9))
    return Lending(make)


@pytest.fixture
def evening(lending: Lending) -> Evening:
    """Return a rehearsal of the first of December, reserved the day before."""
    troupe, room = lending.troupe(), lending.room(setup_minutes=15, teardown_minutes=15)
    leader = lending.leader(troupe)
    reserved = lending.occurrence(room, DAY, "19:00", 120, troupe=troupe, member=leader)
    return Evening(lending, room, troupe, leader, reserved)


@pytest.fixture
def phone(evening: Evening, client: FlaskClient) -> FlaskClient:
    """Return the leader's phone, signed in before they set out."""
    evening.at(-45)
    evening.make.sign_in(client, evening.leader)
    return client
