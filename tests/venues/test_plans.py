"""Seating plans are brought in whole, in plan order and in both languages, or refused in words."""

from __future__ import annotations

import copy
import json
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import func, select

from palace.db import db
from palace.demo.house import FILES
from palace.errors import PalaceError
from palace.venues import queries, services
from palace.venues.errors import PlanCodeUnknown, PlanMiscounted, PlanSeatRepeated, PlanUnreadable
from palace.venues.models import Seat, SeatingPlan
from palace.venues.rules import SeatType
from tests.factory import Factory

Document = dict[str, Any]


def document(name: str = "concert") -> Document:
    """Return a plan of the demonstration palace."""
    found: Document = json.loads((FILES / f"{name}.json").read_text(encoding="utf-8"))
    return found


@pytest.mark.parametrize(
    ("name", "count", "wheelchairs"), [("theatre", 1234, 8), ("concert", 400, 2)]
)
def test_the_halls_of_the_demonstration_come_in_whole(
    make: Factory, name: str, count: int, wheelchairs: int
) -> None:
    plan = services.import_plan(make.space(), document(name))

    seats = queries.seats(plan.id)
    kinds = Counter(seat.type for seat in seats)
    assert [seat.ordinal for seat in seats] == list(range(count))
    assert kinds[SeatType.WHEELCHAIR] == kinds[SeatType.COMPANION] == wheelchairs


def test_seats_stand_in_plan_order_whatever_the_document_says(make: Factory) -> None:
    shuffled = document()
    shuffled["seats"].reverse()

    plan = services.import_plan(make.space(), shuffled)

    seats = queries.seats(plan.id)
    assert (seats[0].code, seats[-1].code) == ("ST-01-01", "GB-02-24")
    rows = [(seat.section, int(seat.row)) for seat in seats if seat.section == "ST"]
    assert rows == sorted(rows)


def test_a_seat_knows_its_one_name_and_its_door(make: Factory) -> None:
    plan = services.import_plan(make.space(), document("theatre"))

    seat = db.session.scalars(
        select(Seat).where(Seat.plan_id == plan.id, Seat.code == "BA-08-30")
    ).one()

    assert (seat.label_zh, seat.door_zh) == ("楼座8排30座", "二层双号门")
    assert (seat.label_en, seat.door_en) == ("Balcony row 8 seat 30", "level 2, even door")


def test_the_best_spot_is_the_middle_of_the_ninth_row_unless_the_plan_says_so(
    make: Factory,
) -> None:
    pointed = document("theatre") | {"focus": [0, 160]}

    plans = [services.import_plan(make.space(), plan) for plan in (document("theatre"), pointed)]

    best = [min(queries.seats(plan.id), key=lambda seat: seat.score).row for plan in plans]
    assert best == ["9", "1"]


def test_the_same_plan_again_is_a_new_version(make: Factory) -> None:
    hall = make.space()

    plans = [services.import_plan(hall, document()) for _ in range(2)]

    assert [plan.version for plan in plans] == [1, 2]


def test_the_drawing_keeps_what_the_map_needs(make: Factory) -> None:
    plan = services.import_plan(make.space(), document("theatre"))

    assert [zone["code"] for zone in plan.drawing["zones"]] == ["A", "B", "C", "D"]
    assert [shape["kind"] for shape in plan.drawing["shapes"]][:2] == ["stage", "pit"]
    assert plan.drawing["numbering"] == "odd-left-even-right"


def in_seat(**values: object) -> Callable[[Document], object]:
    """Return what changes the second seat of a plan."""
    return lambda plan: plan["seats"][1].update(values)


def without(field: str) -> Callable[[Document], object]:
    """Return what takes a field away from a plan."""
    return lambda plan: plan.pop(field)


REFUSED: list[tuple[Callable[[Document], object], type[PalaceError]]] = [
    (lambda plan: plan.update(format="seatplan/2"), PlanUnreadable),
    (lambda plan: plan.update(seats=[]), PlanUnreadable),
    (lambda plan: plan.update(seats="ST-01-01"), PlanUnreadable),
    (lambda plan: plan.update(seats=[1, 2]), PlanUnreadable),
    (lambda plan: plan.update(capacity=True), PlanUnreadable),
    (lambda plan: plan.update(capacity=399), PlanMiscounted),
    (lambda plan: plan.update(id="../etc/passwd"), PlanUnreadable),
    (lambda plan: plan.update(focus=[1]), PlanUnreadable),
    (lambda plan: plan.update(name={"zh": "厅"}), PlanUnreadable),
    (lambda plan: plan.update(label={"zh": "座" * 81, "en": "x"}), PlanUnreadable),
    (lambda plan: plan["sections"].append(plan["sections"][0]), PlanUnreadable),
    (lambda plan: plan["shapes"][0].update(d="M0 0<script>"), PlanUnreadable),
    (lambda plan: plan["shapes"][0].update(kind="window"), PlanCodeUnknown),
    (without("entrances"), PlanUnreadable),
    (without("numbering"), PlanUnreadable),
    (in_seat(id="ST-01-01"), PlanSeatRepeated),
    (in_seat(number="1"), PlanSeatRepeated),
    (in_seat(pos=0), PlanSeatRepeated),
    (in_seat(id="座" * 3), PlanUnreadable),
    (in_seat(id="X" * 21), PlanUnreadable),
    (in_seat(row="1\x00"), PlanUnreadable),
    (in_seat(row=1), PlanUnreadable),
    (in_seat(pos=-1), PlanUnreadable),
    (in_seat(pos=2**63), PlanUnreadable),
    (in_seat(x=float("nan")), PlanUnreadable),
    (in_seat(y=10**400), PlanUnreadable),
    (in_seat(angle="0"), PlanUnreadable),
    (in_seat(restricted="no"), PlanUnreadable),
    (in_seat(section="BA"), PlanCodeUnknown),
    (in_seat(category="Z"), PlanCodeUnknown),
    (in_seat(entrance="9L"), PlanCodeUnknown),
    (in_seat(type="throne"), PlanCodeUnknown),
]


@pytest.mark.parametrize(("spoil", "refusal"), REFUSED)
def test_a_broken_plan_is_refused_and_nothing_is_stored(
    make: Factory, spoil: Callable[[Document], object], refusal: type[PalaceError]
) -> None:
    hall, broken = make.space(), copy.deepcopy(document())
    spoil(broken)

    with pytest.raises(refusal):
        services.import_plan(hall, broken)

    stored = select(func.count()).select_from(SeatingPlan).where(SeatingPlan.space_id == hall.id)
    assert db.session.scalar(stored) == 0


def test_words_in_a_label_are_not_formatted_as_code(make: Factory) -> None:
    plan = document() | {"label": {"zh": "{section.__class__}{row}", "en": "{0} {number}"}}

    stored = services.import_plan(make.space(), plan)

    first = queries.seats(stored.id)[0]
    assert (first.label_zh, first.label_en) == ("{section.__class__}1", "{0} 1")
