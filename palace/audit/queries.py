"""The audit as a list: who did what, in words; reads only."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

from flask import url_for
from flask_babel import gettext
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    ScalarSelect,
    and_,
    case,
    cast,
    func,
    or_,
    select,
)

from palace import words
from palace.audit.acts import ACTS, SUBJECTS
from palace.audit.rules import Values, changes
from palace.audit.values import CODES, VALUES
from palace.db import db, table_of
from palace.lists.queries import Column, List, instant, known
from palace.lists.rules import Kind
from palace.lists.services import NO, YES
from palace.members.models import AuditLine, Member, PersonalKey, Staff
from palace.members.rules import mask_name
from palace.members.services.audit import FOR
from palace.members.services.personal import opened
from palace.text import N_
from palace.venues.figure import Unit
from palace.venues.figures import ALL

NUMBERED = "^{kind}:[0-9]{{1,18}}$"
MOST_FOUND = 100
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+(Z|[+-]\d\d:\d\d)")
SAID = re.compile(r"[\w.-]{1,60}", re.ASCII)
SYSTEM = N_("系统")
DESTROYED = N_("个人内容已销毁")
IN_YUAN = {figure.name for figure in ALL if figure.unit is Unit.YUAN}
HIDDEN = N_("个人内容只在网页上看")


def _number(of: ColumnElement[str], kind: str) -> ColumnElement[int | None]:
    """Return the number behind the colon where it is of a kind; anything else is nobody's."""
    is_numbered = of.regexp_match(NUMBERED.format(kind=kind))
    return case((is_numbered, cast(func.split_part(of, ":", 2), BigInteger)), else_=None)


def _name(model: type[Staff] | type[Member], of: Any, kind: str) -> ScalarSelect[str]:
    return select(model.name).where(model.id == _number(of, kind)).scalar_subquery()


def _is_actor(typed: str) -> ColumnElement[bool]:
    """Return the condition that a line is of whom somebody typed, as `_meant` understands it."""
    actors = ["system"] if typed in {"system", gettext(SYSTEM)} else _meant(typed)
    return AuditLine.actor == actors[0] if len(actors) == 1 else AuditLine.actor.in_(actors)


def _is_subject(typed: str) -> ColumnElement[bool]:
    """Return the condition that a line is about something, or says that staff acted for that member."""
    things = _meant(typed)
    acted = and_(AuditLine.after.has_key(FOR), AuditLine.after[FOR].astext.in_(things))
    return or_(AuditLine.subject.in_(things), acted)


def _meant(typed: str) -> list[str]:
    """Return the ids of what somebody typed: as written, as pages say it (会员 5), or people.

    Staff are found by login or a part of the name, members by their whole name or phone number.
    They are looked up first: the indexes on lines are only used where the ids are known.
    """
    if ":" in typed:
        return [typed]
    found = [f"staff:{one}" for one in _ids(Staff.id, Staff.login == typed, _like_staff(typed))]
    phone = "".join(typed.split())
    found += [
        f"member:{one}" for one in _ids(Member.id, Member.name == typed, Member.phone == phone)
    ]
    return found + _as_said(typed)


def _like_staff(typed: str) -> ColumnElement[bool]:
    return Staff.name.icontains(typed, autoescape=True)


def _ids(number: Any, *fits: ColumnElement[bool]) -> list[int]:
    """Return the numbers of those whom one of the conditions fits, the first of them only."""
    wanted = select(number).where(or_(*fits)).order_by(number).limit(MOST_FOUND)
    return list(db.session.scalars(wanted))


def _as_said(typed: str) -> list[str]:
    """Return what 会员 5 or 票 77 is written as in a line; empty: it names nothing."""
    for kind, said in SUBJECTS.items():
        front = str(gettext(said, number="")).strip()
        number = typed.removeprefix(front).strip()
        if number != typed and SAID.fullmatch(number):
            return [f"{kind}:{number}"]
    return []


def _actor(row: Any) -> str:
    if row.actor == "system":
        return str(gettext(SYSTEM))
    if row.actor_staff:
        return str(row.actor_staff)
    return f"{_thing(row.actor)} {_masked(row.actor_member)}".strip()


def _subject(row: Any) -> str:
    name = row.subject_staff or _masked(row.subject_member)
    return f"{_thing(row.subject)} {name}".strip()


def _masked(name: str | None) -> str:
    return mask_name(name) if name else ""


def _thing(written: str) -> str:
    """Return member:5 as people say it: 会员 5."""
    kind, _, number = written.partition(":")
    if kind == "list" and number in known:
        number = f"“{gettext(known[number].title)}”"
    return str(gettext(SUBJECTS[kind], number=number)) if kind in SUBJECTS else written


def _subject_page(row: Any) -> str | None:
    """Return the page of what a line is about, where staff have one."""
    return url_for("care.health") if row.subject.startswith("task:") else None


def _change(row: Any) -> str:
    """Return what changed, a line each: 名字: 张三 → 李四."""
    if row.personal_of is None:
        return _lines(row.before, row.after)
    values = _personal(row) if row.personal else None
    if values is None:
        return f"{_lines(row.before, row.after)}\n{gettext(DESTROYED)}".strip()
    return _lines({**(row.before or {}), **values[0]}, {**(row.after or {}), **values[1]})


def _change_in_file(row: Any) -> str:
    """Return what changed without names and numbers: these are read on the page alone."""
    hidden = "" if row.personal_of is None else gettext(HIDDEN)
    return f"{_lines(row.before, row.after)}\n{hidden}".strip()


def _lines(before: Values | None, after: Values | None) -> str:
    return "\n".join(_change_words(*one) for one in changes(before, after))


def _personal(row: Any) -> tuple[dict[str, Any], dict[str, Any]] | None:
    """Return the names and numbers before and after; None: the person's key is destroyed."""
    key = PersonalKey(member_id=row.personal_of, key_id=row.key_id or "", wrapped=row.wrapped)
    return opened(row.personal, key, row.personal_of)


def _change_words(name: str, old: object, new: object) -> str:
    heading = gettext(VALUES[name]) if name in VALUES else name
    if old is None or (name == "role" and new is None):
        return f"{heading}: {_said(name, new or old)}"
    return f"{heading}: {_said(name, old)} → {_said(name, new)}"


def _said(name: str, value: object) -> str:
    """Return a value in words: a code by its name, an instant as people read it."""
    codes = CODES.get(name, {})
    if isinstance(value, int) and name in IN_YUAN:
        return words.yuan_words(value)
    if isinstance(value, str) and value in codes:
        return str(gettext(codes[value]))
    if isinstance(value, str) and value and name == "openings":
        return ", ".join(_opening(*one.split("=")) for one in value.split())
    if isinstance(value, str) and INSTANT.fullmatch(value):
        return words.instant_words(datetime.fromisoformat(value))
    return _value(value)


def _opening(whom: str, second: str) -> str:
    codes = CODES["openings"]
    who = gettext(codes[whom]) if whom in codes else f"{gettext(VALUES['unit'])} {whom}"
    return f"{who} {words.instant_words(datetime.fromtimestamp(int(second), UTC))}"


def _value(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name}={_value(part)}" for name, part in value.items())
    if isinstance(value, list):
        return ", ".join(_value(part) for part in value)
    if isinstance(value, bool):
        return str(gettext(YES if value else NO))
    return "–" if value in (None, "") else _thing(str(value))


LINES = List(
    endpoint="audit.lines",
    title=N_("操作记录"),
    source=table_of(AuditLine).outerjoin(
        table_of(PersonalKey), PersonalKey.member_id == AuditLine.personal_of
    ),
    key=AuditLine.id,
    order="-at",
    columns=[
        instant("at", AuditLine.at),
        Column(
            name="actor",
            heading=N_("谁"),
            of=AuditLine.actor,
            filters=True,
            where=_is_actor,
            say=_actor,
        ),
        Column(
            name="act",
            heading=N_("做了什么"),
            of=AuditLine.act,
            kind=Kind.WORD,
            choices=ACTS,
            filters=True,
        ),
        Column(
            name="subject",
            heading=N_("对象"),
            of=AuditLine.subject,
            filters=True,
            where=_is_subject,
            say=_subject,
            link=_subject_page,
        ),
        Column(
            name="change",
            heading=N_("改动"),
            of=AuditLine.after,
            say=_change,
            say_in_file=_change_in_file,
        ),
        Column(name="why", heading=N_("原因"), of=AuditLine.why, filters=True),
        Column(name="request", heading=N_("请求编号"), of=AuditLine.request_id),
    ],
    more=[
        AuditLine.before,
        AuditLine.after,
        AuditLine.personal,
        AuditLine.personal_of,
        PersonalKey.key_id,
        PersonalKey.wrapped,
        _name(Staff, AuditLine.actor, "staff").label("actor_staff"),
        _name(Member, AuditLine.actor, "member").label("actor_member"),
        _name(Staff, AuditLine.subject, "staff").label("subject_staff"),
        _name(Member, AuditLine.subject, "member").label("subject_member"),
    ],
    empty=N_("还没有操作记录。"),
    template="audit/lines.html",
)
