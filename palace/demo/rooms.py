"""Rooms and courts of the demonstration palace, how they are lent, and when the houses are open."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import time
from typing import Any

from sqlalchemy import select

from palace.db import db
from palace.demo.house import read
from palace.hours.models import OpeningHours
from palace.hours.rules import WEEKDAYS, read_parts
from palace.rooms.models import Equipment, NoisePair, Room, RoomEquipment
from palace.rooms.policies import Policy, PolicyPreset
from palace.venues import queries as venues
from palace.venues.models import Space

OF_A_COURT = {"purposes": ["sport"]}


def bring_in() -> None:
    """Add opening hours, policies, equipment, rooms and courts."""
    told, spaces = read("rooms.toml"), _spaces()
    db.session.add_all(_hours(told["hours"], spaces))
    site_id = venues.head_site().id
    policies = {row["code"]: _policy(site_id, row) for row in told["policy"]}
    things = {row["code"]: Equipment(site_id=site_id, **row) for row in told["equipment"]}
    db.session.add_all([*policies.values(), *things.values()])
    db.session.flush()
    for row in told["room"] + _courts(told["court"], spaces):
        _room(spaces, policies, things, row)
    for pair in told["noise"]["pairs"]:
        first, second = sorted(spaces[code].id for code in pair)
        db.session.add(NoisePair(space_id=first, other_id=second))
    db.session.flush()


def _spaces() -> dict[str, Space]:
    return {space.code: space for space in db.session.scalars(select(Space)).unique()}


def _hours(rows: list[dict[str, Any]], spaces: Mapping[str, Space]) -> list[OpeningHours]:
    """Return the hours of houses and spaces, the same on every weekday."""
    head = venues.head_site().code
    sites = {site.code: site.id for site in venues.sites()}
    return [
        OpeningHours(
            site_id=sites[row.get("site", head)],
            space_id=spaces[row["space"]].id if "space" in row else None,
            weekday=weekday,
            opens=opens,
            closes=closes,
        )
        for row in rows
        for opens, closes in (one.clock_times for one in read_parts(row["open"]))
        for weekday in WEEKDAYS
    ]


def _policy(site_id: int, row: dict[str, Any]) -> Policy:
    """Return a policy: the figures of its preset, then its own."""
    own = dict(row)
    preset = db.session.get_one(PolicyPreset, own.pop("preset")) if "preset" in own else None
    figures = dict(preset.figures) if preset else {}
    if "opens_at" in figures:
        figures["opens_at"] = time.fromisoformat(figures["opens_at"])
    return Policy(site_id=site_id, **figures | own)


def _courts(rows: list[dict[str, Any]], spaces: Mapping[str, Space]) -> list[dict[str, Any]]:
    """Return every numbered place of a court as a room of its own."""
    return [
        {**OF_A_COURT, **row, "code": code}
        for row in rows
        for code in spaces
        if code.rpartition("-")[0] == row["code"]
    ]


def _room(
    spaces: Mapping[str, Space],
    policies: Mapping[str, Policy],
    things: Mapping[str, Equipment],
    row: dict[str, Any],
) -> None:
    own = dict(row)
    space_id = spaces[own.pop("code")].id
    policy, stands = policies[own.pop("policy", "rehearsal")], own.pop("equipment", {})
    db.session.add(Room(space_id=space_id, policy_id=policy.id, **own))
    db.session.flush()
    db.session.add_all(
        RoomEquipment(space_id=space_id, equipment_id=things[code].id, count=count)
        for code, count in stands.items()
    )
