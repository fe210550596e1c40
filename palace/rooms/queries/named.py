"""What a reservation and its places are called, in one round trip and both languages."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ARRAY, BigInteger, Text, any_, bindparam, select

from palace.rooms.models import Purpose
from palace.statements import Question, execute_all
from palace.troupes.models import Troupe
from palace.venues.models import Site, Space


@dataclass(frozen=True, kw_only=True)
class Place:
    """What a space and its house are called."""

    id: int
    name_zh: str
    name_en: str
    site_zh: str
    site_en: str


@dataclass(frozen=True, kw_only=True)
class Named:
    """What a reservation is called, what for and whose troupe, and its places by their spaces."""

    title_zh: str
    title_en: str
    places: Mapping[int, Place]


def named_of(purpose: str, troupe_id: int | None, space_ids: Collection[int]) -> Named:
    """Return the names of a reservation."""
    return told_names(*execute_all(*asking_names(purpose, troupe_id, space_ids)))


def asking_names(
    purpose: str, troupe_id: int | None, space_ids: Collection[int]
) -> tuple[Question, Question]:
    """Return the statements of `named_of`, for `told_names` to read."""
    title = {"purpose": purpose, "troupe_id": troupe_id}
    return (TITLE, title), (PLACES, {"ids": list(space_ids)})


def told_names(titles: Sequence[Any], places: Sequence[Any]) -> Named:
    """Return the names of a reservation from what `asking_names` was answered."""
    row = titles[0]
    front_zh = f"{row.troupe_zh} · " if row.troupe_zh else ""
    front_en = f"{row.troupe_en} · " if row.troupe_en else ""
    return Named(
        title_zh=front_zh + row.name_zh,
        title_en=front_en + row.name_en,
        places={place.id: Place(**place._asdict()) for place in places},
    )


TITLE = (
    select(
        Purpose.name_zh,
        Purpose.name_en,
        Troupe.name_zh.label("troupe_zh"),
        Troupe.name_en.label("troupe_en"),
    )
    .outerjoin(Troupe, Troupe.id == bindparam("troupe_id", type_=BigInteger))
    .where(Purpose.code == bindparam("purpose", type_=Text))
)
PLACES = (
    select(
        Space.id,
        Space.name_zh,
        Space.name_en,
        Site.name_zh.label("site_zh"),
        Site.name_en.label("site_en"),
    )
    .join(Site, Site.id == Space.site_id)
    .where(Space.id == any_(bindparam("ids", type_=ARRAY(BigInteger))))
)
