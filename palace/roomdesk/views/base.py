"""What the pages of the desk of rooms share."""

from __future__ import annotations

from flask import Blueprint
from flask_babel import gettext
from flask_login import current_user

from palace.hours.queries.weeks import Sites
from palace.members.rules import Role
from palace.rooms.wishes import Takers
from palace.text import N_

DESK = "/staff/rooms"
ADMINISTRATORS = (Role.ADMIN, Role.SITE_ADMIN)
TAKERS = {Takers.TROUPE: N_("文艺团队，由负责人约"), Takers.MEMBER: N_("会员自己")}

bp = Blueprint("roomdesk", __name__)


def own_sites() -> Sites:
    """Return the houses whose rooms this person looks after; None: all."""
    found: Sites = current_user.sites(*ADMINISTRATORS)
    return found


def saved(*, changed: bool) -> str:
    """Return the sentence of a form that was saved."""
    return str(gettext("改好了，马上生效。") if changed else gettext("和原来一样，没有改。"))
