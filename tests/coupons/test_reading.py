"""A partner's list: pasted, as CSV or as XLSX; line by line, and twice the same is once."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path

import pytest
from openpyxl import Workbook

from palace.coupons import queries, services
from palace.coupons.errors import (
    CodesColumnUnclear,
    CodesMissing,
    CodesTooLarge,
    CodesUnreadable,
    CouponsOver,
)
from palace.coupons.reading import read_file, read_text
from palace.coupons.rules import MOST_CODES, Line, Outcome
from palace.db import db
from palace.security import keys, rotate_keys
from tests.coupons.conftest import pool_of, take
from tests.factory import Factory


def workbook(rows: Sequence[Sequence[object]]) -> io.BytesIO:
    """Return an XLSX."""
    book, to = Workbook(), io.BytesIO()
    for row in rows:
        book.worksheets[0].append(list(row))
    book.save(to)
    to.seek(0)
    return to


def test_pasted_lines_keep_their_numbers() -> None:
    assert read_text("AA11\r\n\n BB22 \n\n") == [(1, "AA11"), (2, ""), (3, " BB22")]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_a_csv_names_its_columns(encoding: str) -> None:
    told = "序号,券码,密码,有效期\n1,AA11,778899,2026-12-31\n2,BB22,665544,2026-12-31\n"
    lines = read_file(io.BytesIO(told.encode(encoding)))
    assert lines == [(2, "AA11 778899"), (3, "BB22 665544")]


def test_a_column_alone_needs_no_name() -> None:
    assert read_file(io.BytesIO(b"AA11\nBB22\n")) == [(1, "AA11"), (2, "BB22")]


def test_a_workbook_is_read_as_its_digits_stand_there() -> None:
    lines = read_file(workbook([["券码"], ["AA11"], [123456789012], [None], ["1.2E+15"]]))
    assert [text for _number, text in lines] == ["AA11", "123456789012", "", "1.2E+15"]


def test_several_columns_without_a_name_are_asked_about() -> None:
    with pytest.raises(CodesColumnUnclear):
        read_file(io.BytesIO("AA11,张三\n".encode()))


@pytest.mark.parametrize("body", [b"PK\x03\x04 no book", b"\xff\xff\x80", b"x" * 70_000])
def test_what_is_no_list_is_refused(body: bytes) -> None:
    with pytest.raises(CodesUnreadable):
        read_file(io.BytesIO(body))


def test_so_many_at_once_and_no_more() -> None:
    at_most = "\n".join(f"C{n}" for n in range(MOST_CODES))
    assert len(read_text(at_most)) == MOST_CODES
    with pytest.raises(CodesTooLarge):
        read_text(at_most + "\nX")
    with pytest.raises(CodesTooLarge):
        read_file(io.BytesIO(f"{at_most}\nX".encode()))


def test_ten_thousand_come_in_once(make: Factory) -> None:
    pool = pool_of(make, 0)
    lines = [(n, f"C{n:06}") for n in range(1, MOST_CODES + 1)]
    assert services.bring_in(pool.id, lines).brought == MOST_CODES
    again = services.bring_in(pool.id, lines)
    assert (again.brought, len(again.good), len(again.wrong)) == (0, 0, MOST_CODES)
    assert queries.figures(pool.id).left == MOST_CODES


def test_looking_keeps_nothing_and_says_each_line(make: Factory) -> None:
    pool = pool_of(make, ["AA11"])
    read = services.look(pool, [(1, "AA11"), (2, "BB22"), (3, "BB22"), (4, ""), (5, "券")])
    assert read.brought is None
    assert read.good == [Line(2, "BB22")]
    assert [one.outcome for one in read.wrong] == [
        Outcome.KNOWN,
        Outcome.REPEATED,
        Outcome.EMPTY,
        Outcome.STRANGE,
    ]
    assert queries.figures(pool.id).total == 1


def test_a_code_is_known_in_every_pool_of_its_partner_alone(make: Factory) -> None:
    pool_of(make, ["AA11"])
    same, other = pool_of(make, 0), pool_of(make, 0, partner=("星光影院", ""))
    assert services.look(same, [(1, "AA11")]).good == []
    assert services.bring_in(other.id, [(1, "AA11")]).brought == 1


def test_a_code_is_known_and_read_after_the_keys_were_rotated(make: Factory) -> None:
    pool, member = pool_of(make, ["AA11", "BB22"]), make.member()
    old = keys().active("personal")
    path: Path = make.app.extensions["palace"].keys_file
    before = path.read_bytes()
    try:
        from_now = pool.made_at
        rotate_keys(path, ["personal"], from_now)
        assert keys().active("personal").id != old.id
        assert services.look(pool, [(1, "AA11")]).good == []
        assert take(member, pool) in {"AA11", "BB22"}
        assert queries.has_codes(old.id)
        assert not queries.has_codes(keys().active("personal").id)
    finally:
        path.write_bytes(before)


def test_an_empty_list_and_a_pool_that_is_over_are_refused(make: Factory) -> None:
    pool = pool_of(make, 0)
    with pytest.raises(CodesMissing):
        services.look(pool, [(1, " "), (2, "")])
    pool.valid_until = pool.made_at.date().replace(year=2020, day=1)
    db.session.flush()
    with pytest.raises(CouponsOver):
        services.bring_in(pool.id, [(1, "AA11")])
