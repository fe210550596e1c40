"""What parts tell others that they must not import: news that travels upwards, wired when an app is made."""

from __future__ import annotations

from palace.blocks import services as blocks
from palace.broadcasts import queries as broadcasts
from palace.classes import queries as classes
from palace.codes import services as codes
from palace.companions.queries import own_last_four
from palace.consents.services import agree_at_joining
from palace.coursedesk.services.courses import COURSE
from palace.courses import services as courses
from palace.courses.services import offering as class_offers
from palace.courses.services import on_place_freed
from palace.desk.services.copying import copies
from palace.members.services import (
    CodeOffice,
    NumberOffice,
    code_office,
    number_office,
    on_joining,
    proof_rules,
)
from palace.moving.services import on_moved
from palace.notices import senders
from palace.notices.rules import BROADCAST
from palace.notices.services import bodies, house_figures, owe_code, stopped, tell_old_number
from palace.packages import services as packages
from palace.payments.services import keep_until, on_paid, said, second_above
from palace.productions.services import PRODUCTION
from palace.review.rules import reviewed
from palace.tickets import services as tickets
from palace.tickets.services.freed import on_freed, on_refused
from palace.troupes.services import link_member
from palace.venues import queries as venues
from palace.waiting import services as waiting


def wire() -> None:
    """Wire everything; to do it again changes nothing."""
    _people()
    _messages()
    _shows()
    _money()
    reviewed["production"] = PRODUCTION
    reviewed["course"] = COURSE


def _people() -> None:
    """Signing in, proving who one is, moving to another number; what happens when somebody joins."""
    code_office["codes"] = CodeOffice(senders.may_send, owe_code, venues.code_budget)
    number_office["numbers"] = NumberOffice(venues.number_idle, own_last_four, tell_old_number)
    proof_rules["house"] = venues.proof_rules
    on_joining["consents"] = agree_at_joining
    on_joining["troupes"] = link_member


def _messages() -> None:
    """The figures of the house, and what a broadcast says."""
    house_figures["house"] = venues.message_rules
    bodies[BROADCAST] = broadcasts.bodies
    bodies["class_message"] = classes.bodies
    stopped[BROADCAST] = broadcasts.stopped


def _money() -> None:
    """What it is for, what it settles, what is kept while it may come, what one person alone gives back."""
    said["tickets"], said["packages"], said["courses"] = tickets.say, packages.say, courses.say
    on_paid["tickets"], keep_until["tickets"] = tickets.settle_paid, tickets.keep_until
    on_paid["packages"], keep_until["packages"] = packages.settle_paid, packages.keep_until
    on_paid["courses"], keep_until["courses"] = courses.settle_paid, courses.keep_until
    second_above["house"] = lambda: venues.house_rules().second_above


def _shows() -> None:
    """Places that come free, shows that are copied, moved or called off."""
    on_place_freed["waiting"] = class_offers.pass_on
    on_freed["waiting"] = waiting.seats_freed
    on_refused["waiting"] = waiting.pass_on
    copies["blocks"] = lambda old, new, _by: blocks.copy_blocks(old.id, new.id)
    on_moved["codes"] = codes.follow_show
    on_moved["blocks"] = blocks.follow_show  # first: what it frees is passed on to who waits
    on_moved["packages"] = packages.called_off
    on_moved["waiting"] = lambda performance_id, _by, _since: waiting.pass_on(performance_id)
