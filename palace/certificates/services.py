"""Certificates are given to who was there often enough, revoked with a reason, given anew."""

from __future__ import annotations

from datetime import datetime

from palace import clock
from palace.certificates import claims, queries
from palace.certificates.errors import CertificateStands, NobodyEarned, NotEarned
from palace.certificates.models import Certificate
from palace.certificates.queries import Length, Line
from palace.certificates.rules import check_over, number_of
from palace.courses.claims import lock_offering
from palace.courses.models import Offering
from palace.courses.queries.facts import class_rules
from palace.db import db
from palace.members.services import note
from palace.notices import services as notices
from palace.security import public_code
from palace.venues.models import Site

ISSUED = "certificate_issued"


def issue(offering: Offering, *, by: str) -> list[Certificate]:
    """Give everybody of a class who earned one their certificate, once; who had one is passed over.

    Raises:
        ClassNotOver: its last session is not over, by the database's clock.
        NobodyEarned: there is nobody to give one to, such as when it is asked for twice.
    """
    lock_offering(offering.id)
    now, length = clock.now(), queries.length_of(offering.id)
    check_over(length.ends_at, now)
    percent = class_rules(offering.term.site_id).certificate_percent
    due = [line for line in queries.lines(offering.id, percent) if line.due]
    if not due:
        raise NobodyEarned(percent=percent)
    return _give(offering, due, length, now, by)


def revoke(offering_id: int, certificate_id: int, why: str, *, by: str) -> Certificate:
    """Take a certificate back with a reason; its page says so from now on. A second time changes nothing.

    Raises:
        NotFound: the class has none such.
    """
    lock_offering(offering_id)
    one = claims.lock(offering_id, certificate_id)
    if one.revoked_at is None:
        one.revoked_at, one.revoked_by, one.why = clock.now(), by, why
        db.session.flush()
        note("certificate_revoked", f"certificate:{one.id}", why=why)
    return one


def reissue(offering: Offering, certificate_id: int, *, by: str) -> Certificate:
    """Give one anew in the place of one that was revoked: another number, the name and roll of today.

    Raises:
        NotFound: the class has none such.
        CertificateStands: one of theirs still holds.
        NotEarned: as the roll stands now, they were not there often enough.
    """
    lock_offering(offering.id)
    old = claims.lock(offering.id, certificate_id)
    percent = class_rules(offering.term.site_id).certificate_percent
    lines = queries.lines(offering.id, percent)
    line = next((one for one in lines if one.enrolment.id == old.enrolment_id), None)
    if line and line.valid:
        raise CertificateStands
    if line is None or not line.earned or not line.name:
        raise NotEarned(percent=percent)
    return _give(offering, [line], queries.length_of(offering.id), clock.now(), by)[0]


def _give(
    offering: Offering, lines: list[Line], length: Length, now: datetime, by: str
) -> list[Certificate]:
    """Write certificates with the next numbers of the house's year, behind its lock, and tell of them."""
    site, year = db.session.get_one(Site, offering.term.site_id), clock.palace_day(now).year
    first = claims.last_serial(site.id, year) + 1
    given = [
        Certificate(
            code=public_code(),
            site_id=site.id,
            year=year,
            serial=serial,
            number=number_of(site.code, year, serial),
            enrolment_id=line.enrolment.id,
            enrolment=line.enrolment,
            name=line.name,
            title_zh=offering.course.title_zh,
            title_en=offering.course.title_en,
            attended=line.attended,
            held=line.held,
            minutes=length.minutes,
            issued_at=now,
            issued_by=by,
        )
        for serial, line in enumerate(lines, first)
    ]
    db.session.add_all(given)
    db.session.flush()
    note("certificates_issued", f"offering:{offering.id}", after={"count": len(given)})
    for one in given:
        told = {"title": {"zh": one.title_zh, "en": one.title_en}}
        receiver = f"member:{one.enrolment.member_id}"
        notices.owe(ISSUED, f"certificate:{one.id}", receiver, told, now)
    return given
