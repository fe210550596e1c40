"""The figures of the house as they are, as they are by default, and what they lead to; never writes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnDefault, select

from palace.clock import palace_day
from palace.db import db, table_of
from palace.strikes import queries as strikes
from palace.strikes.models import StrikePreset
from palace.strikes.rules import Ladder, count_barred, leads_to_the_same
from palace.venues.errors import PresetUnknown
from palace.venues.figures import FIGURES, Group
from palace.venues.models import HouseRules
from palace.venues.queries import head_site, house_rules


@dataclass(frozen=True, kw_only=True)
class Choice:
    """A preset, whether it is in force, and how many may not book today where it is."""

    preset: StrikePreset
    in_force: bool
    barred: int


@dataclass(frozen=True, kw_only=True)
class Bars:
    """What strikes lead to now, what they might, and how many may not book today."""

    ladder: Ladder
    choices: list[Choice]
    barred: int


def figures_of(group: Group, house: HouseRules | None = None) -> dict[str, int | bool]:
    """Return the figures of a group as they are, by name in the order of the page."""
    house = house or house_rules()
    return {figure.name: getattr(house, figure.name) for figure in FIGURES[group]}


def default_of(name: str) -> int | bool:
    """Return what a figure is in a house that never changed it.

    Raises:
        TypeError: the column has no plain default.
    """
    default = table_of(HouseRules).c[name].default
    if not isinstance(default, ColumnDefault):
        raise TypeError(name)
    value: int | bool = default.arg
    return value


def locked() -> HouseRules:
    """Return the rules of the house under their lock, as they stand once it is ours.

    Raises:
        NotSetUp: there is no house yet.
    """
    wanted = select(HouseRules).where(HouseRules.site_id == head_site().id)
    fresh = wanted.execution_options(populate_existing=True)
    return db.session.scalars(fresh.with_for_update(key_share=True)).one()


def get_preset(code: str) -> StrikePreset:
    """Return a preset by its code.

    Raises:
        PresetUnknown: there is none.
    """
    found = db.session.get(StrikePreset, code)
    if found is None:
        raise PresetUnknown
    return found


def bars(now: datetime) -> Bars:
    """Return what strikes lead to, and whom they bar now under each preset: bars are never stored."""
    ladder, presets = strikes.ladder(), strikes.presets()
    longest = max([ladder.bar_days, *(one.bar_days for one in presets)])
    everybodys, today = strikes.days_of_everybody(now, longest), palace_day(now)
    return Bars(
        ladder=ladder,
        choices=[
            Choice(
                preset=one,
                in_force=leads_to_the_same(one.ladder, ladder),
                barred=count_barred(everybodys, one.ladder, today),
            )
            for one in presets
        ],
        barred=count_barred(everybodys, ladder, today),
    )
