"""The performances of one's houses as a list, by state, month and hall."""

from __future__ import annotations

from typing import Any

from flask import url_for
from flask_babel import gettext
from sqlalchemy import ColumnElement, case, func, or_, true

from palace.db import db, table_of
from palace.desk.queries.staged import title_of
from palace.desk.rules import STAND_WORDS, Stand
from palace.lists.queries import Column, List
from palace.lists.rules import Kind
from palace.members.posts import AT_PROGRAMME
from palace.members.rules import SignedIn
from palace.programme.models import Performance, Production
from palace.programme.rules import KINDS
from palace.text import N_
from palace.venues.models import Space
from palace.venues.queries import spaces_at
from palace.words import named

STAND = case(
    (Performance.cancelled_at.is_not(None), Stand.CANCELLED.value),
    (Performance.ends_at <= func.palace_clock(), Stand.PAST.value),
    (Performance.published_at.is_(None), Stand.DRAFT.value),
    else_=Stand.PUBLISHED.value,
)
TITLES = (Production.title_zh, Production.title_en)
SPACES = (Space.name_zh, Space.name_en)


def _of_sites(actor: SignedIn) -> ColumnElement[bool]:
    sites = actor.sites(*AT_PROGRAMME)
    return true() if sites is None else Performance.space_id.in_(spaces_at(sites))


def _title(row: Any) -> str:
    """Return a performance's title; of a production never reviewed, what waits for it."""
    if row.title_zh:
        return named(row, "title")
    return title_of(db.session.get_one(Production, row.production_id))


def _says(words: tuple[Any, Any]) -> Any:
    """Return what finds a name in either language."""
    return lambda typed: or_(*(word.icontains(typed, autoescape=True) for word in words))


PERFORMANCES = List(
    endpoint="desk.performances",
    title=N_("场次"),
    source=table_of(Performance)
    .join(table_of(Production), Production.id == Performance.production_id)
    .join(table_of(Space), Space.id == Performance.space_id),
    key=Performance.id,
    order="-starts_at",
    scope=_of_sites,
    columns=[
        Column(
            name="starts_at",
            heading=N_("开演时间"),
            of=Performance.starts_at,
            kind=Kind.INSTANT,
            sorts=True,
            filters=True,
        ),
        Column(
            name="title",
            heading=N_("剧目"),
            of=Production.title_zh,
            filters=True,
            where=_says(TITLES),
            say=_title,
            link=lambda row: url_for("desk.performance", performance_id=row.list_key),
        ),
        Column(
            name="hall",
            heading=N_("场地"),
            of=Space.name_zh,
            filters=True,
            where=_says(SPACES),
            say=lambda row: named(row, "hall"),
        ),
        Column(
            name="stand",
            heading=N_("状态"),
            of=STAND,
            kind=Kind.WORD,
            choices={stand.value: words for stand, words in STAND_WORDS.items()},
            filters=True,
        ),
        Column(
            name="kind",
            heading=N_("类别"),
            of=Production.kind,
            kind=Kind.WORD,
            choices=KINDS,
            filters=True,
        ),
        Column(
            name="again",
            heading=N_("同样的"),
            of=Performance.id,
            kind=Kind.NUMBER,
            say=lambda _row: gettext("再演一场"),
            link=lambda row: url_for("desk.copy", performance_id=row.list_key),
            exported=False,
        ),
    ],
    more=[
        Performance.production_id.label("production_id"),
        Production.title_zh.label("title_zh"),
        Production.title_en.label("title_en"),
        Space.name_zh.label("hall_zh"),
        Space.name_en.label("hall_en"),
    ],
    template="desk/performances.html",
    empty=N_("还没有排过场次。"),
)
