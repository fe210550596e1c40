"""The numbers of a house's certificates, without holes: taken behind the house's lock, last of all."""

from __future__ import annotations

from sqlalchemy import func, select

from palace.certificates.models import Certificate
from palace.db import db
from palace.errors import NotFound
from palace.venues.models import Site


def last_serial(site_id: int, year: int) -> int:
    """Lock a house until the transaction ends, and return the last number of its year; 0: none yet.

    Who rolls back gives the numbers back that they took.
    """
    db.session.execute(select(Site.id).where(Site.id == site_id).with_for_update(key_share=True))
    wanted = select(func.max(Certificate.serial)).where(
        Certificate.site_id == site_id, Certificate.year == year
    )
    return db.session.scalar(wanted) or 0


def lock(offering_id: int, certificate_id: int) -> Certificate:
    """Lock a certificate of a class, read anew, behind the lock of the class.

    Raises:
        NotFound: the class has none such.
    """
    wanted = select(Certificate).where(Certificate.id == certificate_id)
    alone = wanted.with_for_update(of=Certificate, key_share=True)
    found = db.session.scalars(alone.execution_options(populate_existing=True)).first()
    if found is None or found.enrolment.offering_id != offering_id:
        raise NotFound
    return found
