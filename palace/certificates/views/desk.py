"""A class's certificates, for its teacher and the office: given to all who earned one, revoked, renewed."""

from __future__ import annotations

from typing import Any

from flask import Response, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext
from flask_login import current_user

from palace import clock
from palace.certificates import printing, queries, services
from palace.certificates.forms import RevokeForm
from palace.certificates.views.base import bp, certificate_json
from palace.courses.queries.facts import class_rules
from palace.courses.queries.taught import class_of
from palace.db import db, transaction
from palace.errors import BadInput, NotFound, PalaceError
from palace.members.posts import AT_PROGRAMME
from palace.members.rules import Role
from palace.paper import PRINTS, sent
from palace.web import allow, answer, checked, pass_on, reads, refusal_words, wants_json

OF_CLASS = "/classes/<id:offering_id>/certificates"
OF_ONE = f"{OF_CLASS}/<id:certificate_id>"
MAY = (Role.TEACHER, *AT_PROGRAMME)


@bp.get(OF_CLASS)
@allow(*MAY)
def desk(offering_id: int) -> ResponseReturnValue:
    """Show who of a class earned a certificate, and who has one."""
    return _page(offering_id)


@bp.post(OF_CLASS)
@allow(*MAY)
def issue(offering_id: int) -> ResponseReturnValue:
    """Give everybody of a class who earned one their certificate."""
    found = class_of(offering_id, current_user)
    try:
        with transaction():
            given = services.issue(found, by=current_user.actor)
    except PalaceError as refusal:
        return _refused(offering_id, refusal)
    said = ngettext(
        "发了%(num)s张证书，已经通知本人。", "发了%(num)s张证书，已经通知本人。", len(given)
    )
    return _done(offering_id, said)


@bp.post(f"{OF_ONE}/revoke")
@allow(*MAY)
@reads(RevokeForm)
def revoke(offering_id: int, certificate_id: int) -> ResponseReturnValue:
    """Take a certificate back, with a reason."""
    class_of(offering_id, current_user)
    form = RevokeForm()
    try:
        checked(form)
        with transaction():
            why = form.why.data or ""
            services.revoke(offering_id, certificate_id, why, by=current_user.actor)
    except PalaceError as refusal:
        return _refused(offering_id, refusal, (certificate_id, form))
    return _done(offering_id, gettext("撤销了。"))


@bp.post(f"{OF_ONE}/reissue")
@allow(*MAY)
def reissue(offering_id: int, certificate_id: int) -> ResponseReturnValue:
    """Give a certificate anew in the place of one that was revoked."""
    found = class_of(offering_id, current_user)
    try:
        with transaction():
            services.reissue(found, certificate_id, by=current_user.actor)
    except PalaceError as refusal:
        return _refused(offering_id, refusal)
    return _done(offering_id, gettext("补发了一张，编号是新的。"))


@bp.get("/classes/<id:offering_id>/certificates.pdf")
@allow(*MAY)
@PRINTS
def class_pdf(offering_id: int) -> ResponseReturnValue:
    """Send all certificates of a class that hold, a page each."""
    class_of(offering_id, current_user)
    found = [one for one in queries.of_class(offering_id) if one.revoked_at is None]
    if not found:
        raise NotFound
    return sent(printing.job_of(found), f"certificates-{offering_id}")


def _done(offering_id: int, said: str) -> ResponseReturnValue:
    if wants_json():
        return _page(offering_id)
    flash(said)
    return redirect(url_for("certificates.desk", offering_id=offering_id), 303)


def _refused(
    offering_id: int, refusal: PalaceError, revoking: tuple[int, RevokeForm] | None = None
) -> Response:
    pass_on(refusal)
    db.session.rollback()
    said = "" if isinstance(refusal, BadInput) else refusal_words(refusal)
    return _page(offering_id, said, refusal.status, revoking)


def _page(
    offering_id: int,
    said: str = "",
    status: int = 200,
    revoking: tuple[int, RevokeForm] | None = None,
) -> Response:
    found = class_of(offering_id, current_user)
    percent = class_rules(found.term.site_id).certificate_percent
    lines, length = queries.lines(offering_id, percent), queries.length_of(offering_id)
    return answer(
        "certificates/desk.html",
        lambda: {"percent": percent, "people": [_line_json(one) for one in lines]},
        status=status,
        offering=found,
        lines=lines,
        due=[one for one in lines if one.due],
        over=length.ends_at is not None and length.ends_at <= clock.now(),
        ends_at=length.ends_at,
        percent=percent,
        revoking=revoking or (0, None),
        blank=RevokeForm(formdata=None),
        told=said,
    )


def _line_json(line: queries.Line) -> dict[str, Any]:
    return {
        "enrolment": line.enrolment.code,
        "attended": line.attended,
        "held": line.held,
        "earned": line.earned,
        "certificates": [
            certificate_json(one) | {"certificate": one.id} for one in line.certificates
        ],
    }
