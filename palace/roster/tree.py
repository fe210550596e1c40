"""The tree of units: written by list, found by firm, nickname, pinyin or initials."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pypinyin import Style, lazy_pinyin
from sqlalchemy import Select, any_, case, func, literal, or_, select

from palace.db import db
from palace.members.models import Post, Unit
from palace.members.rules import Role, tidy_name
from palace.members.services import note
from palace.members.units import PARENTS, UnitKind
from palace.roster.errors import UnitLineWrong
from palace.roster.headings import KINDS, UNIT_HEADERS

FOUND = 20
LONGEST_TYPED = 60


@dataclass(frozen=True, kw_only=True)
class UnitLine:
    """A unit as a list names it; its parent, by code, stands above it or is known already."""

    code: str
    kind: str
    name: str
    parent: str = ""
    sector: str = ""
    nicknames: tuple[str, ...] = ()


def read_units(text: str) -> Iterator[UnitLine]:
    """Yield the units of a CSV with code, name, kind, parent, and perhaps sector and nicknames (/).

    Raises:
        UnitLineWrong: the first line names no columns.
    """
    rows = csv.reader(io.StringIO(text))
    known = {word: name for name, words in UNIT_HEADERS.items() for word in words.split()}
    columns = [known.get(header.strip().lower(), "") for header in next(rows, [])]
    if not {"code", "name", "kind"} <= set(columns):
        raise UnitLineWrong(line=1, code="")
    for cells in rows:
        given = {name: cell.strip() for name, cell in zip(columns, cells, strict=False) if name}
        if any(given.values()):
            nicknames = given.pop("nicknames", "").replace("、", "/").split("/")
            yield UnitLine(
                **{"code": "", "kind": "", "name": "", **given},
                nicknames=tuple(name.strip() for name in nicknames if name.strip()),
            )


def import_units(lines: Iterable[UnitLine]) -> dict[str, int]:
    """Write units, all or none; those of the same code are brought up to date. Return how many.

    Raises:
        UnitLineWrong: a line has no code or name, an unknown kind, or a parent that cannot be above it.
    """
    known = {unit.code: unit for unit in db.session.scalars(select(Unit))}
    counts = {"new": 0, "changed": 0, "unchanged": 0}
    for number, line in enumerate(lines, 2):
        kind, parent = _kind(line), known.get(line.parent)
        if not (kind and line.code and tidy_name(line.name)) or not _fits(kind, line, parent):
            raise UnitLineWrong(line=number, code=line.code)
        unit = known.get(line.code)
        counts[_write(line, kind, parent, unit)] += 1
        if unit is None:
            known[line.code] = db.session.scalars(select(Unit).where(Unit.code == line.code)).one()
    note("units_imported", "units", after=dict(counts))
    return counts


def _kind(line: UnitLine) -> UnitKind | None:
    return next((kind for kind, words in KINDS.items() if line.kind in words.split()), None)


def _fits(kind: UnitKind, line: UnitLine, parent: Unit | None) -> bool:
    """Return whether the parent stands higher; a unit without one is the top of its own tree."""
    if not line.parent:
        return True
    return parent is not None and parent.kind in PARENTS[kind]


def _write(line: UnitLine, kind: UnitKind, parent: Unit | None, unit: Unit | None) -> str:
    values = {
        "kind": kind,
        "name_zh": tidy_name(line.name),
        "sector": line.sector or None,
        "parent_id": parent.id if parent else None,
        "parent_kind": parent.kind if parent else None,
        "nicknames": list(line.nicknames),
    }
    values["pinyin"] = pinyin_of([str(values["name_zh"]), *line.nicknames])
    if unit is None:
        db.session.add(Unit(code=line.code, **values))
        db.session.flush()
        return "new"
    if all(getattr(unit, name) == value for name, value in values.items()):
        return "unchanged"
    for name, value in values.items():
        setattr(unit, name, value)
    db.session.flush()
    return "changed"


def pinyin_of(names: Iterable[str]) -> str:
    """Return names in pinyin, in full and by initials, each between spaces."""
    told = []
    for name in names:
        for style in (Style.NORMAL, Style.FIRST_LETTER):
            told.append("".join(lazy_pinyin(name, style=style)).lower().replace(" ", ""))
    return " ".join(dict.fromkeys(told))


def below(unit_id: int | None) -> Select[int]:
    """Return the select of a unit's id and those of all units below it."""
    tree = select(Unit.id).where(Unit.id == unit_id).cte(recursive=True)
    tree = tree.union_all(select(Unit.id).join(tree, Unit.parent_id == tree.c.id))
    return select(tree.c.id)


def units_below(unit_id: int) -> list[int]:
    """Return a unit and all below it, by number: what its people may see, and no more."""
    return sorted(db.session.scalars(below(unit_id)))


def organisers(unit_id: int) -> list[int]:
    """Return who organises a unit, or the nearest above it that has anybody."""
    here: int | None = unit_id
    while here is not None:
        wanted = select(Post.member_id).where(
            Post.unit_id == here, Post.role == Role.UNIT, Post.ended_at.is_(None)
        )
        found = [
            member_id for member_id in db.session.scalars(wanted.order_by(Post.id)) if member_id
        ]
        if found:
            return found
        here = db.session.scalars(select(Unit.parent_id).where(Unit.id == here)).first()
    return []


def find_units(typed: str, near: int | None = None, *, basic: bool = True) -> list[Unit]:
    """Return open unions by what people call them, the best first; basic ones, or of any kind.

    By name, nickname, pinyin or initials. `near` is a unit whose tree comes first, such as the one
    a poster names.
    """
    words = "".join(typed[:LONGEST_TYPED].lower().split())
    if not words:
        return []
    like = "%" + words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
    names = func.lower(Unit.name_zh + " " + func.array_to_string(Unit.nicknames, " "))
    hit = or_(names.like(like), Unit.pinyin.like(like))
    close = Unit.id.in_(below(near)) if near else literal(False)
    exact = or_(literal(typed.strip()) == any_(Unit.nicknames), Unit.name_zh == typed.strip())
    begins = or_(names.like(like[1:]), (" " + Unit.pinyin).like("% " + like[1:]))
    rank = case((exact, 0), (begins, 1), else_=2)
    kinds = [UnitKind.BASIC] if basic else list(UnitKind)
    wanted = select(Unit).where(Unit.kind.in_(kinds), Unit.closed_at.is_(None), hit)
    order = (case((close, 0), else_=1), rank, func.length(Unit.name_zh), Unit.id)
    return list(db.session.scalars(wanted.order_by(*order).limit(FOUND)))
