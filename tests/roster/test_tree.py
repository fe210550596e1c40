"""The tree of units: brought in as a list, without circles, found by what people call it."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError

from palace.db import db
from palace.members.models import Unit
from palace.roster.errors import UnitLineWrong
from palace.roster.tree import (
    UnitLine,
    find_units,
    import_units,
    pinyin_of,
    read_units,
    units_below,
)
from palace.rosters import roster, units
from tests.conftest import real_palace
from tests.factory import Factory
from tests.roster.conftest import TREE, listed, people, unit_id

LIST = """代码,名称,类别,上级,行业,别名
city,太原市总工会,总工会,,,
taxi,出租汽车行业工会,行业工会,city,新就业形态,
first,第一出租汽车公司工会,基层工会,taxi,新就业形态,一出租/一出
"""


def test_a_list_is_read_and_a_second_time_changes_nothing(make: Factory) -> None:
    assert import_units(read_units(LIST)) == {"new": 3, "changed": 0, "unchanged": 0}
    assert import_units(read_units(LIST)) == {"new": 0, "changed": 0, "unchanged": 3}
    assert import_units(read_units(LIST.replace("一出\n", "一出公司\n")))["changed"] == 1


@pytest.mark.parametrize(
    "line",
    [
        UnitLine(code="x", kind="行会", name="工会"),
        UnitLine(code="", kind="basic", name="工会"),
        UnitLine(code="x", kind="basic", name=" "),
        UnitLine(code="x", kind="basic", name="工会", parent="nobody"),
        UnitLine(code="x", kind="basic", name="工会", parent="first"),
        UnitLine(code="x", kind="federation", name="工会", parent="city"),
        UnitLine(code="x", kind="district", name="工会", parent="taxi"),
    ],
)
def test_a_line_that_fits_nowhere_is_named(make: Factory, line: UnitLine) -> None:
    with pytest.raises(UnitLineWrong) as refused:
        import_units([*TREE, line])
    assert refused.value.values["line"] == len(TREE) + 2


def test_the_database_knows_no_circles(make: Factory) -> None:
    import_units(TREE)
    taxi = db.session.get_one(Unit, unit_id("taxi"))
    taxi.parent_id, taxi.parent_kind = taxi.id, taxi.kind
    with pytest.raises(IntegrityError):
        db.session.flush()


def test_below_a_unit_are_its_own_alone(make: Factory) -> None:
    import_units(TREE)
    assert units_below(unit_id("taxi")) == [unit_id("taxi"), unit_id("first"), unit_id("second")]
    assert units_below(unit_id("first")) == [unit_id("first")]


@pytest.mark.parametrize(
    ("typed", "codes"),
    [
        ("第一出租", ["first"]),
        ("一出租", ["first"]),
        ("diyichuzu", ["first"]),
        ("dyczqcgsgh", ["first"]),
        ("yichuzu", ["first"]),
        ("YCZ", ["first"]),
        ("出租", ["first", "second"]),
        ("gangtie", ["steel"]),
        ("%", []),
        ("", []),
        ("没有", []),
    ],
)
def test_a_union_is_found_by_what_people_call_it(
    make: Factory, typed: str, codes: list[str]
) -> None:
    import_units(TREE)
    assert [unit.code for unit in find_units(typed)] == codes


def test_what_is_near_comes_first_and_what_is_closed_not(make: Factory) -> None:
    import_units(TREE)
    assert find_units("工会", near=unit_id("steel"))[0].code == "steel"
    db.session.get_one(Unit, unit_id("steel")).closed_at = db.session.scalar(
        db.text("SELECT now()")
    )
    db.session.flush()
    assert "steel" not in [unit.code for unit in find_units("工会")]


def test_ten_thousand_units_are_searched_in_a_moment(make: Factory) -> None:
    import_units(TREE)
    names = [f"第{number}机械加工厂工会" for number in range(10_000)]
    rows = [
        {"code": f"x{number}", "kind": "basic", "name_zh": name, "pinyin": pinyin_of([name])}
        for number, name in enumerate(names)
    ]
    db.session.execute(insert(Unit), rows)
    began = time.perf_counter()
    found = find_units("di9999jixie")

    assert [unit.code for unit in found] == ["x9999"]
    assert time.perf_counter() - began < 1


def test_units_and_rosters_come_by_the_command_line(live: Factory, tmp_path: Path) -> None:
    live.site()
    live.commit()
    settings = real_palace(live.app.extensions["palace"])
    (tmp_path / "units.csv").write_text(LIST, encoding="utf-8")
    (tmp_path / "roster.csv").write_bytes(listed("张建华,,TY1,一出租,,,", "张3,,TY2,first,,,"))

    def typed(command: object, *words: str) -> str:
        told = CliRunner().invoke(command, words, obj=settings)  # type: ignore[arg-type]  # one of ours
        return told.output

    assert "3 new" in typed(units, str(tmp_path / "units.csv"))
    assert "Nothing was changed." in typed(roster, str(tmp_path / "roster.csv"), "--dry-run")
    assert people() == []
    told = typed(roster, str(tmp_path / "roster.csv"), "--unit", "taxi", "--complete")
    assert "1 new, 0 changed, 0 unchanged, 0 leaving, 1 errors." in told
    assert "Line 3: A name has 2 to 30 letters" in told
    assert "Imported." in told
    assert [card for card, _, _ in people()] == ["TY1"]
    assert "There is no such unit" in typed(
        roster, str(tmp_path / "roster.csv"), "--unit", "nobody"
    )
