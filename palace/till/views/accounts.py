"""What units settle later: the list with its due days, and settling one."""

from __future__ import annotations

from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import current_user

from palace import clock
from palace.db import transaction
from palace.errors import PalaceError
from palace.lists.services import answer as listed
from palace.members.posts import AT_COUNTERS
from palace.till import queries, services
from palace.till.forms import SettleForm
from palace.till.queries.listed import ACCOUNTS
from palace.till.rules import READERS
from palace.till.views.base import bp, done, own_sites, refused, staff_id
from palace.web import allow, checked, reads


@bp.get("/accounts")
@allow(*READERS)
@reads(query=ACCOUNTS.words)
def accounts() -> ResponseReturnValue:
    """Show what units settle later, the first due first."""
    return listed(ACCOUNTS)


@bp.post("/payments/<id:payment_id>/settle")
@allow(*AT_COUNTERS)
@reads(SettleForm)
def settle(payment_id: int) -> ResponseReturnValue:
    """Take what a unit owes for a payment."""
    queries.payment_at(payment_id, own_sites())
    form = SettleForm()
    try:
        checked(form)
        with transaction():
            services.settle_account(
                payment_id,
                method=form.way,
                reference=form.slip,
                staff_id=staff_id(),
                by=current_user.actor,
                now=clock.now(),
            )
    except PalaceError as refusal:
        return refused(payment_id, refusal, "settle", form)
    return done(payment_id, gettext("结清了，可以打印凭证。"))
