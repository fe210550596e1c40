"""A list of names is looked through first, then handed out; every line has its own result, which stays."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from palace import clock
from palace.blocks import claims, queries
from palace.blocks.errors import ConsentNeeded, ListGiven, NamesUnreadable
from palace.blocks.models import Block, ListedName, NameList
from palace.blocks.rules import MOST_NAMES, Line, Outcome, Way, read_names
from palace.blocks.services.orders import check_open, hand_next
from palace.blocks.services.taking import check_needs_nobody
from palace.clock import palace_day
from palace.db import db
from palace.members import services as members
from palace.members.models import RosterEntry
from palace.members.rules import Standing
from palace.members.rules import standing as standing_of


def read_list(block_id: int, pasted: str, actor: str) -> NameList:
    """Look through a pasted list, and keep what each line means; nothing is given.

    Raises:
        BlockOver, NotThisWay, NeedsDocuments: it cannot be handed out by names.
        NamesUnreadable: nobody is named, or too many are.
    """
    block, now = claims.lock_block(block_id), clock.now()
    check_open(block, Way.NAMES, now)
    check_needs_nobody(block)
    lines = read_names(pasted)
    if not 0 < len(lines) <= MOST_NAMES:
        raise NamesUnreadable(most=MOST_NAMES)
    found = NameList(block_id=block.id, made_by=actor, made_at=now, given_at=None)
    found.names = [ListedName(line=number, typed=one.typed) for number, one in enumerate(lines, 1)]
    _look_up(block, found.names, lines, now)
    db.session.add(found)
    db.session.flush()
    return found


def _look_up(
    block: Block, names: Sequence[ListedName], lines: Sequence[Line], now: datetime
) -> None:
    """Say of each line whom of the unit it means, and whether they may have a ticket."""
    called = defaultdict(list)
    for called_so in queries.entries_called({line.name for line in lines}, block.unit_id):
        called[called_so.name].append(called_so)
    accounts = queries.accounts_of([entry.id for those in called.values() for entry in those])
    shares, seen = queries.shares(block, now), set[int]()
    for one, line in zip(names, lines, strict=True):
        those = likely([entry for entry in called[line.name] if _ends(entry, line.end)], now)
        entry = those[0] if len(those) == 1 else None
        one.roster_entry_id = entry.id if entry else None
        one.member_id = accounts.get(entry.id) if entry else None
        has = shares.get(one.member_id or 0, 0) >= block.per_member
        one.outcome = _outcome(those, seen, has=has, now=now)
        seen |= {entry.id} if entry else set()


def _ends(entry: RosterEntry, end: str) -> bool:
    return not end or end in {(entry.phone or "")[-4:], entry.card_number[-4:].upper()}


def likely(entries: Iterable[RosterEntry], now: datetime) -> list[RosterEntry]:
    """Return the entries of a name that hold today, or all of them where none does."""
    those = list(entries)
    return [entry for entry in those if is_valid(entry, now)] or those


def is_valid(entry: RosterEntry, now: datetime) -> bool:
    """Return whether a roster entry makes a valid member today."""
    today = palace_day(now)
    return standing_of(entry.valid_until, True, today, counts=entry.counts) is Standing.VALID


def _outcome(those: Sequence[RosterEntry], seen: set[int], *, has: bool, now: datetime) -> Outcome:
    if len(those) != 1:
        return Outcome.NAMESAKE if those else Outcome.UNKNOWN
    if those[0].id in seen:
        return Outcome.REPEATED
    if not is_valid(those[0], now):
        return Outcome.OVER
    return Outcome.HAS if has else Outcome.FOUND


def candidates(block: Block, found: NameList, now: datetime) -> dict[int, list[RosterEntry]]:
    """Return whom each line may mean that several people are called by."""
    lines = {one.line: read_names(one.typed)[0] for one in found.names if _is_open(one)}
    called = queries.entries_called({line.name for line in lines.values()}, block.unit_id)
    return {
        number: likely(
            (entry for entry in called if entry.name == line.name and _ends(entry, line.end)), now
        )
        for number, line in lines.items()
    }


def _is_open(one: ListedName) -> bool:
    return one.outcome is Outcome.NAMESAKE


def give_list(
    block_id: int, list_id: int, picks: Mapping[int, int], *, consents: bool, actor: str
) -> NameList:
    """Give everybody on a list who was found a place, in the order of the list; each has their result.

    Args:
        picks: whom a line means that several are called by: line → roster entry.
        consents: whether those without an account agreed to one.

    Raises:
        NotFound: no such list of this block.
        ListGiven: it was handed out before.
        BlockOver, NotThisWay: it cannot be handed out by names any more.
        ConsentNeeded: somebody has no account.
    """
    block, now = claims.lock_block(block_id), clock.now()
    found = queries.list_of(block, list_id)
    check_open(block, Way.NAMES, now)
    if not claims.give_list_out(found.id, now):
        raise ListGiven
    _pick(block, found, picks, now)
    _forget_gone(found)
    named_here = [one for one in found.names if one.outcome is Outcome.FOUND]
    if any(one.member_id is None for one in named_here) and not consents:
        raise ConsentNeeded
    _make_accounts(named_here, now, actor)
    claims.lock_members([one.member_id for one in named_here if one.member_id])
    waiting = list(claims.lock_waiting(block, now))
    for one in named_here:
        place = waiting[0] if waiting else None
        became = hand_next(block, one, waiting, f"list-{one.list_id}-{one.line}", now)
        if became is Outcome.GIVEN and place and place.seat:
            one.seat = place.seat.code
    found.given_at = now
    db.session.flush()
    given = sum(one.outcome is Outcome.GIVEN for one in found.names)
    told = {"people": len(found.names), "tickets": given}
    members.note("block_list_given", f"block:{block.id}", after=told)
    return found


def _pick(block: Block, found: NameList, picks: Mapping[int, int], now: datetime) -> None:
    """Take over whom the organiser says that lines mean, as far as it is one of those they may mean."""
    may_mean = candidates(block, found, now)
    taken = {one.roster_entry_id for one in found.names}
    for one in found.names:
        by_id = {entry.id: entry for entry in may_mean.get(one.line, ())}
        entry = by_id.get(picks.get(one.line, 0))
        if entry is None:
            continue
        one.roster_entry_id = entry.id
        one.member_id = queries.accounts_of([entry.id]).get(entry.id)
        seen = {entry.id} if entry.id in taken else set()
        one.outcome = _outcome([entry], seen, has=False, now=now)
        taken.add(entry.id)


def _forget_gone(found: NameList) -> None:
    """Let lines name nobody whose person has gone from the rosters, with what was known of them."""
    for one in found.names:
        if one.outcome is Outcome.FOUND and one.roster_entry_id is None:
            one.outcome = Outcome.UNKNOWN


def _make_accounts(names: Iterable[ListedName], now: datetime, actor: str) -> None:
    """Make an account for everybody who has none, by their numbers, as their own sign-in would."""
    entries = queries.entries_of([one for one in names if one.member_id is None])
    phones = {entry.phone for entry in entries.values() if entry.phone}
    for phone in sorted(phones):
        members.recognise(phone)
    for one in names:
        entry = entries.get(one.roster_entry_id or 0)
        if one.member_id is None and entry is not None:
            one.member_id = members.member_listed(entry.id, entry.phone, now, actor).id
