"""The administrator looks for something in the audit and takes it along: phone, desk, large text, English."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from tests.journeys.conftest import Person
from tests.journeys.test_care import signed_in

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys")]
DESK = {"viewport": {"width": 1280, "height": 900}, "has_touch": False}


def fetched(someone: Person, name: str, folder: Path) -> bytes:
    """Tap what downloads a file; return the file."""
    someone.taps += 1
    with someone.page.expect_download() as coming:
        someone.page.get_by_role("link", name=name).first.click()
    path = folder / "file"
    coming.value.save_as(path)
    return path.read_bytes()


@pytest.mark.parametrize(("name", "how"), [("audit-390", {}), ("audit-1280", DESK)])
def test_an_administrator_finds_a_line_and_takes_the_list_along(
    person: Callable[..., Person], tmp_path: Path, name: str, how: dict[str, object]
) -> None:
    admin = signed_in(person(**how), "admin", "nangong-1958")
    admin.taps = 0
    admin.tap(re.compile("操作记录"), role="link")
    admin.look(name)
    admin.page.locator("summary").click()
    admin.page.get_by_label("做了什么").select_option(label="登录工作台")
    admin.tap("查找")
    admin.taps += 2
    admin.look(f"{name}-found")
    assert "登录工作台" in admin.say()
    assert admin.taps == 4

    raw = fetched(admin, "导出 CSV", tmp_path)
    rows = list(csv.reader(io.StringIO(raw.decode("utf-8-sig"))))
    assert rows[0][:3] == ["时间", "谁", "做了什么"]
    assert {row[2] for row in rows[1:]} == {"登录工作台"}

    admin.tap("导出 XLSX")
    download = admin.page.get_by_role("link", name="下载").first
    for _ in range(20):
        if download.count():
            break
        admin.page.wait_for_timeout(1000)
        admin.go("/staff/exports")
    admin.look(f"{name}-exports")
    book = openpyxl.load_workbook(io.BytesIO(fetched(admin, "下载", tmp_path)))
    acts = {row[2].value for row in book.worksheets[0].iter_rows(min_row=2)}
    assert acts == {"登录工作台"}
    assert admin.taps == 7


@pytest.mark.parametrize("script", [True, False])
def test_it_reads_well_large_in_english_and_without_scripts(
    person: Callable[..., Person], script: bool
) -> None:
    admin = signed_in(person(java_script_enabled=script), "admin", "nangong-1958")
    admin.go("/staff/audit?at_from=nonsense")
    assert "请填日期" in admin.say()
    if script:
        admin.look("audit-wrong")
    admin.go("/staff/audit?act=restored")
    assert "没有符合的内容" in admin.say()
    admin.go("/staff/audit")
    admin.tap("大字", role="link")
    if script:
        admin.look("audit-large")
    admin.tap("EN", role="link")
    assert "Staff signed in" in admin.say()
    admin.tap("Oldest first", role="link")
    assert admin.page.get_by_role("link", name="Newest first").count() == 1
    if script:
        admin.look("audit-large-en")
