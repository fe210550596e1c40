"""What is taught, for addresses that ask for it: a class somebody is in, its certificate, a menu."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from palace import clock
from palace.certificates.models import Certificate
from palace.classes.models import Recording
from palace.courses.models import ClassSession, ClassWait, Enrolment
from palace.members.models import Member
from palace.rollcall.models import Invitation
from palace.security import public_code
from palace.surveys import queries as surveys
from palace.surveys.models import SurveyLine
from palace.teachers.models import HoursSheet
from tests.factory import NUMBERS, Factory
from tests.surveys.conftest import a_menu
from tests.teaching import Teaching


@dataclass(frozen=True)
class Taught:
    """A member's place in a class, what they were given for it, and a menu's line."""

    enrolment: Enrolment
    class_session: ClassSession
    certificate: Certificate
    recording: Recording
    line: SurveyLine
    wait: ClassWait
    invitation: Invitation
    sheet: HoursSheet

    def values(self) -> dict[str, object]:
        """Return the address values of these things."""
        return {
            "offering_id": self.enrolment.offering_id,
            "course_id": self.enrolment.offering.course_id,
            "term_id": self.enrolment.offering.term_id,
            "teacher_id": self.enrolment.offering.teacher_id,
            "session_id": self.class_session.id,
            "certificate_id": self.certificate.id,
            "recording_id": self.recording.id,
            "survey_id": self.line.survey_id,
            "line_id": self.line.id,
            "invitation_id": self.invitation.id,
            "sheet_id": self.sheet.id,
        }


def teach_something(make: Factory, member: Member) -> Taught:
    """Let a member take part in a class, and make everything else that hangs on one."""
    teaching = Teaching(make)
    teaching.rules()
    offering = teaching.offering()
    enrolment = teaching.enrolment(offering, member)
    recording = Recording(
        course_id=offering.course_id,
        title_zh="第一课",
        address="https://video.example/1",
        added_by="system",
        added_at=clock.now(),
    )
    certificate = _certificate(enrolment)
    invitation = Invitation(
        offering_id=offering.id,
        teacher_id=offering.teacher_id,
        asked_at=clock.now(),
        asked_by="system",
    )
    sheet = HoursSheet(
        teacher_id=offering.teacher_id,
        month=teaching.today().replace(day=1),
        sessions=2,
        minutes=180,
        signed_at=clock.now(),
    )
    make.add(recording, certificate, invitation, sheet)
    return Taught(
        enrolment=enrolment,
        class_session=teaching.session(offering, teaching.day(60)),
        certificate=certificate,
        recording=recording,
        line=surveys.lines(a_menu(make).id)[0],
        wait=teaching.wait(
            teaching.offering(places=1), member, lapses_at=clock.now() + timedelta(hours=2)
        ),
        invitation=invitation,
        sheet=sheet,
    )


def _certificate(enrolment: Enrolment) -> Certificate:
    serial = next(NUMBERS)
    return Certificate(
        code=public_code(),
        site_id=enrolment.offering.term.site_id,
        year=2000,
        serial=serial,
        number=f"TEST-2000-{serial:04d}",
        enrolment_id=enrolment.id,
        name=enrolment.member.name,
        title_zh="书法基础",
        title_en="Calligraphy",
        attended=9,
        held=10,
        minutes=900,
        issued_at=clock.now(),
        issued_by="system",
    )
