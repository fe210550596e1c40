"""Who leads a troupe: named by number and name, taken away again; giving such a post asks for a proof."""

from __future__ import annotations

from flask.typing import ResponseReturnValue
from flask_login import current_user

from palace.db import transaction
from palace.errors import PalaceError
from palace.text import N_
from palace.throttle import limiter
from palace.troupedesk.forms import LeaderForm
from palace.troupedesk.views.base import LED, MAY, done, sites, staff, told
from palace.troupedesk.views.desk import show
from palace.troupes import queries, services
from palace.web import allow, checked, reads, wants_json


@staff.post(f"{LED}/leaders")
@allow(*MAY, fresh=True)
@reads(LeaderForm)
@limiter.limit("60 per hour", key_func=lambda: f"troupe_leaders:{current_user.actor}")
def name_leader(troupe_id: int) -> ResponseReturnValue:
    """Name a troupe's leader, in the place of who was, or one more deputy."""
    queries.get_troupe(troupe_id, sites())
    form = LeaderForm()
    try:
        checked(form)
        with transaction():
            services.name_leader(troupe_id, form.somebody, form.as_what)
    except PalaceError as refusal:
        return show(troupe_id, told(refusal), refusal.status, leader=form)
    if wants_json():
        return show(troupe_id)
    said = N_("指定好了，已经通知。订好的场地照旧。")
    return done(said, "troupedesk.troupe", troupe_id=troupe_id)


@staff.post(f"{LED}/leaders/<id:post_id>/end")
@allow(*MAY, fresh=True)
def end_leading(troupe_id: int, post_id: int) -> ResponseReturnValue:
    """Take a leader's or a deputy's post away; what the troupe has taken stays."""
    queries.get_troupe(troupe_id, sites())
    with transaction():
        services.end_leading(troupe_id, post_id)
    if wants_json():
        return show(troupe_id)
    return done(N_("撤了，马上生效。订好的场地照旧。"), "troupedesk.troupe", troupe_id=troupe_id)
