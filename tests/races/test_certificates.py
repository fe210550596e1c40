"""Certificates of two classes given at once, and of one class by two people: numbers without holes."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

from flask import Flask
from sqlalchemy import select, update

from palace.certificates import services
from palace.certificates.models import Certificate
from palace.courses.models import ClassSession
from palace.courses.queries.facts import get_offering
from palace.db import db
from tests.certificates.conftest import finished
from tests.factory import Factory
from tests.races.together import codes, together
from tests.teaching import Teaching


def issue(offering_id: int, by: str) -> object:
    """Issue the certificates of a class as a view does."""
    return services.issue(get_offering(offering_id), by=by)


def test_classes_and_issuers_at_once_leave_no_hole(live: Factory, live_app: Flask) -> None:
    teaching = Teaching(live)
    classes = [finished(live, teaching, 3, 3, 3, sessions=3) for _ in range(4)]
    live.set_clock(None)
    ids = [one.offering.id for one in classes]
    ago = timedelta(days=365)
    db.session.execute(
        update(ClassSession).values(
            starts_at=ClassSession.starts_at - ago, ends_at=ClassSession.ends_at - ago
        )
    )
    live.commit()
    jobs = [partial(issue, of, f"staff:{turn}") for of in ids for turn in range(4)]
    assert codes(together(live_app, jobs)) == {"won": 4, "nobody_earned": 12}
    db.session.rollback()
    serials = sorted(db.session.scalars(select(Certificate.serial)))
    assert serials == list(range(1, 13))
