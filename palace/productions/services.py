"""Writing productions: into the review, and from its last step into what the public sees."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime

from sqlalchemy import func
from sqlalchemy.dialects.postgresql import insert

from palace.db import db
from palace.pictures import services as pictures
from palace.productions import queries
from palace.productions.queries import BORNE_BY_PARTNER
from palace.productions.rules import FIELDS
from palace.programme.models import Partner, Production
from palace.programme.rules import LateEntry
from palace.review import services as review
from palace.review.rules import Fields, Reviewed
from palace.text import N_

EMPTY = {"kind": "", "title_zh": "", "title_en": "", "about_zh": "", "about_en": "", "minutes": 0}
"""A production that was never reviewed: nothing of it could be shown."""


def subject_of(production: Production) -> str:
    """Return what the review calls a production."""
    return f"production:{production.id}"


def create(
    fields: Fields, by: str, *, key: str, site_id: int | None, within: Collection[int] | None
) -> Production:
    """Begin a production and send its fields into the review; what it raises: `review.begin`."""
    return review.begin(Production, fields, by, key=key, site_id=site_id, within=within, **EMPTY)


def write(production_id: int, fields: Fields, now: datetime) -> None:
    """Let the public see the fields of a production: called by the last step of the review only."""
    production = db.session.get_one(Production, production_id)
    for field in FIELDS:
        if field.name not in BORNE_BY_PARTNER:
            setattr(production, field.name, fields.get(field.name))
    if production.late_entry != LateEntry.INTERVAL:
        production.late_minute = None
    until = fields.get("permit_until")
    production.permit_until = date.fromisoformat(until) if until else None
    production.partner_id = _partner(fields)
    if production.picture:
        pictures.show(production.picture, now)
    db.session.flush()


def _partner(fields: Fields) -> int | None:
    """Return the organisation of this name, made if it is new; who gives no English takes none away."""
    names = {name: fields.get(field) or "" for field, name in BORNE_BY_PARTNER.items()}
    if not names["name_zh"]:
        return None
    new = insert(Partner).values(names)
    english = func.coalesce(func.nullif(new.excluded.name_en, ""), Partner.name_en)
    renamed = new.on_conflict_do_update(index_elements=[Partner.name_zh], set_={"name_en": english})
    return db.session.execute(renamed.returning(Partner.id)).scalar_one()


PRODUCTION = Reviewed(
    words=N_("剧目"),
    fields=FIELDS,
    title="title",
    page=("productions.production", "production_id"),
    read=queries.public_fields,
    write=write,
    site_of=queries.site_of,
)
"""What of a production is reviewed, and where it is read and written."""
