"""Who waits for a class, in which order, as the office of its house sees it; nobody gives a place past it."""

from __future__ import annotations

from typing import Any

from flask.typing import ResponseReturnValue
from flask_login import current_user

from palace import clock
from palace.clock import iso
from palace.courses.queries import facts, waits
from palace.courses.queries.waits import Standing
from palace.courses.views.waiting import bp, bring_up
from palace.members.posts import AT_PROGRAMME
from palace.web import allow, answer


@bp.get("/staff/offerings/<id:offering_id>/waits")
@allow(*AT_PROGRAMME)
def staff(offering_id: int) -> ResponseReturnValue:
    """Show who waits for a class of one's houses, in their order, and how those who do not any more ended."""
    of = facts.staff_offering(offering_id, current_user.sites(*AT_PROGRAMME))
    bring_up(of.id)
    live, ended = waits.queue_of(of.id, clock.now())
    return answer(
        "courses/queue.html",
        lambda: {
            "offering": of.id,
            "waiting": [_json(one) for one in live],
            "ended": [_json(one) for one in ended],
        },
        of=of,
        live=live,
        ended=ended,
        figures=facts.class_rules(of.term.site_id),
    )


def _json(standing: Standing) -> dict[str, Any]:
    return {
        "wait": standing.wait.id,
        "state": standing.state,
        "channel": standing.wait.channel,
        "place": standing.place or None,
        "joined_at": iso(standing.wait.joined_at),
        "lapses_at": iso(standing.lapses_at) if standing.lapses_at else None,
    }
