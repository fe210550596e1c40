"""Who was there how often, and which certificates there are; never writes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, func, select
from sqlalchemy.orm import joinedload

from palace.certificates.errors import CertificateUnknown
from palace.certificates.models import Certificate
from palace.certificates.rules import earns
from palace.courses.models import ClassSession, Enrolment
from palace.courses.states import EnrolmentState, SessionState
from palace.db import db
from palace.errors import NotFound
from palace.rollcall.queries import attendance_of

MINUTE = 60


@dataclass(frozen=True)
class Length:
    """How long a class was: when its last session ends, and its minutes in all."""

    ends_at: datetime | None
    minutes: int


@dataclass(frozen=True, kw_only=True)
class Line:
    """Somebody of a class: how often they were there, whether that earns a certificate, those they have."""

    enrolment: Enrolment
    attended: int
    held: int
    earned: bool
    certificates: tuple[Certificate, ...]

    @property
    def name(self) -> str:
        """Return whose name a certificate bears; "": nobody wrote one."""
        of = self.enrolment.companion or self.enrolment.member
        return of.name

    @property
    def valid(self) -> Certificate | None:
        """Return the certificate that holds."""
        return next((one for one in self.certificates if one.revoked_at is None), None)

    @property
    def due(self) -> bool:
        """Return whether one is to be given: it is earned, and they never had one."""
        return self.earned and bool(self.name) and not self.certificates


def length_of(offering_id: int) -> Length:
    """Return how long a class was, of the sessions that took place."""
    spans = func.sum(func.extract("epoch", ClassSession.ends_at - ClassSession.starts_at))
    wanted = select(func.max(ClassSession.ends_at), func.coalesce(spans, 0)).where(
        ClassSession.offering_id == offering_id, ClassSession.state == SessionState.PLANNED
    )
    ends_at, seconds = db.session.execute(wanted).one()
    return Length(ends_at, int(seconds) // MINUTE)


def lines(offering_id: int, percent: int) -> list[Line]:
    """Return everybody who has a place in a class, with their attendance and certificates."""
    wanted = (
        select(Enrolment)
        .where(Enrolment.offering_id == offering_id, Enrolment.state == EnrolmentState.CONFIRMED)
        .options(joinedload(Enrolment.member))
        .order_by(Enrolment.id)
    )
    attendance, given = attendance_of(offering_id), _given(offering_id)
    held = max((one.held for one in attendance.values()), default=0)
    found = []
    for one in db.session.scalars(wanted):
        was = attendance.get(one.id)
        attended = was.attended if was else 0
        found.append(
            Line(
                enrolment=one,
                attended=attended,
                held=held,
                earned=earns(attended, held, percent),
                certificates=tuple(given.get(one.id, ())),
            )
        )
    return found


def _given(offering_id: int) -> dict[int, list[Certificate]]:
    found: dict[int, list[Certificate]] = {}
    for one in of_class(offering_id):
        found.setdefault(one.enrolment_id, []).append(one)
    return found


def of_class(offering_id: int) -> Sequence[Certificate]:
    """Return all certificates of a class by number, those that were revoked too."""
    wanted = _with_class().where(Enrolment.offering_id == offering_id)
    return db.session.scalars(wanted).all()


def of_member(member_id: int) -> Sequence[Certificate]:
    """Return a member's certificates and those of whom they enrolled, the newest first."""
    wanted = _with_class().where(Enrolment.member_id == member_id).order_by(None)
    return db.session.scalars(wanted.order_by(Certificate.id.desc())).all()


def get_own(member_id: int, code: str) -> Certificate:
    """Return a certificate of a member, or of somebody they enrolled.

    Raises:
        NotFound: there is none, or it is somebody else's.
    """
    wanted = _with_class().where(Certificate.code == code, Enrolment.member_id == member_id)
    found = db.session.scalars(wanted).first()
    if found is None:
        raise NotFound
    return found


def get(code: str) -> Certificate:
    """Return a certificate, whoever asks; also one that was revoked.

    Raises:
        CertificateUnknown: there is none of this code.
    """
    found = db.session.scalars(_with_class().where(Certificate.code == code)).first()
    if found is None:
        raise CertificateUnknown
    return found


def _with_class() -> Select[Certificate]:
    wanted = select(Certificate).join(Enrolment, Enrolment.id == Certificate.enrolment_id)
    return wanted.options(joinedload(Certificate.enrolment)).order_by(
        Certificate.year, Certificate.serial
    )
