"""Kinds of unions and what a roster says of a person: plain values, beside the rules of members."""

from __future__ import annotations

from enum import StrEnum


class UnitKind(StrEnum):
    """Where a union stands in the tree."""

    FEDERATION = "federation"
    DISTRICT = "district"
    INDUSTRY = "industry"
    TRADE = "trade"
    BASIC = "basic"


PARENTS: dict[UnitKind, tuple[UnitKind, ...]] = {
    UnitKind.FEDERATION: (),
    UnitKind.DISTRICT: (UnitKind.FEDERATION,),
    UnitKind.INDUSTRY: (UnitKind.FEDERATION,),
    UnitKind.TRADE: (UnitKind.FEDERATION, UnitKind.DISTRICT, UnitKind.INDUSTRY),
    UnitKind.BASIC: (
        UnitKind.FEDERATION,
        UnitKind.DISTRICT,
        UnitKind.INDUSTRY,
        UnitKind.TRADE,
    ),
}
"""Below which kinds a union may stand; always a higher one, so that the tree has no circles."""


class RosterStatus(StrEnum):
    """What a unit says of a person; the retired are members as long as the house rules say so."""

    ACTIVE = "active"
    RETIRED = "retired"
    LEFT = "left"
