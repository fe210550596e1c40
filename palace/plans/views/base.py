"""What the pages of seat plans share: whose they are, how they are drawn and told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from flask import Blueprint
from flask_babel import gettext
from flask_login import current_user
from markupsafe import Markup

from palace import words
from palace.errors import PalaceError
from palace.members.posts import AT_PROGRAMME
from palace.plans import placing
from palace.plans.errors import PlanRowsWrong
from palace.plans.models import PlanDraft
from palace.plans.queries import Sites
from palace.plans.rules import DOUBTS, WRONG, Part, doubts_about
from palace.text import N_
from palace.tickets.seatmap import PLAIN, drawn_svg
from palace.venues import seatplan
from palace.venues.rules import PlanSeat
from palace.venues.seatplan import COLOURS
from palace.web import refusal_words

PALETTE = {
    "A": N_("红"),
    "B": N_("金"),
    "C": N_("绿"),
    "D": N_("蓝"),
    "E": N_("红，带纹"),
    "F": N_("金，带纹"),
    "G": N_("绿，带纹"),
    "H": N_("蓝，带纹"),
}

bp = Blueprint("plans", __name__, url_prefix="/staff/plans")


def own_sites() -> Sites:
    """Return the sites whose plans this person looks after; None: all."""
    sites: Sites = current_user.sites(*AT_PROGRAMME)
    return sites


def drawn(document: Part) -> tuple[Part, list[PlanSeat], Markup]:
    """Return a document's drawing, its seats in plan order, and its map as members see it."""
    read = seatplan.read(document)
    seats = placing.as_seats(read.seats)
    return read.drawing, seats, drawn_svg(read.drawing, seats, words.language())


def doubts(document: Part) -> list[str]:
    """Return what a document is asked about, in words."""
    return [str(gettext(DOUBTS[one.doubt], **one.values)) for one in doubts_about(document)]


def problems(refusal: PalaceError | None) -> list[tuple[int, str]]:
    """Return what is wrong line by line, where a sheet was refused for it."""
    if not isinstance(refusal, PlanRowsWrong):
        return []
    return [(one.line, str(gettext(WRONG[one.wrong], value=one.value))) for one in refusal.problems]


def told(refusal: PalaceError | None) -> str:
    """Return a refusal in words, or nothing."""
    return refusal_words(refusal) if refusal else ""


def parts_json(parts: Sequence[Part], seats: Counter[str]) -> list[dict[str, Any]]:
    """Return zones or entrances as programs read them."""
    return [
        {
            "code": part["code"],
            "name": part["name"][words.language()],
            "colour": part.get("colour"),
            "seats": seats[part["code"]],
        }
        for part in parts
    ]


def colour_of(part: Part, place: int) -> str:
    """Return the colour a zone is drawn in."""
    code: str = part["code"]
    plain = code if code in PLAIN else COLOURS[place % len(COLOURS)]
    return str(part.get("colour") or plain)


def draft_json(draft: PlanDraft) -> dict[str, Any]:
    """Return a draft as programs read it."""
    document = draft.document
    return {
        "draft": draft.id,
        "revision": draft.revision,
        "space": draft.space_id,
        "plan": draft.plan_id,
        "name": document["name"][words.language()],
        "seats": len(document["seats"]),
        "zones": parts_json(
            document["categories"], Counter(seat["category"] for seat in document["seats"])
        ),
        "entrances": parts_json(
            document["entrances"], Counter(seat["entrance"] for seat in document["seats"])
        ),
        "doubts": doubts(document),
    }
