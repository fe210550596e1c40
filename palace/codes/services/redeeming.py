"""A member opens a code: it is theirs once, and becomes a grant of theirs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from palace import clock
from palace.codes import claims, queries
from palace.codes.errors import CodeOfOther, CodeUnknown, CodeUsed
from palace.codes.models import Code, CodeBatch
from palace.codes.rules import Standing, check_opens, key_of
from palace.db import db
from palace.errors import PalaceError
from palace.members import queries as members
from palace.members.models import Grant
from palace.members.rules import GrantKind, Known
from palace.members.services import note


@dataclass(frozen=True, kw_only=True)
class Opened:
    """A code as it stands for a person: whether they have it, why it opens nothing (None: it does)."""

    batch: CodeBatch
    theirs: bool
    refusal: PalaceError | None = None


def look(typed: str, member: Known | None, now: datetime) -> Opened:
    """Return how a code stands for a person at an instant; nothing is written.

    Raises:
        CodeUnknown: there is none.
    """
    code = _code(typed)
    standing = _standing(code, code.batch, member)
    try:
        check_opens(standing, now)
    except PalaceError as refusal:
        return Opened(batch=code.batch, theirs=standing.theirs, refusal=refusal)
    return Opened(batch=code.batch, theirs=standing.theirs)


def redeem(typed: str, member: Known, performance_id: int | None = None) -> CodeBatch:
    """Give a code to a member: a grant of theirs, once; who has it is answered the same again.

    Args:
        typed: the code, with or without what stands between its groups.
        member: who types it.
        performance_id: the show on whose page it was typed; None: anywhere.

    Raises:
        CodeUnknown, CodeOfOther: there is none, or it is another show's.
        CodeEarly, CodeShowOff, CodeLapsed, CodeStopped, CodeUsed: it opens nothing.
    """
    code = _code(typed)
    show = code.batch.performance
    if performance_id not in (None, show.id):
        raise CodeOfOther(starts_at=show.starts_at, hall=show.space)
    members.lock(member.id)
    batch = claims.share_batch(code.batch_id)
    db.session.refresh(code)
    now = clock.now()
    standing = _standing(code, batch, member)
    check_opens(standing, now)
    if standing.theirs:
        return batch
    if not claims.use(code, member.id, now):
        raise CodeUsed
    _grant(batch, member.id, now)
    note("code_used", f"codes:{batch.id}", after={"number": code.number, "member": member.id})
    return batch


def _code(typed: str) -> Code:
    code = queries.find_code(typed)
    if code is None:
        raise CodeUnknown
    return code


def _standing(code: Code, batch: CodeBatch, member: Known | None) -> Standing:
    show = batch.performance
    return Standing(
        published=show.published_at is not None,
        cancelled=show.cancelled_at is not None,
        ends_at=batch.ends_at,
        stopped=batch.stopped_at is not None,
        used=code.used_at is not None,
        theirs=member is not None and code.member_id == member.id,
    )


def _grant(batch: CodeBatch, member_id: int, now: datetime) -> None:
    db.session.add(
        Grant(
            member_id=member_id,
            performance_id=batch.performance_id,
            kind=GrantKind.CODE,
            reason=key_of(batch.id),
            opens=key_of(batch.id) if batch.keeps else None,
            seats=batch.each,
            tier_id=batch.tier_id,
            starts_at=now,
            ends_at=batch.ends_at,
        )
    )
    db.session.flush()
