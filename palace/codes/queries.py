"""Which batches and codes there are, how they stand, who used them; never writes."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Executable, Select, case, exists, func, select

from palace.codes.models import Code, CodeBatch
from palace.codes.rules import STATES, CodeState, Counted, in_groups, key_of
from palace.codes.sealing import hash_of, text_at
from palace.db import db, table_of
from palace.errors import NotFound
from palace.lists.queries import Column, List
from palace.lists.rules import Kind
from palace.members.models import Member
from palace.members.posts import AT_PROGRAMME
from palace.members.rules import SignedIn, mask_name
from palace.programme.models import Performance
from palace.text import N_
from palace.tickets.kept import live
from palace.tickets.models import Claim
from palace.venues.queries import spaces_at

Sites = Collection[int] | None


def find_code(typed: str) -> Code | None:
    """Return the code of what somebody typed or scanned, or None."""
    return db.session.scalars(select(Code).where(Code.code_hash == hash_of(typed))).first()


def batch_at(batch_id: int, sites: Sites) -> CodeBatch:
    """Return a batch of a performance at one of some sites (None: anywhere).

    Raises:
        NotFound: there is none, or it is at another site.
    """
    wanted = _at(select(CodeBatch).join(CodeBatch.performance), sites)
    found = db.session.scalars(wanted.where(CodeBatch.id == batch_id)).first()
    if found is None:
        raise NotFound
    return found


def _at(wanted: Select[CodeBatch], sites: Sites) -> Select[CodeBatch]:
    return wanted if sites is None else wanted.where(Performance.space_id.in_(spaces_at(sites)))


def of_performance(performance_id: int) -> Sequence[CodeBatch]:
    """Return the batches of a performance, as they were made."""
    wanted = select(CodeBatch).where(CodeBatch.performance_id == performance_id)
    return db.session.scalars(wanted.order_by(CodeBatch.id)).all()


def coming(now: datetime, sites: Sites) -> Sequence[CodeBatch]:
    """Return the batches of shows that are not over at some sites, the next show first."""
    wanted = _at(select(CodeBatch).join(CodeBatch.performance), sites)
    coming = wanted.where(Performance.ends_at > now)
    return db.session.scalars(coming.order_by(Performance.starts_at, CodeBatch.id)).all()


def counted(batches: Sequence[CodeBatch], now: datetime) -> dict[int, Counted]:
    """Return batches in figures at an instant."""
    ids = [batch.id for batch in batches]
    codes = _figures(
        select(Code.batch_id, func.count(), func.count(Code.used_at))
        .where(Code.batch_id.in_(ids))
        .group_by(Code.batch_id)
    )
    keys = {key_of(batch.id): batch.id for batch in batches}
    places = _figures(
        select(Claim.kept_for, func.count(), func.count().filter(live(now), _by_code()))
        .where(Claim.kept_for.in_(keys))
        .group_by(Claim.kept_for)
    )
    return {
        batch.id: Counted(
            made=codes[batch.id][0],
            used=codes[batch.id][1],
            is_over=batch.stopped_at is not None or now >= batch.ends_at,
            kept=places.get(key_of(batch.id), (0, 0))[0],
            taken=places.get(key_of(batch.id), (0, 0))[1],
        )
        for batch in batches
    }


def _by_code() -> ColumnElement[bool]:
    """Return the condition that a kept place is had by somebody who has opened a code of its batch."""
    key = func.concat(key_of(""), Code.batch_id)
    return exists().where(Code.member_id == Claim.member_id, key == Claim.kept_for)


def _figures(wanted: Executable) -> dict[Any, tuple[int, int]]:
    return {row[0]: (row[1], row[2]) for row in db.session.execute(wanted)}


def open_numbers(batch: CodeBatch) -> Sequence[int]:
    """Return the numbers of the codes of a batch that nobody has used."""
    wanted = select(Code.number).where(Code.batch_id == batch.id, Code.used_at.is_(None))
    return db.session.scalars(wanted.order_by(Code.number)).all()


def has_open_batches(key_id: str, now: datetime) -> bool:
    """Return whether codes that can still be used are made anew with a key when they are printed."""
    wanted = select(CodeBatch.id).where(
        CodeBatch.key_id == key_id, CodeBatch.stopped_at.is_(None), CodeBatch.ends_at > now
    )
    return db.session.scalars(wanted.limit(1)).first() is not None


def _own(who: SignedIn, batch_id: int) -> ColumnElement[bool]:
    return Code.batch_id == batch_at(batch_id, who.sites(*AT_PROGRAMME)).id


CODES = List(
    endpoint="codes.listed",
    title=N_("一批码"),
    source=table_of(Code)
    .join(table_of(CodeBatch), CodeBatch.id == Code.batch_id)
    .outerjoin(table_of(Member), Member.id == Code.member_id),
    key=Code.id,
    order="number",
    columns=[
        Column(name="number", heading=N_("号"), of=Code.number, kind=Kind.NUMBER, sorts=True),
        Column(
            name="state",
            heading=N_("状态"),
            of=case(
                (Code.used_at.is_not(None), CodeState.USED.value),
                (CodeBatch.stopped_at.is_not(None), CodeState.STOPPED.value),
                (CodeBatch.ends_at <= func.palace_clock(), CodeState.LAPSED.value),
                else_=CodeState.OPEN.value,
            ),
            kind=Kind.WORD,
            choices={state.value: words for state, words in STATES.items()},
            filters=True,
        ),
        Column(
            name="code",
            heading=N_("兑换码"),
            of=Code.number,
            say=lambda _row: "••••",
            say_in_file=lambda row: in_groups(text_at(row.key_id, row.seed, row.number) or ""),
        ),
        Column(
            name="member",
            heading=N_("谁用的"),
            of=Member.name,
            say=lambda row: mask_name(row.member) if row.member else "",
        ),
        Column(
            name="used_at",
            heading=N_("什么时候用的"),
            of=Code.used_at,
            kind=Kind.INSTANT,
            filters=True,
        ),
    ],
    scope=_own,
    more=[CodeBatch.key_id.label("key_id"), CodeBatch.seed.label("seed")],
    empty=N_("这里还没有码。"),
    template="codes/listed.html",
)
