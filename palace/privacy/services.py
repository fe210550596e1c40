"""Taking one's data along, being erased, and being erased again after a restore."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import delete, exists
from sqlalchemy.dialects.postgresql import insert

from palace import clock
from palace.companions import services as companions
from palace.config import Settings
from palace.consents import services as consents
from palace.consents.rules import Purpose
from palace.db import db
from palace.errors import NotFound
from palace.members import queries as members
from palace.members.models import Member
from palace.members.services import destroy_key, note
from palace.privacy import ledger, queries
from palace.privacy.errors import DownloadsUsedUp, ThingsAhead
from palace.privacy.holdings import HOLDINGS
from palace.privacy.models import Erasure
from palace.privacy.rules import Line, mark_of
from palace.programme.models import Performance
from palace.tickets.models import Entrant, Order
from palace.venues.models import HouseRules
from palace.venues.queries import head_site, house_rules

SYSTEM = "system"

log = logging.getLogger("palace.privacy")


def count_download(member_id: int) -> None:
    """Note that somebody takes all of their data along.

    Raises:
        DownloadsUsedUp: they did so as often as the house rules allow in a day.
    """
    members.lock(member_id)
    limit = house_rules().downloads_per_day
    if queries.downloads_today(member_id, clock.now()) >= limit:
        raise DownloadsUsedUp(limit=limit)
    note("data_downloaded", f"member:{member_id}", actor=f"member:{member_id}")


def download(member_id: int) -> Iterator[str]:
    """Yield everything that is kept of somebody as one JSON object, while it is read."""
    of = queries.whose(queries.get_member(member_id))
    made_at = clock.now().astimezone(clock.SHANGHAI).isoformat()
    head = {"palace": head_site().name_zh, "made_at": made_at}
    yield json.dumps(head, ensure_ascii=False)[:-1] + ', "parts": {'
    try:
        for number, holding in enumerate(HOLDINGS):
            yield f"{', ' if number else ''}\n{json.dumps(holding.name)}: ["
            for row_number, row in enumerate(queries.told(holding, of)):
                comma = ", " if row_number else ""
                yield f"{comma}\n{json.dumps(row, ensure_ascii=False)}"
            yield "]"
    finally:
        db.session.rollback()
    yield "}}\n"


def erase(member_id: int, now: datetime, *, asked_by: str, why: str = "") -> None:
    """Erase somebody in this transaction: what has to stay is nobody's afterwards.

    Raises:
        NotFound: there is no such member, or they were erased.
        ThingsAhead: something is still to come for them.
    """
    members.lock(member_id)
    if queries.ahead(member_id, now):
        raise ThingsAhead
    _forget(queries.get_member(member_id), now, asked_by, why)


def _forget(member: Member, now: datetime, asked_by: str, why: str) -> None:
    of = queries.whose(member)
    mark = mark_of(member.id, member.created_at)
    for holding in HOLDINGS:
        for statement in holding.erasing(of):
            db.session.execute(statement.execution_options(synchronize_session=False))
    db.session.expire_all()
    destroy_key(of.id, now)
    _write_down(Line(of.id, mark, now, asked_by))
    note("member_erased", of.actor, actor=asked_by, why=why or None)


def _write_down(line: Line) -> None:
    row = {
        "member_id": line.member_id,
        "mark": line.mark,
        "erased_at": line.erased_at,
        "asked_by": line.asked_by,
    }
    db.session.execute(insert(Erasure).values(row).on_conflict_do_nothing())


def erase_idle(rules: HouseRules, now: datetime) -> int:
    """Erase members nothing was heard of for so long as the house rules say; return how many."""
    gone = 0
    for member_id in queries.idle(rules, now):
        try:
            members.lock(member_id)
        except NotFound:  # by themselves, meanwhile
            continue
        if queries.idle(rules, now, member_id) and not queries.ahead(member_id, now):
            _forget(queries.get_member(member_id), now, SYSTEM, "")
            gone += 1
    return gone


def replay(lines: list[Line]) -> int:
    """Erase once more whom a backup brought back; return how many."""
    now, back = clock.now(), queries.come_back(lines)
    for line in back:
        member = queries.get_member(line.member_id)
        _forget(member, min(line.erased_at, now), line.asked_by, "")
    return len(back)


def copy_erasures(settings: Settings) -> None:
    """Bring the copy of the erasures beside the backups up to date.

    Raises:
        OSError: the folder does not take it.
    """
    lines = [Line(one.member_id, one.mark, one.erased_at, one.asked_by) for one in queries.erased()]
    ledger.add(ledger.file_of(settings), lines)


def keep_ledger(settings: Settings) -> None:
    """Bring the copy up to date; where it cannot be, the hourly tidying does it, or is seen to fail."""
    try:
        copy_erasures(settings)
    except OSError as error:
        log.warning("erasures not copied", extra={"values": {"kind": type(error).__name__}})


def withdraw(member_id: int, purpose: Purpose, now: datetime) -> None:
    """Take somebody's word back; what was typed of documents goes, but for shows that are not over.

    What they kept of the people they bring goes with the word it was kept by.
    """
    consents.withdraw(member_id, purpose, now)
    companions.take_back(member_id, purpose)
    over = exists().where(Performance.id == Entrant.performance_id, Performance.ends_at <= now)
    theirs = exists().where(Order.id == Entrant.order_id, Order.member_id == member_id)
    db.session.execute(
        delete(Entrant).where(over, theirs).execution_options(synchronize_session=False)
    )


def set_days(days: Mapping[str, Any]) -> None:
    """Say how long things are kept, and how often a day somebody may take their data along."""
    rules = house_rules()
    before = {name: getattr(rules, name) for name in days}
    for name, value in days.items():
        setattr(rules, name, value)
    note("keeping_set", f"site:{head_site().id}", before=before, after=dict(days))
