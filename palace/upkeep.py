"""What the worker's tasks do when their time has come, each step a transaction of its own.

Commands and tests do the same without the queue.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

from sqlalchemy.exc import SQLAlchemyError

from palace import clock, retention
from palace.approvals import queries as approvals
from palace.approvals import services as passing
from palace.arrivals import queries as doors
from palace.arrivals import services as arrivals
from palace.audit import services as audit
from palace.audit.rules import Verdict
from palace.blocks import services as blocks
from palace.books import services as books
from palace.config import Settings
from palace.courses import services as courses
from palace.courses.queries import facts as classes
from palace.courses.queries import waits as class_queues
from palace.courses.services import offering as class_offers
from palace.db import db, transaction
from palace.moving import services as moving
from palace.payments import services as payments
from palace.privacy import ledger
from palace.privacy import services as privacy
from palace.reports import services as reports
from palace.rollcall.services import reminding as class_reminders
from palace.rooms.models import Reservation
from palace.rooms.queries import due as room_queues
from palace.rooms.services import waiting as room_waits
from palace.roster import queries as rosters
from palace.roster import services as roster
from palace.roster import vouching
from palace.roster.errors import LeaversUnconfirmed, RosterRefused
from palace.roster.verifier import Verifier, VerifierAway
from palace.tickets import services as tickets
from palace.till import services as till
from palace.troupes import services as troupes
from palace.venues import queries as venues
from palace.waiting import queries as queues
from palace.waiting import services as waiting


class AuditChanged(RuntimeError):
    """The audit is not what was sealed."""


log = logging.getLogger("palace.worker")


def pass_on_due() -> None:
    """Look at each queue that is due, each a transaction, then remind of shows that are near."""
    for performance_id in queues.due(clock.now()):
        with transaction():
            waiting.tend(performance_id)
    with transaction():
        waiting.remind(clock.now())


def tend_troupes() -> None:
    """Link rosters to the accounts that came meanwhile, then remind of seasons that end soon."""
    with transaction():
        troupes.link_due()
    with transaction():
        if venues.has_palace():
            troupes.remind(venues.house_rules().season_remind_days, clock.now())


def pass_rooms_on_due() -> None:
    """Pass on each room and time that somebody waits for and nobody looked at, each a transaction."""
    for space_id, span in room_queues.due(clock.now()):
        with transaction():
            room_waits.tend(space_id, span)


def tend_money() -> None:
    """Remind units of what they settle later; ask providers about what is due, outside of a transaction."""
    with transaction():
        if venues.has_palace():
            till.remind_units(clock.now())
    payments.tend_pages()
    payments.send_refunds()


def let_unpaid_lapse() -> None:
    """Tidy up the places in classes that were not paid for in time, each a transaction."""
    with transaction():
        due = classes.overdue()
    for enrolment_id in due:
        with transaction():
            courses.lapse(enrolment_id)


def pass_classes_on_due() -> None:
    """Pass on the places of each class that somebody waits for, each a transaction; remind of sessions."""
    for offering_id in class_queues.due():
        with transaction():
            class_offers.pass_on(offering_id)
    with transaction():
        if venues.has_palace():
            class_reminders.remind(clock.now())


def let_undecided_lapse() -> None:
    """Write down what nobody decided about in time, each reservation a transaction."""
    with transaction():
        due = approvals.undecided()
    for reservation_id in due:
        with transaction():
            passing.let_lapse(db.session.get_one(Reservation, reservation_id))


def hand_out_due() -> None:
    """Give each block whose hour has come, each a transaction, then remind of what is left."""
    busy = True
    while busy:
        with transaction():
            busy = blocks.give_due_turn(clock.now())
    with transaction():
        blocks.remind(clock.now())


def read_due() -> None:
    """Do the next step of every import that is due; one that fails holds up nobody else's.

    Raises:
        ReadingKilled, SQLAlchemyError: the last one's; it is tried again.
    """
    failed: Exception | None = None
    for import_id in _rosters_due():
        try:
            read_roster(import_id)
        except (roster.ReadingKilled, SQLAlchemyError) as error:
            failed = error
    if failed:
        raise failed


def _rosters_due() -> list[int]:
    with transaction():
        return rosters.due()


def read_roster(import_id: int, progress: Callable[[int], None] | None = None) -> None:
    """Do the next step of an import as one transaction; why it goes no further is written down."""
    try:
        with transaction():
            roster.read(import_id, progress)
    except (RosterRefused, LeaversUnconfirmed) as refusal:
        with transaction():
            roster.refuse(import_id, refusal)


def miss_due(*, ever: bool = False) -> None:
    """Write down each date that nobody came to lately, or ever, each a transaction."""
    with transaction():
        due = doors.missed(clock.now(), ever=ever)
    for occurrence_id in due:
        with transaction():
            arrivals.miss(occurrence_id)


def tell_all() -> None:
    """Tell batch by batch, each a transaction, until nobody waits; a hall that was left is offered first."""
    with transaction():
        told = moving.tell_some()
    if told:
        pass_rooms_on_due()
    while told:
        with transaction():
            told = moving.tell_some()


def bring_up_agendas() -> None:
    """Bring members' calendars up to date with the shows that changed, batch by batch, each a transaction."""
    with transaction():
        due = tickets.agendas_due(clock.now())
    for performance_id in due:
        busy = 1
        while busy:
            with transaction():
                busy = tickets.bring_up_agendas(performance_id)


def verify_due(verifier: Verifier) -> int:
    """Ask about everybody who is due, each outside of a transaction; return how many were answered."""
    with transaction():
        due = vouching.questions(clock.now())
    for count, question in enumerate(due):
        try:
            verdict = verifier.check(question.card_number, question.name, question.phone)
        except VerifierAway as away:
            log.warning("verifier away", extra={"values": {"why": str(away)}})
            return count
        with transaction():
            vouching.take_verdict(question, verdict)
    return len(due)


def tidy_once() -> dict[str, int]:
    """Forget what has run out, as one transaction; return how many rows of each table went."""
    with transaction():
        if not venues.has_palace():
            return {}
        gone = retention.tidy(venues.house_rules(), clock.now())
        gone["exports"] = reports.forget(venues.house_rules(), clock.now())
        gone["files"] = reports.sweep()
        gone["members"] = privacy.erase_idle(venues.house_rules(), clock.now())
    log.info("tidied", extra={"values": gone})
    return gone


def keep_erased(settings: Settings) -> None:
    """Copy who was erased beside the backups, and erase again whom an unfinished restore brought back.

    Raises:
        OSError: the backup folder cannot be read or written; as a failed task people see it.
    """
    with transaction():
        again = privacy.replay(ledger.read(ledger.file_of(settings)))
    privacy.copy_erasures(settings)
    db.session.rollback()
    if again:
        log.warning("erased again", extra={"values": {"members": again}})


def match_once() -> None:
    """Ask providers what moved, outside of a transaction; match the books of the last days that are over."""
    books.ask_providers()
    with transaction():
        if venues.has_palace():
            books.match_due()


def seal_once() -> Verdict:
    """Seal, forget what is kept no longer, and check every seal.

    Raises:
        AuditChanged: one does not fit; as a failed task people see it until they looked.
    """
    with transaction():
        audit.seal(clock.now())
        audit.forget()
    verdict = audit.verify()
    db.session.rollback()
    if verdict.wrong:
        raise AuditChanged(f"{verdict.day}: {verdict.wrong}")
    return verdict
