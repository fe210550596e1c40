"""Working on a draft: nothing anybody sees changes before it is kept."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from palace import clock
from palace.db import db
from palace.members.services import note
from palace.plans import queries
from palace.plans.errors import (
    NothingChosen,
    PartTaken,
    PartUnknown,
    PartUsed,
    SeatsUnknown,
)
from palace.plans.models import PlanDraft
from palace.plans.rules import Part, picked_ids
from palace.venues import seatplan
from palace.venues.models import SeatingPlan, Space
from palace.venues.queries import plan as whole_plan
from palace.venues.rules import SeatType

MOST_NAMED = 5
LIST_OF = {"zone": "categories", "entrance": "entrances"}
SEATS_IN = {"zone": "category", "entrance": "entrance"}


def begin(space: Space, document: Part, plan: SeatingPlan | None = None) -> PlanDraft:
    """Begin a draft for a hall; with `plan`, to become its next version."""
    draft = PlanDraft(
        space_id=space.id,
        space=space,
        plan_id=plan.id if plan else None,
        plan=plan,
        document=document,
        revision=1,
        changed_at=clock.now(),
    )
    db.session.add(draft)
    db.session.flush()
    note(
        "plan_drafted",
        f"plan_draft:{draft.id}",
        after={"space": space.id, "seats": len(document["seats"]), "plan": draft.plan_id},
    )
    return draft


def begin_from(plan: SeatingPlan, space: Space) -> PlanDraft:
    """Begin a draft with what a version is now."""
    return begin(space, document_of(plan), plan)


def document_of(plan: SeatingPlan) -> Part:
    """Return the document of a stored version."""
    return seatplan.document_of(plan.code, plan.drawing, whole_plan(plan.id).seats)


@dataclass(frozen=True, kw_only=True)
class Change:
    """What chosen seats become; what is empty stays."""

    zone: str = ""
    type: str = ""
    restricted: str = ""
    entrance: str = ""

    @property
    def fields(self) -> Part:
        """Return the fields of a document's seat."""
        told = {"category": self.zone, "type": self.type, "entrance": self.entrance}
        changed: Part = {name: value for name, value in told.items() if value}
        return changed | ({"restricted": self.restricted == "yes"} if self.restricted else {})


def set_seats(
    draft_id: int, seen: int, codes: Collection[str], parts: Collection[str], change: Change
) -> int:
    """Change the chosen seats; return how many are otherwise now.

    Args:
        seen: the revision that was on the page.
        codes: seats one by one; `parts`: sections, rows and blocks of seats (ST, ST/5, ST/5/1).

    Raises:
        DraftChanged: somebody was quicker.
        NothingChosen, SeatsUnknown, PartUnknown: nothing is changed then.
    """
    draft = queries.locked_draft(draft_id, seen)
    document = draft.document
    chosen = picked_ids(document["seats"], codes, parts)
    unknown = set(codes) - chosen
    if unknown:
        raise SeatsUnknown(seats=sorted(unknown)[:MOST_NAMED])
    if not chosen or not change.fields:
        raise NothingChosen
    _check_known(document, change)
    seats = [seat | change.fields if seat["id"] in chosen else seat for seat in document["seats"]]
    before: list[Part] = document["seats"]
    pairs = zip(seats, before, strict=True)
    changed = sum(1 for one, other in pairs if one != other)
    _write(draft, document | {"seats": seats})
    return changed


def _check_known(document: Part, change: Change) -> None:
    for kind, code in (("zone", change.zone), ("entrance", change.entrance)):
        if code and code not in _codes(document, kind):
            raise PartUnknown(part=code)
    if change.type and change.type not in list(SeatType):
        raise PartUnknown(part=change.type)


def _codes(document: Part, kind: str) -> list[str]:
    return [part["code"] for part in document[LIST_OF[kind]]]


def set_part(draft_id: int, seen: int, kind: str, part: Part, *, new: bool) -> None:
    """Add a zone or an entrance, or give one other names and another colour.

    Raises:
        DraftChanged: somebody was quicker.
        PartTaken, PartUnknown: its code is there already, or is not.
        PlanUnreadable: a name is too long, or the code is none.
    """
    draft = queries.locked_draft(draft_id, seen)
    parts: list[Part] = draft.document[LIST_OF[kind]]
    is_there = part["code"] in _codes(draft.document, kind)
    if new and is_there:
        raise PartTaken(part=part["code"])
    if not new and not is_there:
        raise PartUnknown(part=part["code"])
    changed = [part if one["code"] == part["code"] else one for one in parts]
    parts = [*parts, part] if new else changed
    _write(draft, draft.document | {LIST_OF[kind]: parts})


def drop_part(draft_id: int, seen: int, kind: str, code: str) -> None:
    """Take an empty zone or entrance off a draft.

    Raises:
        DraftChanged: somebody was quicker.
        PartUnknown, PartUsed: there is none, or it has seats.
    """
    draft = queries.locked_draft(draft_id, seen)
    if code not in _codes(draft.document, kind):
        raise PartUnknown(part=code)
    count = sum(seat[SEATS_IN[kind]] == code for seat in draft.document["seats"])
    if count:
        raise PartUsed(part=code, seats=count)
    left = [one for one in draft.document[LIST_OF[kind]] if one["code"] != code]
    _write(draft, draft.document | {LIST_OF[kind]: left})


def _write(draft: PlanDraft, document: dict[str, Any]) -> None:
    seatplan.read(document)
    if document != draft.document:
        draft.document = document
        draft.revision += 1
        draft.changed_at = clock.now()
    db.session.flush()


def drop(draft_id: int, seen: int) -> None:
    """Throw a draft away.

    Raises:
        DraftChanged: somebody has worked on it since.
    """
    draft = queries.locked_draft(draft_id, seen)
    db.session.delete(draft)
    db.session.flush()
    note("plan_draft_dropped", f"plan_draft:{draft_id}")
