"""Many take one room at once: one has it, the others are told so at once, and nobody waits in a circle."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from statistics import median

import pytest
from sqlalchemy import func, select

from palace.db import db
from palace.errors import PalaceError
from palace.members.models import Member
from palace.rooms import services
from palace.rooms.models import Occurrence
from palace.rooms.services import Wish
from palace.rooms.states import OccurrenceState
from palace.rooms.wishes import Approval
from palace.troupes.models import Troupe
from palace.venues.models import Occupancy
from tests.blocks.conftest import member_of
from tests.factory import Factory
from tests.lending import COURT, Lending
from tests.races.together import codes, together

ROUNDS, CLIENTS = 60, 16


@pytest.fixture
def lending(live: Factory) -> Lending:
    """Return the factory of lent rooms whose rows are committed."""
    return Lending(live)


def taking(wish: Wish, **how: object) -> Callable[[], object]:
    """Return a try to take a room, that says how long its answer took."""
    member_id = wish.member.id

    def take() -> object:
        mine = replace(wish, member=db.session.get_one(Member, member_id))
        begun = time.perf_counter()
        try:
            made = services.reserve(mine, by=f"member:{member_id}", **how)  # type: ignore[arg-type]  # of reserve
        except PalaceError as refusal:
            refusal.took = time.perf_counter() - begun  # type: ignore[attr-defined]  # for the figures
            raise
        return made.id

    return take


def leaders(lending: Lending, count: int, **of_troupe: object) -> list[tuple[Troupe, Member]]:
    """Return troupes with a leader each."""
    troupes = [lending.troupe(**of_troupe) for _ in range(count)]  # type: ignore[arg-type]  # of a troupe
    return [(troupe, lending.leader(troupe)) for troupe in troupes]


def overlaps() -> int:
    """Return how many pairs of uses share a part at the same time: the database refuses the first."""
    one, other = Occupancy.__table__.alias(), Occupancy.__table__.alias()
    pairs = select(func.count()).where(
        one.c.id < other.c.id,
        one.c.atoms.op("&&")(other.c.atoms),
        one.c.during.op("&&")(other.c.during),
    )
    return db.session.scalar(pairs) or 0


def told(waits: list[float], what: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Say how long refusals took; no test hangs on it."""
    waits.sort()
    with capsys.disabled():
        print(  # noqa: T201 - figures for the report
            f"\n{what}: {len(waits)} refusals, median {1000 * median(waits):.1f} ms,"
            f" 99 % {1000 * waits[int(len(waits) * 0.99)]:.1f} ms, worst {1000 * waits[-1]:.1f} ms"
        )


def test_one_of_sixteen_has_the_hour(
    live: Factory, lending: Lending, capsys: pytest.CaptureFixture[str]
) -> None:
    room = lending.room(policy=lending.policy(opens_days=366, troupe_week_minutes=0))
    troupes = leaders(lending, CLIENTS)
    live.commit()
    waits: list[float] = []
    for number in range(ROUNDS):
        day = lending.day(1 + number)
        wishes = [
            lending.wish(room, day, "19:00", 60, troupe=troupe, member=leader)
            for troupe, leader in troupes
        ]
        results = together(live.app, [taking(wish) for wish in wishes], at_once=CLIENTS)
        assert codes(results) == {"won": 1, "room_taken": CLIENTS - 1}
        waits += [result.took for result in results if isinstance(result, PalaceError)]  # type: ignore[attr-defined]  # set above
    assert overlaps() == 0
    told(waits, f"one room hour, {ROUNDS} rounds of {CLIENTS}", capsys)


def test_a_hall_and_its_parts_exclude_each_other(
    live: Factory, lending: Lending, capsys: pytest.CaptureFixture[str]
) -> None:
    policy = lending.policy(opens_days=366, troupe_week_minutes=0)
    whole, left, right = (lending.room(atoms=atoms, policy=policy) for atoms in ([1, 2], [1], [2]))
    troupes = leaders(lending, CLIENTS)
    live.commit()
    waits: list[float] = []
    for number in range(ROUNDS):
        day = lending.day(1 + number)
        wishes = [
            lending.wish(of, day, "19:00", 60, troupe=troupe, member=leader)
            for (troupe, leader), of in zip(troupes, [whole, left, whole, right] * 4, strict=True)
        ]
        results = together(live.app, [taking(wish) for wish in wishes], at_once=CLIENTS)
        won = [
            wish.space_id for wish, one in zip(wishes, results, strict=True) if isinstance(one, int)
        ]
        assert sorted(won) in ([whole.space_id], sorted([left.space_id, right.space_id]))
        assert codes(results)["room_taken"] == CLIENTS - len(won)
        waits += [result.took for result in results if isinstance(result, PalaceError)]  # type: ignore[attr-defined]  # set above
    assert overlaps() == 0
    told(waits, f"a hall and its parts, {ROUNDS} rounds of {CLIENTS}", capsys)


@pytest.mark.parametrize("hall", [False, True], ids=["room", "hall"])
def test_loud_and_quiet_are_not_taken_side_by_side(
    live: Factory, lending: Lending, hall: bool
) -> None:
    """Also where the loud one has a hall that one of the two rooms is a part of."""
    policy = lending.policy(opens_days=366, troupe_week_minutes=0)
    one, other = lending.room(policy=policy), lending.room(policy=policy)
    lending.noise(one, other)
    atoms = [atom.lower or 0 for atom in one.space.atoms]
    loud = lending.room(policy=policy, atoms=[*atoms, 99_990]) if hall else one
    troupes = leaders(lending, CLIENTS)
    live.commit()
    for number in range(ROUNDS // 3):
        day = lending.day(1 + number)
        wishes = [
            lending.wish(of, day, "19:00", 60, troupe=troupe, member=leader, purpose=purpose)
            for (troupe, leader), (of, purpose) in zip(
                troupes, [(loud, "choir"), (other, "meeting")] * 8, strict=True
            )
        ]
        results = together(live.app, [taking(wish) for wish in wishes], at_once=CLIENTS)
        assert codes(results)["won"] == 1
        assert set(codes(results)) <= {"won", "room_taken", "noise_beside"}


def test_series_over_the_same_rooms_have_all_their_dates_or_none(
    live: Factory, lending: Lending, capsys: pytest.CaptureFixture[str]
) -> None:
    policy = lending.policy(troupe_week_minutes=0)
    rooms = [lending.room(policy=policy) for _ in range(3)]
    troupes = leaders(lending, CLIENTS)
    live.commit()
    waits: list[float] = []
    for number in range(10):
        begins = f"{8 + number:02d}:00"
        wishes = []
        for place, (troupe, leader) in enumerate(troupes):
            first = lending.day(1 + 7 * (place % 2))
            wish = lending.wish(
                rooms[place % 3], first, begins, 60, troupe=troupe, member=leader, weeks=26
            )
            swaps = {span.day: rooms[(place + 1) % 3].space_id for span in wish.spans[::5]}
            wishes.append((wish, swaps))
        jobs = [taking(wish, swaps=swaps) for wish, swaps in wishes]
        results = together(live.app, jobs, at_once=CLIENTS)
        assert set(codes(results)) <= {"won", "room_taken"}
        assert codes(results)["won"] >= 1
        for made in (one for one in results if isinstance(one, int)):
            assert dates_of(made) == {OccurrenceState.CONFIRMED: 26}
        waits += [result.took for result in results if isinstance(result, PalaceError)]  # type: ignore[attr-defined]  # set above
    assert overlaps() == 0
    told(waits, f"26 weeks, 10 rounds of {CLIENTS} over three rooms", capsys)


def dates_of(reservation_id: int) -> dict[OccurrenceState, int]:
    """Return how many dates of a reservation stand how."""
    wanted = select(Occurrence.state, func.count()).where(
        Occurrence.reservation_id == reservation_id
    )
    rows = db.session.execute(wanted.group_by(Occurrence.state)).all()
    return {row[0]: row[1] for row in rows}


def test_a_troupes_quota_holds_over_all_its_leaders(live: Factory, lending: Lending) -> None:
    policy = lending.policy(opens_days=366, troupe_week_minutes=360, approval=Approval.NEVER)
    rooms = [lending.room(policy=policy) for _ in range(4)]
    troupe = lending.troupe()
    people = [lending.leader(troupe, f"团长{number}") for number in range(CLIENTS)]
    live.commit()
    for number in range(10):
        day = lending.day(7 * (number + 1))
        wishes = [
            lending.wish(
                rooms[place % 4],
                day,
                f"{9 + 2 * (place // 4):02d}:00",
                120,
                troupe=troupe,
                member=who,
            )
            for place, who in enumerate(people)
        ]
        results = together(live.app, [taking(wish) for wish in wishes], at_once=CLIENTS)
        assert codes(results) == {"won": 3, "rules_failed": CLIENTS - 3}


def test_a_unit_has_no_more_courts_a_day_than_it_may(live: Factory, lending: Lending) -> None:
    policy = lending.policy(**(COURT | {"opens_days": 60}))
    courts = [lending.court(policy=policy) for _ in range(CLIENTS)]
    unit = live.unit()
    people = [member_of(live, unit) for _ in range(CLIENTS)]
    live.commit()
    for number in range(20):
        day = lending.day(1 + number)
        wishes = [
            lending.wish(court, day, "19:00", 60, member=who, people=2)
            for court, who in zip(courts, people, strict=True)
        ]
        results = together(live.app, [taking(wish) for wish in wishes], at_once=CLIENTS)
        assert codes(results) == {"won": 2, "rules_failed": CLIENTS - 2}


def test_a_member_has_an_hour_a_day_from_all_their_phones(live: Factory, lending: Lending) -> None:
    policy = lending.policy(**(COURT | {"opens_days": 60}))
    courts = [lending.court(policy=policy) for _ in range(8)]
    member = live.member()
    live.commit()
    for number in range(20):
        day = lending.day(1 + number)
        wishes = [
            lending.wish(court, day, "19:00", 60, member=member, people=2) for court in courts
        ]
        results = together(live.app, [taking(wish) for wish in wishes], at_once=8)
        assert codes(results) == {"won": 1, "rules_failed": 7}


def test_the_last_keyboard_is_carried_to_one_room(live: Factory, lending: Lending) -> None:
    policy = lending.policy(opens_days=366, troupe_week_minutes=0)
    rooms = [lending.room(policy=policy) for _ in range(8)]
    keyboard = lending.equipment(stock=2)
    troupes = leaders(lending, 8)
    live.commit()
    for number in range(10):
        wishes = [
            lending.wish(
                room,
                lending.day(1 + number),
                "19:00",
                60,
                troupe=troupe,
                member=leader,
                equipment={keyboard.id: 1},
            )
            for room, (troupe, leader) in zip(rooms, troupes, strict=True)
        ]
        results = together(live.app, [taking(wish) for wish in wishes], at_once=8)
        assert codes(results) == {"won": 2, "equipment_short": 6}
