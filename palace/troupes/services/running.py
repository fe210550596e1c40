"""Troupes are founded, changed and ended; seasons and versions of the safety letter come."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from palace import clock
from palace.db import db
from palace.members.services import end_post, note
from palace.notices import services as notices
from palace.text import slug
from palace.troupes import claims, queries
from palace.troupes.errors import (
    LetterChanged,
    SeasonNamed,
    SeasonUnordered,
    TroupeChanged,
    TroupeNamed,
)
from palace.troupes.models import SafetyLetter, Season, Troupe
from palace.troupes.rules import TroupeKind
from palace.troupes.services.telling import subject, titles
from palace.venues.models import Site
from palace.venues.queries import head_site

ENDS_SOON = "troupe_season_ends"


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What a troupe is: names, kind, size, and a quota of its own where it has one."""

    name_zh: str
    name_en: str
    kind: TroupeKind
    size: int
    week_minutes: int | None = None
    month_minutes: int | None = None


def found(site_id: int, facts: Facts) -> Troupe:
    """Found a troupe at a house; its code, by which programs call it, is made from its English name.

    Raises:
        TroupeNamed: the house has one of this name, such as when the same form is sent twice.
    """
    _lock_site(site_id)
    if queries.named_at(site_id, facts.name_zh):
        raise TroupeNamed(name=facts.name_zh)
    code = slug(facts.name_en, queries.codes_at(site_id), "troupe")
    troupe = Troupe(site_id=site_id, code=code, **asdict(facts))
    db.session.add(troupe)
    db.session.flush()
    note("troupe_founded", subject(troupe), after=_told(troupe))
    return troupe


def seen_as(troupe: Troupe) -> str:
    """Return what a form carries of a troupe, to tell whether somebody changed it since."""
    told = repr(sorted(_told(troupe).items()))
    return hashlib.blake2s(told.encode(), digest_size=8).hexdigest()


def change(troupe_id: int, facts: Facts, *, seen: str) -> bool:
    """Change what a troupe is; return whether anything is otherwise.

    Args:
        seen: what it was as whoever changes it saw it (`seen_as`).

    Raises:
        NotFound, TroupeEnded: there is no such troupe.
        TroupeChanged: somebody changed it meanwhile; nothing is changed.
        TroupeNamed: another of its house has this name.
    """
    troupe = claims.lock_troupe(troupe_id)
    if seen != seen_as(troupe):
        raise TroupeChanged
    _lock_site(troupe.site_id)
    other = queries.named_at(troupe.site_id, facts.name_zh)
    if other and other.id != troupe_id:
        raise TroupeNamed(name=facts.name_zh)
    before = _told(troupe)
    for name, value in asdict(facts).items():
        setattr(troupe, name, value)
    db.session.flush()
    after = _told(troupe)
    changed = [name for name in after if after[name] != before[name]]
    if changed:
        note(
            "troupe_changed",
            subject(troupe),
            before={name: before[name] for name in changed},
            after={name: after[name] for name in changed},
        )
    return bool(changed)


def close(troupe_id: int, why: str) -> Troupe:
    """End a troupe and the posts of who leads it; its coming rehearsals are ended before.

    Raises:
        NotFound, TroupeEnded: there is no such troupe.
    """
    troupe = claims.lock_troupe(troupe_id)
    for post in queries.posts_of(troupe_id):
        end_post(post)
    troupe.ended_at = clock.now()
    db.session.flush()
    note("troupe_ended", subject(troupe), why=why or None)
    return troupe


def add_season(name_zh: str, name_en: str, starts_on: date, ends_on: date) -> Season:
    """Add a season of the troupes.

    Raises:
        SeasonUnordered: it would end before it begins.
        SeasonNamed: there is one of this name, such as when the same form is sent twice.
    """
    if ends_on < starts_on:
        raise SeasonUnordered
    _lock_site(head_site().id)
    if any(one.name_zh == name_zh for one in queries.seasons()):
        raise SeasonNamed(name=name_zh)
    season = Season(name_zh=name_zh, name_en=name_en, starts_on=starts_on, ends_on=ends_on)
    db.session.add(season)
    db.session.flush()
    note("season_added", f"season:{season.id}", after={"name_zh": name_zh, "name_en": name_en})
    return season


def publish_letter(
    season_id: int, text_zh: str, text_en: str, *, after: int, by: str
) -> SafetyLetter:
    """Publish a season's safety letter, or a new version of it; who signed keeps what they signed.

    `after`: the version that was the newest when the form was shown, 0 for none.

    Raises:
        NotFound: there is no such season.
        LetterChanged: another version came meanwhile.
    """
    season = queries.get_season(season_id)
    db.session.refresh(season, with_for_update={"key_share": True})
    newest = next(iter(queries.letters(season_id)), None)
    if newest and (newest.text_zh, newest.text_en) == (text_zh, text_en):
        return newest
    if (newest.version if newest else 0) != after:
        raise LetterChanged
    letter = SafetyLetter(
        season_id=season_id,
        version=after + 1,
        text_zh=text_zh,
        text_en=text_en,
        published_by=by,
        published_at=clock.now(),
    )
    db.session.add(letter)
    db.session.flush()
    note("letter_published", f"season:{season_id}", after={"version": letter.version})
    return letter


def remind(days: int, now: datetime) -> None:
    """Tell who leads a troupe, once, that its certification ends within so many days."""
    for one in queries.ending_soon(clock.palace_day(now), days):
        about = f"season:{one.season.id}:{one.troupe.id}"
        told = {"title": titles(one.troupe), "season": titles(one.season)}
        notices.owe(ENDS_SOON, about, f"member:{one.member_id}", told, now)


def _lock_site(site_id: int) -> None:
    """Lock a house until the transaction ends: its troupes' names and codes are true from here on."""
    db.session.execute(select(Site.id).where(Site.id == site_id).with_for_update(key_share=True))


def _told(troupe: Troupe) -> dict[str, Any]:
    """Return what a troupe is as the audit keeps it."""
    return {
        "name_zh": troupe.name_zh,
        "name_en": troupe.name_en,
        "troupe_kind": troupe.kind.value,
        "head_count": troupe.size,
        "week_minutes": troupe.week_minutes,
        "month_minutes": troupe.month_minutes,
    }
