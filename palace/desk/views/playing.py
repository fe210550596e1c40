"""Which troupes play in a performance: in the days before, their rehearsals go first."""

from __future__ import annotations

from flask.typing import ResponseReturnValue

from palace.db import transaction
from palace.desk.forms import TroupesForm
from palace.desk.views.base import MAY, ONE, bp, done, performance_of, saved
from palace.errors import BadInput
from palace.rooms.queries.shows import may_play, playing
from palace.rooms.services.shows import set_playing
from palace.web import allow, answer, checked, reads
from palace.words import named


@bp.get(f"{ONE}/troupes")
@allow(*MAY)
def troupes(performance_id: int) -> ResponseReturnValue:
    """Show which troupes play in a performance, and where that is changed."""
    one = performance_of(performance_id)
    on_stage = playing(one.id)
    choices = may_play(one.id, one.space.site_id)
    return answer(
        "desk/troupes.html",
        lambda: {
            "performance": one.id,
            "troupes": [
                {"troupe": troupe.id, "name": named(troupe), "plays": troupe.id in on_stage}
                for troupe in choices
            ],
        },
        one=one,
        choices=choices,
        on_stage=on_stage,
    )


@bp.post(f"{ONE}/troupes")
@allow(*MAY)
@reads(TroupesForm)
def set_troupes(performance_id: int) -> ResponseReturnValue:
    """Say which troupes play in a performance."""
    one, form = performance_of(performance_id), TroupesForm()
    checked(form)
    chosen = {int(number) for number in form.troupes.data}
    if not chosen <= {troupe.id for troupe in may_play(one.id, one.space.site_id)}:
        raise BadInput
    with transaction():
        changed = set_playing(one.id, chosen)
    return done(performance_of(performance_id), saved(changed=changed))
