"""Answers about opening hours, how rooms are lent, and closures."""

from __future__ import annotations

from palace.hours.rules import Outcome
from palace.rooms.wishes import Takers
from palace.venues.rules import Use
from tests.architecture.shapes.kinds import (
    CODE,
    DAY,
    INSTANT,
    NUMBER,
    TEXT,
    YES_NO,
    Shape,
    each,
    exactly,
    known,
    maybe,
    one_of,
)

VALUE: Shape = {"type": ["integer", "boolean", "string"]}
FLOOR: Shape = {"type": "integer"}
POLICY = {"policy": NUMBER, "site": NUMBER, "takers": one_of(Takers), "name": TEXT}
ROOMS: dict[str, Shape] = {
    "SpecialDay": exactly(special=NUMBER, site=maybe(NUMBER), day=DAY, counts_as=NUMBER, name=TEXT),
    "SpecialDays": exactly(days=each(known("SpecialDay"))),
    "DaysLooked": exactly(
        lines=each(
            exactly(
                line=NUMBER,
                outcome=one_of(Outcome),
                day=maybe(DAY),
                counts_as=maybe(NUMBER),
                sentence=TEXT,
            )
        )
    ),
    "OpeningWeek": exactly(
        site=NUMBER,
        space=maybe(NUMBER),
        own=YES_NO,
        seen=TEXT,
        week=exactly(**{f"weekday_{number}": TEXT for number in range(1, 8)}),
    ),
    "OpeningWeeks": exactly(houses=each(known("OpeningWeek"))),
    "OpeningHours": exactly(
        houses=each(
            exactly(
                site=NUMBER,
                space=maybe(NUMBER),
                name=TEXT,
                days=each(
                    exactly(day=DAY, open=each(exactly(opens_at=INSTANT, closes_at=INSTANT)))
                ),
            )
        ),
        days=each(known("SpecialDay")),
        closures=each(
            exactly(spaces=each(NUMBER), starts_at=INSTANT, ends_at=INSTANT, reason=TEXT)
        ),
    ),
    "Closure": exactly(
        closure=CODE,
        spaces=each(NUMBER),
        starts_at=INSTANT,
        ends_at=INSTANT,
        reason=TEXT,
        stands=YES_NO,
    ),
    "Closures": exactly(closures=each(known("Closure"))),
    "ClosureLooked": exactly(
        count=NUMBER,
        seen=TEXT,
        taken=each(exactly(space=NUMBER, day=DAY, use=one_of(Use), title=TEXT)),
    ),
    "LendingPolicies": exactly(policies=each(exactly(**POLICY))),
    "LendingPolicy": exactly(
        **POLICY,
        seen=TEXT,
        figures=each(exactly(name=TEXT, value=VALUE, default=VALUE)),
        presets=each(exactly(preset=TEXT, name=TEXT, source=TEXT, in_force=YES_NO)),
    ),
    "PolicyLooked": exactly(failing={"type": "object", "additionalProperties": NUMBER}),
    "LentRooms": exactly(
        rooms=each(
            exactly(
                space=NUMBER, site=NUMBER, name=TEXT, floor=FLOOR, policy=NUMBER, bookable=YES_NO
            )
        )
    ),
    "LentRoom": exactly(
        space=NUMBER,
        name=TEXT,
        seen=TEXT,
        policy=maybe(NUMBER),
        equipment=each(exactly(equipment=NUMBER, count=NUMBER)),
        floor=FLOOR,
        area_m2=maybe(NUMBER),
        setup_minutes=NUMBER,
        teardown_minutes=NUMBER,
        min_people=NUMBER,
        capacity=NUMBER,
        approval=YES_NO,
        bookable=YES_NO,
        purposes=each(TEXT),
    ),
    "OutsideHours": exactly(
        dates=each(
            exactly(occurrence=NUMBER, space=NUMBER, starts_at=INSTANT, ends_at=INSTANT, title=TEXT)
        )
    ),
    "Equipment": exactly(
        equipment=each(exactly(equipment=NUMBER, site=NUMBER, name=TEXT, stock=NUMBER))
    ),
}
