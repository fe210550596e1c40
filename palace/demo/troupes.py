"""Troupes of the demonstration palace: their people, their seasons, and how each stands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from typing import Any

from sqlalchemy import select

from palace.clock import palace_day
from palace.db import db
from palace.demo.house import read
from palace.members.models import Member, RosterEntry, Staff
from palace.members.rules import Role
from palace.troupes import services
from palace.troupes.models import Certification, SafetyLetter, Season, Troupe
from palace.troupes.rules import CertificationState, Somebody, TroupeKind
from palace.troupes.services import Facts
from palace.troupes.services.certifying import Decision
from palace.venues.queries import head_site

CLERK = "programme"
FIRST_PHONE, OTHER_PHONES = 19900000011, 19900000201
LEADING = (Role.LEADER, Role.DEPUTY)


@dataclass(frozen=True)
class Year:
    """A season with its letter."""

    season: Season
    letter: SafetyLetter


@dataclass(frozen=True)
class People:
    """Union members on the rosters, one after another: without a number to lead, with one to sing."""

    leading: Iterator[RosterEntry]
    singing: Iterator[RosterEntry]


def bring_in(now: datetime) -> None:
    """Add the troupes with leaders, rosters and seasons; one waits, one was refused, one is late."""
    file, today = read("troupes.toml"), palace_day(now)
    clerk = db.session.scalars(select(Staff).where(Staff.login == CLERK)).one()
    by = f"staff:{clerk.id}"
    before, current, coming = (
        _year(year, file["letter"], by) for year in range(today.year - 1, today.year + 2)
    )
    people = _people(today)
    for number, row in enumerate(file["troupe"]):
        troupe, leader = _troupe(number, row, file["size"], people)
        name = troupe.name_zh
        if name == file["last_year"]:
            _had(troupe, leader, before, by)
            continue
        years = [current] if name in file["current_only"] else [current, coming]
        for year in years if name not in (file["waits"], file["refused"]) else [current]:
            services.sign(leader.id, troupe.id, year.season.id, year.letter.id)
            if name != file["waits"]:
                _decide(troupe, year, file, by)


def _year(year: int, letter: Mapping[str, str], by: str) -> Year:
    season = services.add_season(f"{year}年度", str(year), date(year, 1, 1), date(year, 12, 31))
    text_zh, text_en = letter["zh"].strip(), letter["en"].strip()
    return Year(season, services.publish_letter(season.id, text_zh, text_en, after=0, by=by))


def _people(today: date) -> People:
    claimed = select(Member.id).where(Member.roster_entry_id == RosterEntry.id).exists()
    valid = select(RosterEntry).where(RosterEntry.valid_until >= today, ~claimed)
    leading = valid.where(RosterEntry.phone.is_(None)).order_by(RosterEntry.id.desc())
    singing = valid.where(RosterEntry.phone.is_not(None)).order_by(RosterEntry.id)
    return People(iter(db.session.scalars(leading).all()), iter(db.session.scalars(singing).all()))


def _troupe(
    number: int, row: dict[str, Any], sizes: Mapping[str, int], people: People
) -> tuple[Troupe, Member]:
    """Add a troupe, its leader and deputy with accounts of their own, and who sings or dances there."""
    facts = Facts(**({"size": sizes[row["kind"]]} | row | {"kind": TroupeKind(row["kind"])}))
    troupe = services.found(head_site().id, facts)
    first = FIRST_PHONE if number == 0 else OTHER_PHONES + len(LEADING) * (number - 1)
    named = []
    for turn, (role, entry) in enumerate(zip(LEADING, people.leading, strict=False)):
        member = Member(phone=str(first + turn), name=entry.name, roster_entry=entry)
        db.session.add(member)
        db.session.flush()
        services.name_leader(troupe.id, Somebody(member.name, member.phone), role)
        named.append(member)
    others = islice(people.singing, facts.size - len(named))
    services.add(troupe.id, [Somebody(one.name, one.phone) for one in others])
    return troupe, named[0]


def _decide(troupe: Troupe, year: Year, file: Mapping[str, Any], by: str) -> None:
    refused = troupe.name_zh == file["refused"]
    verdict = CertificationState.REFUSED if refused else CertificationState.CERTIFIED
    why = file["why"] if refused else ""
    decision = Decision(seen=CertificationState.ASKED, verdict=verdict, why=why)
    services.decide(troupe.id, year.season.id, decision, by=by)


def _had(troupe: Troupe, leader: Member, year: Year, by: str) -> None:
    """Have a troupe certified in a season that is over."""
    asked_at = year.letter.published_at
    db.session.add(
        Certification(
            troupe_id=troupe.id,
            season_id=year.season.id,
            state=CertificationState.CERTIFIED,
            letter_id=year.letter.id,
            signed_by=leader.id,
            asked_at=asked_at,
            decided_by=by,
            decided_at=asked_at,
        )
    )
    db.session.flush()
