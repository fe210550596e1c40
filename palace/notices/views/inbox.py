"""通知: what a member was told, newest first, and how they want to be told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Blueprint, Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from palace import clock, words
from palace.db import db, transaction
from palace.errors import PalaceError
from palace.members.queries import current_member
from palace.members.rules import Role
from palace.notices import queries, senders, services
from palace.notices.forms import LARGEST_ID, EmailCodeForm, EmailForm, ReadForm, WaysForm
from palace.notices.models import Contact, Notice
from palace.notices.rules import DECLINABLE, MANNERS, is_change, manner_of
from palace.text import N_
from palace.throttle import limiter
from palace.web import allow, answer, checked, reads, refusal_words, wants_json

CHANGED = N_("改动")
VALUE_NAMES = {
    "title": N_("剧目"),
    "place": N_("场地"),
    "starts_at": N_("时间"),
    "pay_by": N_("付款期限"),
    "amount": N_("金额"),
    "count": N_("张数"),
    "unit": N_("单位"),
}

bp = Blueprint("notices", __name__, url_prefix="/mine/notices")


@dataclass(frozen=True)
class Change:
    """A value that is not what it was, both sides in words."""

    name: str
    old: str
    new: str


@dataclass(frozen=True)
class Entry:
    """One notice as its reader sees it; `page` is where what it tells of is done."""

    id: int
    kind: str
    name: str
    at: datetime
    text: str
    body: str
    page: str
    changes: Sequence[Change]
    is_new: bool


@bp.get("")
@allow(Role.MEMBER)
@reads(query=["before"])
def inbox() -> ResponseReturnValue:
    """Show what the member was told, newest first, and how they are told."""
    return _page()


@bp.post("/read")
@allow(Role.MEMBER)
@reads(ReadForm)
def mark_read() -> ResponseReturnValue:
    """Mark everything up to a notice as read."""
    form = ReadForm()
    checked(form)
    with transaction():
        services.mark_read(current_member().id, form.up_to.data or 0, clock.now())
    return _done(N_("都标成看过了。"))


@bp.post("/ways")
@allow(Role.MEMBER)
@reads(WaysForm)
def set_ways() -> ResponseReturnValue:
    """Set the language of messages, and which kinds come by message or letter."""
    form = WaysForm()
    checked(form)
    muted = DECLINABLE - (form.wanted.data or frozenset())
    with transaction():
        services.set_ways(current_member().id, form.language.data or "zh", muted)
    return _done(N_("记下了，以后照这样通知您。"))


@bp.post("/email")
@allow(Role.MEMBER)
@reads(EmailForm)
@limiter.limit("20 per hour")
def ask_email() -> ResponseReturnValue:
    """Send a code to an e-mail address of the member's."""
    form = EmailForm()
    try:
        checked(form)
        with transaction():
            services.ask_email(current_member().id, form.email.data or "", clock.now())
    except PalaceError as refusal:
        return _refused(refusal, form, "email")
    return _done(N_("验证码发到邮箱了，填在下面。"), "by-mail")


@bp.post("/email/code")
@allow(Role.MEMBER)
@reads(EmailCodeForm)
@limiter.limit("60 per hour")
def prove_email() -> ResponseReturnValue:
    """Take the address for the member's by the code that came there."""
    form = EmailCodeForm()
    try:
        checked(form)
        with transaction():
            wrong = services.prove_email(current_member().id, form.code.data or "", clock.now())
        if wrong:
            raise wrong
    except PalaceError as refusal:
        return _refused(refusal, form, "code")
    return _done(N_("邮箱核对好了，以后的通知发到邮箱，不再发短信。"), "by-mail")


@bp.post("/email/drop")
@allow(Role.MEMBER)
def drop_email() -> ResponseReturnValue:
    """Send no letters any more."""
    with transaction():
        services.drop_email(current_member().id)
    return _done(N_("邮箱去掉了，以后发短信。"), "by-mail")


def entries(notices: Sequence[Notice]) -> list[Entry]:
    """Return notices in the reader's language; one that nobody can say is left out."""
    told = _bodies(notices)
    found = []
    for notice in notices:
        try:
            found.append(_entry(notice, told.get((notice.kind, notice.subject), {})))
        except KeyError:
            continue
    return found


def _entry(notice: Notice, body: Mapping[str, str]) -> Entry:
    text = senders.text_of(notice.kind, notice.subject, notice.values, whole=True)
    return Entry(
        id=notice.id,
        kind=notice.kind,
        name=gettext(manner_of(notice.kind).name or N_("通知")),
        at=notice.created_at,
        text=text if not body else senders.SAID["title"](notice.values["title"]),
        body=body.get(words.language()) or body.get("zh", ""),
        page=notice.values.get("page", ""),
        changes=[
            Change(gettext(VALUE_NAMES.get(name, CHANGED)), *_sides(name, value))
            for name, value in notice.values.items()
            if is_change(value)
        ],
        is_new=notice.read_at is None,
    )


def _sides(name: str, value: Mapping[str, Any]) -> tuple[str, str]:
    say = senders.SAID[name]
    return say(value["old"]), say(value["new"])


def _bodies(notices: Sequence[Notice]) -> dict[tuple[str, str], Mapping[str, str]]:
    found: dict[tuple[str, str], Mapping[str, str]] = {}
    for kind, texts in services.bodies.items():
        subjects = [notice.subject for notice in notices if notice.kind == kind]
        if subjects:
            found |= {(kind, subject): text for subject, text in texts(subjects).items()}
    return found


def _page(status: int = 200, refused: Mapping[str, Any] | None = None) -> Response:
    member = current_member()
    asked = request.args.get("before", type=int)
    before = None if asked is None else min(max(asked, 0), LARGEST_ID)
    found = queries.inbox(member.id, before, senders.KINDS)
    shown = entries(found[: queries.INBOX_PAGE])
    contact = queries.contact_of(member.id)
    unread = queries.unread_count(member.id, senders.KINDS)
    forms = {"email": EmailForm(formdata=None), "code": EmailCodeForm(formdata=None)}
    return answer(
        "notices/inbox.html",
        _json(shown, unread, contact),
        status=status,
        entries=shown,
        unread=unread,
        newest=found[0].id if found else 0,
        older=found[queries.INBOX_PAGE - 1].id if len(found) > queries.INBOX_PAGE else None,
        is_first=asked is None,
        contact=contact,
        spoken=contact.language or words.language(),
        manners={name: one for name, one in MANNERS.items() if name in senders.KINDS},
        mails=senders.mail_gateway() is not None,
        **(forms | dict(refused or {})),
    )


def _json(shown: Sequence[Entry], unread: int, contact: Contact) -> dict[str, Any]:
    return {
        "unread": unread,
        "language": contact.language,
        "email": contact.email,
        "muted": contact.muted,
        "notices": [
            {
                "notice": entry.id,
                "kind": entry.kind,
                "at": entry.at.astimezone(clock.SHANGHAI).isoformat(),
                "text": entry.text,
                "body": entry.body,
                "page": entry.page,
                "changes": [
                    {"name": one.name, "old": one.old, "new": one.new} for one in entry.changes
                ],
                "is_new": entry.is_new,
            }
            for entry in shown
        ],
    }


def _refused(refusal: PalaceError, form: EmailForm | EmailCodeForm, name: str) -> Response:
    if wants_json():
        raise refusal
    db.session.rollback()
    form[name].errors = form[name].errors or [refusal_words(refusal)]
    return _page(refusal.status, {name: form})


def _done(said: str, anchor: str | None = None) -> ResponseReturnValue:
    if wants_json():
        return _page()
    flash(gettext(said))
    return redirect(url_for("notices.inbox", _anchor=anchor), 303)
