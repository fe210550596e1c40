"""What a plan's sheet may say, what is worth a warning, and which seats may not change under a show."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from palace.text import N_
from palace.venues.rules import PlanSeat, SeatType

Part = dict[str, Any]
PITCH = 54
"""Centimetres between seats below which two of them are likely one place (JGJ 57: 0.55 m at least)."""

WHEELCHAIRS, FIRST, MORE = 2, 400, 200
"""GB 55019-2021, 3.5.4: two wheelchair places up to 400 seats, one more for every 200 or part of them."""

MOST_TOLD = 200


class Wrong(StrEnum):
    """What is wrong with a line of a sheet."""

    HEADINGS = "headings"
    EMPTY = "empty"
    MISSING = "missing"
    TYPE = "type"
    NUMBER = "number"
    YES_NO = "yes_no"
    TEXT = "text"
    REPEATED = "repeated"
    CODE = "code"
    ENTRANCE = "entrance"
    PARTLY = "partly"
    OUTLINE = "outline"
    MANY = "many"


WRONG = {
    Wrong.HEADINGS: N_("第一行要有列名，至少有“排”和“座”。"),
    Wrong.EMPTY: N_("没有座位。"),
    Wrong.MISSING: N_("缺“%(value)s”。"),
    Wrong.TYPE: N_("没有“%(value)s”这一种，类型可以写：普通、轮椅席、陪同席。"),
    Wrong.NUMBER: N_("“%(value)s”不是数。"),
    Wrong.YES_NO: N_("“%(value)s”请写成“是”或“否”。"),
    Wrong.TEXT: N_("“%(value)s”太长，或者有看不见的字符。"),
    Wrong.REPEATED: N_("%(value)s 前面已经有了。"),
    Wrong.CODE: N_("编号“%(value)s”只能用字母、数字和短横，最多20个。"),
    Wrong.ENTRANCE: N_("没有写从哪个入口进。"),
    Wrong.PARTLY: N_("“%(value)s”有的行写了，这一行没有写。要么都写，要么都不写。"),
    Wrong.OUTLINE: N_("外形“%(value)s”看不懂。"),
    Wrong.MANY: N_("超过20000座。"),
}


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong in a sheet; line 0 is the whole of it."""

    line: int
    wrong: Wrong
    value: str = ""


class Doubt(StrEnum):
    """What a plan is asked about, and kept all the same."""

    CLOSE = "close"
    WHEELCHAIRS = "wheelchairs"
    ENTRANCE = "entrance"
    EMPTY_ZONE = "empty_zone"


DOUBTS = {
    Doubt.CLOSE: N_(
        "%(first)s 和 %(second)s 只隔%(cm)s厘米（不到54厘米），共有%(count)s对这样的座位。"
    ),
    Doubt.WHEELCHAIRS: N_("%(seats)s座应有至少%(wanted)s个轮椅席（GB 55019），图上有%(count)s个。"),
    Doubt.ENTRANCE: N_("没有“入口”一列，所有座位都写成从“入口”进。票上会印入口，请补上。"),
    Doubt.EMPTY_ZONE: N_("票区“%(zone)s”没有座位。"),
}
DEFAULT_ENTRANCE: Part = {"code": "1", "name": {"zh": "入口", "en": "entrance"}}


@dataclass(frozen=True)
class Doubted:
    """A doubt with the values of its sentence."""

    doubt: Doubt
    values: Mapping[str, object]


def wheelchairs_wanted(seats: int) -> int:
    """Return how many wheelchair places a house of so many seats has at least."""
    return WHEELCHAIRS + max(0, math.ceil((seats - FIRST) / MORE))


def doubts_about(document: Part) -> list[Doubted]:
    """Return what a document is asked about."""
    seats = document["seats"]
    found = [*_close(seats), *_few_wheelchairs(seats)]
    if document["entrances"] == [DEFAULT_ENTRANCE]:
        found.append(Doubted(Doubt.ENTRANCE, {}))
    used = {seat["category"] for seat in seats}
    found += [
        Doubted(Doubt.EMPTY_ZONE, {"zone": zone["name"]["zh"]})
        for zone in document["categories"]
        if zone["code"] not in used
    ]
    return found


def _few_wheelchairs(seats: Sequence[Part]) -> list[Doubted]:
    count = sum(seat["type"] == SeatType.WHEELCHAIR for seat in seats)
    wanted = wheelchairs_wanted(len(seats))
    if count >= wanted:
        return []
    return [Doubted(Doubt.WHEELCHAIRS, {"seats": len(seats), "wanted": wanted, "count": count})]


def _close(seats: Sequence[Part]) -> list[Doubted]:
    """Return the closest two seats and how many pairs are too close; only neighbouring cells are compared."""
    cells: dict[tuple[int, int], list[Part]] = defaultdict(list)
    pairs: list[tuple[float, str, str]] = []
    for seat in seats:
        across, deep = int(seat["x"] // PITCH), int(seat["y"] // PITCH)
        near = (
            other
            for dx in (-1, 0, 1)
            for dy in (-1, 0, 1)
            for other in cells[across + dx, deep + dy][:MOST_TOLD]
        )
        for other in near:
            apart = math.hypot(seat["x"] - other["x"], seat["y"] - other["y"])
            if round(apart, 1) < PITCH and other["section"] == seat["section"]:
                pairs.append((apart, other["id"], seat["id"]))
        cells[across, deep].append(seat)
    if not pairs:
        return []
    apart, first, second = min(pairs)
    told = {"first": first, "second": second, "cm": round(apart), "count": len(pairs)}
    return [Doubted(Doubt.CLOSE, told)]


class Hindrance(StrEnum):
    """Why a seat somebody has forbids another plan."""

    MISSING = "missing"
    NAME = "name"
    TYPE = "type"
    PRICE = "price"


HINDRANCES = {
    Hindrance.MISSING: N_("新图上没有"),
    Hindrance.NAME: N_("新图上叫别的名字"),
    Hindrance.TYPE: N_("新图上是另一种座位"),
    Hindrance.PRICE: N_("新图上票价不同"),
}


def hindrance(
    old: PlanSeat,
    new: PlanSeat | None,
    tier_id: int | None,
    prices: Mapping[tuple[str, int], int],
) -> Hindrance | None:
    """Return why somebody's seat may not become `new`, or None.

    Args:
        tier_id: what they bought it as; None for a seat that is kept, which has no price yet.
        prices: what a tier pays in a zone of the performance, by (zone, tier).
    """
    if new is None:
        return Hindrance.MISSING
    if (old.section, old.row, old.number) != (new.section, new.row, new.number):
        return Hindrance.NAME
    if old.type is not new.type:
        return Hindrance.TYPE
    if tier_id is not None and old.zone != new.zone:
        before, after = prices.get((old.zone, tier_id)), prices.get((new.zone, tier_id))
        return None if before is not None and before == after else Hindrance.PRICE
    return None


def picked_ids(seats: Iterable[Part], codes: Iterable[str], parts: Iterable[str]) -> set[str]:
    """Return the seats chosen by code, or with their section (ST), row (ST/5) or block of it (ST/5/1)."""
    wanted, whole = set(codes), set(parts)
    return {
        seat["id"] for seat in seats if seat["id"] in wanted or not whole.isdisjoint(parts_of(seat))
    }


def parts_of(seat: Part) -> tuple[str, str, str]:
    """Return the parts of the house a seat is chosen with."""
    section, row = seat["section"], f"{seat['section']}/{seat['row']}"
    return section, row, f"{row}/{seat['block']}"
