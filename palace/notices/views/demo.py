"""The messages of a demonstration palace, where no telephone rings."""

from __future__ import annotations

from datetime import timedelta

from flask import current_app
from flask.typing import ResponseReturnValue

from palace import clock
from palace.errors import NotFound
from palace.notices import queries, rules, senders
from palace.notices.models import Notice
from palace.web import answer, public

SHOWN = timedelta(hours=1)


@public
def messages() -> ResponseReturnValue:
    """Show what was sent in the last hour, newest first; the page does not exist outside a demonstration."""
    if not current_app.extensions["palace"].demo:
        raise NotFound
    found = queries.since(clock.now() - SHOWN, list(senders.KINDS))
    receivers = queries.receivers(found)
    shown = [
        {
            "at": notice.created_at,
            "phone": _address(notice, receivers[notice.id]),
            "text": senders.text_of(notice.kind, notice.subject, notice.values),
        }
        for notice in found
    ]
    return answer("members/messages.html", {"messages": shown}, messages=shown)


def _address(notice: Notice, receiver: rules.Receiver) -> str:
    """Return the number or the e-mail address a message goes to; empty: it stands in the inbox alone."""
    if rules.stays_inside(notice.kind, receiver):
        return ""
    return receiver.email or receiver.phone or ""
