"""Certificates as a print job: landscape A4, the house's seal, the QR of the page that says it is true."""

from __future__ import annotations

from collections.abc import Sequence

import segno
from flask import current_app, render_template, url_for
from flask_babel import gettext

from palace import printing, words
from palace.certificates.models import Certificate
from palace.courses.queries.facts import class_rules
from palace.db import db
from palace.paper import Job
from palace.tickets.printing import LANG
from palace.venues.models import Site


def job_of(certificates: Sequence[Certificate]) -> Job:
    """Return certificates as one document, a page each."""
    title, lang, lessons = gettext("结业证书"), LANG[words.language()], lessons_of(certificates)
    html = render_template(
        "certificates/paper/certificates.html",
        title=title,
        lang=lang,
        pages=[
            (one, db.session.get_one(Site, one.site_id), lessons[one.id], address(one), _qr(one))
            for one in certificates
        ],
    )
    return Job(printing.covered(html), title, lang)


def lessons_of(certificates: Sequence[Certificate]) -> dict[int, int]:
    """Return how many lessons (课时) each class was, as its house counts them, the begun one not."""
    houses = {one.site_id for one in certificates}
    lesson = {site_id: class_rules(site_id).lesson_minutes for site_id in houses}
    return {one.id: one.minutes // lesson[one.site_id] for one in certificates}


def address(certificate: Certificate) -> str:
    """Return where everybody can read that it is true."""
    path = url_for("certificates.check", code=certificate.code)
    return str(current_app.extensions["palace"].public_url) + path


def _qr(certificate: Certificate) -> str:
    code = segno.make(address(certificate), error="m", micro=False)
    return code.png_data_uri(scale=6, border=4)
