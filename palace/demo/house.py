"""The houses of the demonstration palace: sites and rules, spaces and their parts, plans, unions."""

from __future__ import annotations

import itertools
import json
import tomllib
from pathlib import Path
from typing import Any

from sqlalchemy.dialects.postgresql import Range

from palace.db import db
from palace.roster.tree import UnitLine, import_units
from palace.venues.models import HouseRules, Site, Space
from palace.venues.services import import_plan

FILES = Path(__file__).parent / "files"


def read(name: str) -> dict[str, Any]:
    """Return one of the demonstration's data files."""
    return tomllib.loads((FILES / name).read_text(encoding="utf-8"))


def bring_in() -> None:
    """Add the sites with their rules, spaces and plans, and the tree of unions."""
    palace = read("palace.toml")
    sites = [Site(**row) for row in palace["site"]]
    db.session.add_all(sites)
    db.session.flush()
    db.session.add_all(HouseRules(site_id=site.id) for site in sites)
    courts = [row for court in palace["court"] for row in _courts(court)]
    _add_spaces({site.code: site for site in sites}, palace["space"] + courts)
    _add_unions(palace["union"])


def _courts(court: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the numbered places of a court, each a space of its own."""
    return [
        {
            "code": f"{court['code']}-{number}",
            "kind": "court",
            "name_zh": f"{court['name_zh']}{number}号",
            "name_en": f"{court['name_en']} {number}",
            "capacity": court["capacity"],
        }
        for number in range(1, court["count"] + 1)
    ]


def _add_spaces(sites: dict[str, Site], rows: list[dict[str, Any]]) -> None:
    """Add spaces, of the first site where none is named: each an atom of its own, a whole its parts'."""
    head, fresh = next(iter(sites)), itertools.count(1)
    atoms = {row["code"]: next(fresh) for row in rows if "parts" not in row}
    for row in rows:
        plan = row.pop("plan", None)
        made_of = [atoms[code] for code in row.pop("parts", [row["code"]])]
        site = sites[row.pop("site", head)]
        space = Space(site_id=site.id, atoms=[Range(atom, atom + 1) for atom in made_of], **row)
        db.session.add(space)
        db.session.flush()
        if plan:
            import_plan(space, json.loads((FILES / plan).read_text(encoding="utf-8")))


def _add_unions(rows: list[dict[str, Any]]) -> None:
    """Add the tree of unions; `people` says how many each has, which is for later."""
    import_units(
        UnitLine(
            code=row["code"],
            kind=row["kind"],
            name=row["name_zh"],
            parent=row.get("parent", ""),
            sector=row.get("sector", ""),
            nicknames=tuple(row.get("nicknames", ())),
        )
        for row in rows
    )
