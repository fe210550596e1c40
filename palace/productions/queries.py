"""Productions as the programme's desk sees them; never writes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from flask import url_for
from sqlalchemy import ColumnElement, and_, func, select

from palace import words
from palace.db import db
from palace.errors import NotFound
from palace.lists.queries import Column, List
from palace.lists.rules import Kind
from palace.members.posts import AT_PROGRAMME
from palace.members.rules import SignedIn
from palace.productions.rules import FIELDS
from palace.programme.models import Partner, Performance, PermitRule, Production
from palace.programme.rules import KINDS
from palace.review.written import or_proposed, review_column, with_revision
from palace.text import N_
from palace.venues.queries import Sites, at_sites

BORNE_BY_PARTNER = {"partner_zh": "name_zh", "partner_en": "name_en"}


def get_production(production_id: int, sites: Sites) -> Production:
    """Return a production that these houses write, published or not.

    Raises:
        NotFound: there is none, or it is another house's.
    """
    wanted = select(Production).where(
        Production.id == production_id, at_sites(Production.site_id, sites)
    )
    found = db.session.scalars(wanted).first()
    if found is None:
        raise NotFound
    return found


def site_of(production_id: int) -> int | None:
    """Return the house a production belongs to; None: the whole palace's."""
    return db.session.scalar(select(Production.site_id).where(Production.id == production_id))


def public_fields(production_id: int) -> dict[str, Any]:
    """Return the fields of a production as the public sees them; nothing where it was never reviewed."""
    wanted = select(Production).where(Production.id == production_id)
    found = db.session.scalars(wanted.execution_options(populate_existing=True)).one()
    if not found.title_zh:
        return {}
    partner = db.session.get(Partner, found.partner_id) if found.partner_id else None
    told = {}
    for field in FIELDS:
        name = BORNE_BY_PARTNER.get(field.name)
        value = getattr(found, field.name) if name is None else getattr(partner, name, "")
        told[field.name] = value.isoformat() if isinstance(value, date) else value
    return told


def performances_of(production_id: int) -> Sequence[Performance]:
    """Return every performance of a production, the last first."""
    wanted = select(Performance).where(Performance.production_id == production_id)
    return db.session.scalars(wanted.order_by(Performance.starts_at.desc(), Performance.id)).all()


def partner_names() -> list[str]:
    """Return the organisations there are, to choose from."""
    return list(db.session.scalars(select(Partner.name_zh).order_by(Partner.name_zh)))


def permits_needed(performances: Sequence[Performance]) -> list[PermitRule]:
    """Return the permits that some of these performances need, by the kind of their space and size."""
    rules = db.session.scalars(select(PermitRule).order_by(PermitRule.id)).all()
    return [rule for rule in rules if any(needs(rule, one) for one in performances)]


def needs(rule: PermitRule, performance: Performance) -> bool:
    """Return whether a performance needs the permit of a rule."""
    of_kind = rule.space_kind in (None, performance.space.kind)
    return of_kind and performance.capacity >= rule.from_places


def _here(actor: SignedIn) -> ColumnElement[bool]:
    return at_sites(Production.site_id, actor.sites(*AT_PROGRAMME))


COMING = and_(
    Performance.production_id == Production.id,
    Performance.ends_at > func.palace_clock(),
    Performance.cancelled_at.is_(None),
)
PRODUCTIONS = List(
    endpoint="productions.home",
    title=N_("节目"),
    source=with_revision(Production, "production"),
    key=Production.id,
    order="-number",
    template="productions/home.html",
    scope=_here,
    more=[or_proposed(Production.title_en, "title_en").label("title_en")],
    columns=[
        Column(
            name="title_zh",
            heading=N_("剧目"),
            of=or_proposed(Production.title_zh, "title_zh"),
            filters=True,
            say=lambda row: words.named(row, "title"),
            link=lambda row: url_for("productions.production", production_id=row.number),
        ),
        Column(
            name="kind",
            heading=N_("类型"),
            of=or_proposed(Production.kind, "kind"),
            kind=Kind.WORD,
            choices=KINDS,
            filters=True,
        ),
        review_column(Production.title_zh),
        Column(
            name="next_at",
            heading=N_("下一场"),
            of=select(func.min(Performance.starts_at)).where(COMING).scalar_subquery(),
            kind=Kind.INSTANT,
            nullable=True,
        ),
        Column(
            name="coming",
            heading=N_("还有几场"),
            of=select(func.count()).where(COMING).select_from(Performance).scalar_subquery(),
            kind=Kind.NUMBER,
        ),
        Column(name="number", heading=N_("编号"), of=Production.id, kind=Kind.NUMBER, sorts=True),
    ],
    empty=N_("还没有节目。"),
)
