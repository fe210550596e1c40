"""The review in the demonstration: what is on has passed it, one thing waits, one was sent back."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from palace.db import db
from palace.demo.posters import poster
from palace.members.models import Staff
from palace.pictures import services as pictures
from palace.productions import services as productions
from palace.productions.queries import public_fields
from palace.productions.rules import FIELDS
from palace.programme.models import Production
from palace.review import queries
from palace.review import services as review

AUTHOR, FIRST, SECOND = "programme", "review1", "review2"
EMPTY: dict[str, Any] = {
    field.name: None if field.name in {"picture", "late_minute", "permit_until"} else ""
    for field in FIELDS
}
NEW = {
    "kind": "drama",
    "title_zh": "话剧《茶馆》",
    "title_en": "Play: Teahouse",
    "about_zh": "老舍名作，一个茶馆、三个时代、七十多个人物。职工话剧社排了两年，请市话剧团的老师傅把关。",
    "about_en": "Lao She's classic: one teahouse, three ages, more than seventy people. "
    "Two years of work by the workers' drama club.",
    "minutes": 160,
    "age_zh": "1.2米以下儿童谢绝入场",
    "age_en": "No children below 1.2 m",
    "late_entry": "interval",
    "late_minute": 75,
    "partner_zh": "市话剧团",
    "partner_en": "City Drama Troupe",
}
CHANGED, CHANGE = "symphony", {"minutes": 110, "late_entry": "none"}
REASON = "上次公布的是100分钟，节目单也要一起改。请写明加演哪一首。"


def actor(login: str) -> str:
    """Return what the audit calls somebody of the staff."""
    return f"staff:{db.session.scalars(select(Staff.id).where(Staff.login == login)).one()}"


def put_in(row: dict[str, Any], number: int, site_id: int | None) -> Production:
    """Type a production of the data file in and let it pass the review."""
    fields = EMPTY | {"late_entry": "any_time"} | {name: row[name] for name in EMPTY if name in row}
    fields["picture"] = pictures.keep(poster(number, row["kind"])).code
    production = _propose(fields, row["code"], site_id)
    production.code = row["code"]
    decide(production, FIRST, step=1)
    decide(production, SECOND, step=2)
    return production


def _propose(fields: dict[str, Any], key: str, site_id: int | None) -> Production:
    return productions.create(fields, actor(AUTHOR), key=key, site_id=site_id, within=None)


def decide(production: Production, who: str, *, step: int, reason: str = "") -> None:
    """Pass what waits of a production, or with a reason send it back."""
    waiting = queries.open_revision(productions.subject_of(production))
    if waiting is None:
        raise ValueError(production.code)
    told = {"step": step, "version": waiting.version}
    review.decide(waiting, **told, reason=reason, by=actor(who), passed=not reason)


def bring_in(by_code: dict[str, Production]) -> None:
    """Let a new production wait for its first step, and a change be sent back."""
    fields = EMPTY | NEW | {"picture": pictures.keep(poster(3, "drama")).code}
    _propose(fields, "teahouse", None)
    changed = by_code[CHANGED]
    fields = public_fields(changed.id) | CHANGE
    review.propose(productions.subject_of(changed), fields, actor(AUTHOR))
    decide(changed, FIRST, step=1, reason=REASON)
