"""The numbers under which a provider has approved our words."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert

from palace.db import db, literally
from palace.members.services import note
from palace.notices import queries
from palace.notices.errors import TemplateMoved
from palace.notices.models import Notice, Template
from palace.notices.rules import State, Why

TEMPLATES_LOCK = 7_215_011


def set_template(key: tuple[str, str, str], template: str, *, seen: str, now: datetime) -> None:
    """Set or, with nothing, take away the template of (gateway, kind, language); what waited for it goes.

    Raises:
        TemplateMoved: it is not what was `seen` any more.
    """
    gateway, kind, language = key
    db.session.execute(select(func.pg_advisory_xact_lock(TEMPLATES_LOCK)))
    before = queries.templates(gateway).get((kind, language), "")
    if before != seen:
        raise TemplateMoved(template=before or "–")
    if template == before:
        return
    if template:
        _put(key, template, now)
    else:
        db.session.execute(
            delete(Template).where(
                Template.gateway == gateway, Template.kind == kind, Template.language == language
            )
        )
    was, told = {"template": before}, {"template": template}
    note("template_set", f"template:{kind}", before=was, after=told)


def _put(key: tuple[str, str, str], template: str, now: datetime) -> None:
    gateway, kind, language = key
    new = insert(Template).values(
        gateway=gateway, kind=kind, language=language, template=template, changed_at=now
    )
    put = new.on_conflict_do_update(
        index_elements=["gateway", "kind", "language"],
        set_={"template": template, "changed_at": now},
    )
    db.session.execute(put)
    db.session.execute(
        update(Notice)
        .where(
            Notice.state == literally(State.OWED),
            Notice.kind == kind,
            Notice.error == Why.NO_TEMPLATE,
        )
        .values(due_at=now, error=None)
        .execution_options(synchronize_session=False)
    )
