"""Asking a teacher to teach a class, or one session of it as a substitute; what they answer."""

from __future__ import annotations

from sqlalchemy.dialects.postgresql import insert

from palace import clock
from palace.courses.errors import SessionOver
from palace.courses.models import ClassSession, Offering
from palace.courses.queries import facts
from palace.courses.queries.teaching import busy
from palace.courses.services import announcing, places, planning
from palace.courses.services.telling import titles
from palace.courses.states import OfferingState, SessionState
from palace.db import db
from palace.members.services import note
from palace.notices import services as notices
from palace.rollcall.errors import InvitationClosed, InvitedBefore
from palace.rollcall.models import Invitation
from palace.rollcall.queries import invitations
from palace.rollcall.rules import Answer
from palace.teachers.errors import TeacherBusy
from palace.teachers.models import Teacher
from palace.teachers.rules import Span


def invite(
    offering: Offering, teacher: Teacher, class_session: ClassSession | None = None, *, by: str
) -> Invitation:
    """Ask a teacher to teach a class, or one session of it; their phone learns of it.

    Raises:
        InvitedBefore: they were asked this and have not answered.
        SessionOver: the session, or the whole class, is over or called off.
    """
    now = clock.now()
    sessions = _asked_for(offering, class_session)
    if offering.state is OfferingState.CANCELLED or not _coming(sessions):
        raise SessionOver
    row = {
        "offering_id": offering.id,
        "teacher_id": teacher.id,
        "class_session_id": class_session.id if class_session else None,
        "asked_at": now,
        "asked_by": by,
    }
    new = insert(Invitation).values(row).on_conflict_do_nothing().returning(Invitation)
    made = db.session.scalars(new).first()
    if made is None:
        raise InvitedBefore
    subject = f"teaching_invitation:{made.id}"
    note("teaching_invited", subject, after={"teacher": teacher.id, "offering": offering.id})
    if teacher.member_id is not None:
        first = min(one.starts_at for one in _coming(sessions))
        values = {"title": titles(offering), "starts_at": first.isoformat()}
        notices.owe("teaching_invited", subject, f"member:{teacher.member_id}", values, now)
    return made


def accept(invitation: Invitation, *, by: str) -> None:
    """Say yes: the class, or the session, is this teacher's at once. Again changes nothing.

    Who else was asked the same is not waited for any more.

    Raises:
        InvitationClosed: it was declined or withdrawn.
        TeacherBusy: they teach something else at one of its times.
        SessionOver: the session is over or called off.
    """
    places.lock(invitation.offering, [invitation.teacher_id, invitation.offering.teacher_id], [])
    invitation = invitations.locked(invitation)
    if invitation.answer is Answer.ACCEPTED:
        return
    _answer(invitation, Answer.ACCEPTED, by=by)
    _withdraw_others(invitation, by=by)
    if invitation.class_session is not None:
        planning.substitute(invitation.class_session, invitation.teacher, by=by)
    else:
        _entrust(invitation.offering, invitation.teacher, by=by)


def decline(invitation: Invitation, why: str, *, by: str) -> None:
    """Say no, and why; the office asks somebody else.

    Raises:
        InvitationClosed: it was answered or withdrawn.
    """
    invitation = invitations.locked(invitation)
    _answer(invitation, Answer.DECLINED, by=by, why=why)


def withdraw(invitation: Invitation, *, by: str) -> None:
    """Take an invitation back before it is answered.

    Raises:
        InvitationClosed: it was answered or withdrawn.
    """
    invitation = invitations.locked(invitation)
    if not invitation.is_open:
        raise InvitationClosed
    _withdraw(invitation, by=by)


def _withdraw(invitation: Invitation, *, by: str) -> None:
    invitation.withdrawn_at = clock.now()
    db.session.flush()
    note("teaching_invitation_withdrawn", f"teaching_invitation:{invitation.id}", actor=by)


def _withdraw_others(accepted: Invitation, *, by: str) -> None:
    for other in invitations.open_beside(accepted):
        _withdraw(other, by=by)


def _answer(invitation: Invitation, answer: Answer, *, by: str, why: str | None = None) -> None:
    if not invitation.is_open:
        raise InvitationClosed
    invitation.answer, invitation.answered_at, invitation.why = answer, clock.now(), why
    db.session.flush()
    subject = f"teaching_invitation:{invitation.id}"
    note("teaching_answered", subject, after={"answer": answer}, why=why, actor=by)


def _asked_for(offering: Offering, one: ClassSession | None) -> list[ClassSession]:
    return [one] if one else facts.sessions_of(offering.id)


def _coming(sessions: list[ClassSession]) -> list[ClassSession]:
    now = clock.now()
    return [one for one in sessions if one.state is SessionState.PLANNED and one.starts_at > now]


def _entrust(offering: Offering, teacher: Teacher, *, by: str) -> None:
    """Give a class to a teacher: what is to come and nobody took over is theirs.

    Class and teachers are locked: what they teach is true.
    """
    old, coming = offering.teacher_id, _coming(facts.sessions_of(offering.id))
    if not coming:
        raise SessionOver
    those = [
        one for one in coming if one.teacher_id in (None, old) and one.teacher_id != teacher.id
    ]
    taken = busy([teacher.id], [Span(one.day, one.starts_at, one.ends_at) for one in those])
    if taken:
        raise TeacherBusy(teacher, sorted(taken[teacher.id]))
    offering.teacher_id, offering.teacher = teacher.id, teacher
    now = clock.now()
    for one in those:
        one.teacher_id, one.teacher = teacher.id, teacher
        announcing.leave_teacher(one, old, now)
    db.session.flush()
    announcing.enter(those, now)
    note(
        "class_entrusted",
        f"offering:{offering.id}",
        before={"teacher": old},
        after={"teacher": teacher.id},
        actor=by,
    )
