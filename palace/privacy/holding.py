"""What one table keeps of a member, as page, download and erasing all read it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Column, ColumnElement, Select, delete, func, select, update
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.sql.dml import Delete, Update

from palace.db import Base, table_of
from palace.text import N_

STAYS = N_("账要对得上，一直留着；注销以后不再写着是谁。")
GOES = N_("留到您注销。")
DAYS = N_("过%(days)s天删除，注销时马上删。")


@dataclass(frozen=True)
class Whose:
    """A member as tables know them; no phone where others use the number too."""

    id: int
    phone: str | None

    @property
    def actor(self) -> str:
        """Return what they are called in the audit and to notices."""
        return f"member:{self.id}"


Of = Callable[[Whose], ColumnElement[bool]]


@dataclass(frozen=True, kw_only=True)
class Holding:
    """What one table keeps of a member.

    Attributes:
        title, kept: what it is and how long it stays, in words; `days` names the house rule.
        of: which rows are theirs.
        untold: columns that stay in the house: what hashes, keys and machines go by.
        also: what a row is about, where numbers alone would say nothing.
        goes: rows that erasing deletes; emptied: columns it changes in the rows that stay.
    """

    model: type[Base]
    title: str
    kept: str
    of: Of
    days: str = ""
    untold: frozenset[str] = frozenset()
    also: Mapping[str, ColumnElement[Any]] = field(default_factory=dict)
    goes: Of | None = None
    emptied: Mapping[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Return the table's name."""
        return str(self.model.__tablename__)

    @property
    def columns(self) -> Sequence[Column[Any]]:
        """Return what a person is told."""
        return [one for one in table_of(self.model).columns if one.name not in self.untold]

    def told(self, whose: Whose) -> Select[Any]:
        """Return the statement that reads what somebody is told."""
        also = [column.label(name) for name, column in self.also.items()]
        order = table_of(self.model).primary_key.columns
        return select(*self.columns, *also).where(self.of(whose)).order_by(*order)

    def count(self, whose: Whose) -> Select[int]:
        """Return the statement that counts somebody's rows."""
        return select(func.count()).select_from(self.model).where(self.of(whose))

    def erasing(self, whose: Whose) -> Iterator[Delete | Update]:
        """Yield what erasing does to the table."""
        if self.emptied:
            yield update(self.model).where(self.of(whose)).values(**self.emptied)
        if self.goes:
            yield delete(self.model).where(self.goes(whose))


def by(column: InstrumentedAttribute[Any]) -> Of:
    """Return that a row's column holds the member's number."""
    return lambda whose: column == whose.id


def by_actor(column: InstrumentedAttribute[str]) -> Of:
    """Return that a row's column says "member:5"."""
    return lambda whose: column == whose.actor
