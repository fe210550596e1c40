"""An administrator brings a roster in: on a phone, a desk, in large text, English, without scripts."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Route

from tests.journeys.conftest import PICTURES, Person
from tests.journeys.test_care import signed_in

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys")]

ROSTER = """姓名,手机号,会员卡号,有效期至,状态
马骏,19900009001,ZQ{0}01,2027-12-31,在职
高玉兰,,ZQ{0}02,2027-12-31,退休
=1+1,,ZQ{0}03,,
田野,123,ZQ{0}04,,
"""
PATIENCE = 60_000


@pytest.mark.parametrize(
    ("name", "how"),
    [
        ("roster-390", {}),
        ("roster-1280", {"viewport": {"width": 1280, "height": 900}, "has_touch": False}),
        ("roster-dark", {"color_scheme": "dark"}),
        ("roster-noscript", {"java_script_enabled": False}),
    ],
)
def test_an_administrator_brings_a_roster_in(
    person: Callable[..., Person], tmp_path: Path, name: str, how: dict[str, object]
) -> None:
    file = tmp_path / "老陈醋厂名册.csv"
    file.write_text(ROSTER.format(name[-1]), encoding="gb18030")
    admin = signed_in(person(**how), "admin", "nangong-1958")
    admin.taps = 0
    admin.tap("会员名册", role="link")
    looks = name != "roster-noscript"
    if looks:
        admin.look(name)
    admin.page.get_by_label("名册文件").set_input_files(file)
    admin.page.get_by_label("哪个单位的名册").select_option(label="老陈醋厂工会（示例）")
    admin.tap("上传并核对")
    admin.page.get_by_role("button", name="确认导入").wait_for(timeout=PATIENCE)
    told = admin.say()
    assert "像公式" in told
    assert "第5行" in told
    if looks:
        admin.look(f"{name}-read")
    admin.tap("确认导入")
    admin.page.get_by_text("已导入").wait_for(timeout=PATIENCE)
    if looks:
        admin.look(f"{name}-done")
        admin.tap("大字", role="link")
        admin.look(f"{name}-large")
        admin.tap("EN", role="link")
        admin.look(f"{name}-english")
        assert "Imported" in admin.say()
        assert PICTURES.exists()
    assert admin.taps <= 5


WAITING = '<div id="import" data-read="5" data-state="applying"></div></main>'


def test_the_waiting_page_loads_anew_only_when_something_changed(
    person: Callable[..., Person],
) -> None:
    admin = signed_in(person(service_workers="block"), "admin", "nangong-1958")
    state, asked = {"state": "applying", "read": 5}, {"page": 0, "progress": 0}

    def answer(route: Route) -> None:
        if "json" in route.request.headers["accept"]:
            asked["progress"] += 1
            route.fulfill(json=state)
        else:
            asked["page"] += 1
            real = route.fetch()
            route.fulfill(response=real, body=real.text().replace("</main>", WAITING))

    admin.page.route("**/staff/roster", answer)
    admin.go("/staff/roster")
    admin.page.wait_for_timeout(5000)
    assert (asked["page"], asked["progress"] >= 2) == (1, True)
    state["read"] = 6
    with admin.page.expect_navigation():
        pass
    assert asked["page"] == 2
