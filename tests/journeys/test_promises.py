"""A late-comer at the door, who waits in a wheelchair, a show's own rule of gifts, openings that stay."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import NullPool, create_engine, text

from palace.clock import SHANGHAI
from palace.postgres import Cluster
from tests.journeys.conftest import PICTURES, Person, fresh_phone
from tests.journeys.test_desk import manager, open_first
from tests.journeys.test_door import Book, scan, shown, steward_at  # noqa: F401 - shown: a fixture
from tests.journeys.test_posts import looked_at

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys")]

WIDE = {"viewport": {"width": 1280, "height": 900}, "has_touch": False}
DARK = {"color_scheme": "dark"}
BEFORE = """
SELECT s.id, doors_at, starts_at, sale_opens_at, sale_closes_at, ends_at,
       production_id, late_entry, late_minute
  FROM performances s JOIN productions p ON p.id = s.production_id WHERE s.id = :show
"""
AGAIN = """
UPDATE performances SET doors_at = :doors_at, starts_at = :starts_at, ends_at = :ends_at,
  sale_opens_at = :sale_opens_at, sale_closes_at = :sale_closes_at WHERE id = :id
"""
BEGUN = """
UPDATE performances SET doors_at = palace_clock() - interval '1 hour',
  starts_at = palace_clock() - interval '5 minutes',
  sale_opens_at = least(sale_opens_at, palace_clock() - interval '2 hours'),
  sale_closes_at = palace_clock() - interval '1 hour', ends_at = palace_clock() + interval '2 hours'
 WHERE id = :show RETURNING starts_at
"""
NOT_OPEN = """
SELECT id, starts_at, sale_opens_at FROM performances
 WHERE sale_opens_at > palace_clock() + interval '2 days' AND published_at IS NOT NULL
   AND cancelled_at IS NULL
   AND id NOT IN (SELECT performance_id FROM moves WHERE state IN ('proposed', 'running'))
 ORDER BY id LIMIT 1
"""
WITH_INTERVAL = (
    "UPDATE productions SET late_entry = 'interval', late_minute = 25 WHERE id = :production"
)
AS_IT_WAS = """
UPDATE productions SET late_entry = :late_entry, late_minute = :late_minute
 WHERE id = :production_id
"""


@contextmanager
def begun(state: Path, show: int) -> Iterator[datetime]:
    """Let a show have begun five minutes ago, and late-comers in after 25: say when that is.

    It is to come again afterwards: other files book the same one.
    """
    owner = create_engine(Cluster(state).url("palace_owner"), poolclass=NullPool)
    with owner.begin() as connection:
        before = connection.execute(text(BEFORE), {"show": show}).one()._asdict()
        starts_at = connection.execute(text(BEGUN), {"show": show}).scalar_one()
        connection.execute(text(WITH_INTERVAL), {"production": before["production_id"]})
    yield (starts_at + timedelta(minutes=25)).astimezone(SHANGHAI)
    with owner.begin() as connection:
        connection.execute(text(AGAIN), before)
        connection.execute(text(AS_IT_WAS), before)


def test_a_steward_reads_to_a_late_comer_when_they_go_in(
    person: Callable[..., Person],
    shown: Book,  # noqa: F811 - the fixture
    palace_state: Path,
) -> None:
    first, second, third = shown(), shown(), shown()
    assert first.performance == second.performance == third.performance
    with begun(palace_state, first.performance) as let_in:
        sentence = f"请等到中场休息，约{let_in:%H:%M}入场。"
        steward = steward_at(person(), first.performance)
        steward.taps = 0
        assert sentence in scan(steward, first.token, "admitted")
        assert steward.taps == 0
        steward.look("door-late-390")
        dark = steward_at(person(**DARK), first.performance)
        dark.go(f"/display?size=large&next=/door/{first.performance}")
        assert sentence in scan(dark, second.token, "admitted")
        dark.look("door-late-dark-large")

        plain = steward_at(person(java_script_enabled=False), first.performance)
        plain.page.get_by_label("扫票").fill(third.token)
        with plain.page.expect_navigation():
            plain.page.keyboard.press("Enter")
        assert sentence in plain.say()
        plain.page.screenshot(path=PICTURES / "door-late-plain.png", full_page=True)


def test_who_sits_in_a_wheelchair_reads_what_they_wait_for(person: Callable[..., Person]) -> None:
    one = person()
    one.sign_in(fresh_phone())
    one.go("/mine")
    one.page.get_by_text("我坐轮椅").first.click()
    one.tap("打开")
    one.go("/performances")
    one.page.locator("li.show", has_text="已满").first.get_by_role("link").click()
    one.go(f"{one.page.url}/wait")

    assert "您等的是轮椅席" in one.say()
    looked_at(one, "waiting-wheelchair")


def test_gifts_of_a_show_are_set_on_its_page_of_the_sale(person: Callable[..., Person]) -> None:
    one = manager(person())
    open_first(one, "打金枝")
    assert "一张票可以转送1次" in one.say()
    one.taps = 0
    one.page.locator("a[href$='/sale']").click()
    field = one.page.get_by_label("一张票最多转送几次")
    assert field.input_value() == "1"
    field.fill("11")
    one.tap("改成这样")
    assert "请填写0到10的整数" in one.say()
    assert field.input_value() == "11"
    looked_at(one, "gifts-wrong")
    one.page.get_by_label("一张票最多转送几次").fill("0")
    one.tap("改成这样")
    assert "票不能转送" in one.say()
    one.look("gifts-none-390")
    wide = manager(person(**WIDE))
    open_first(wide, "打金枝")
    wide.page.locator("a[href$='/sale']").click()
    wide.look("gifts-1280")


def test_a_move_shows_the_openings_that_stay_and_none_goes_before_them(
    person: Callable[..., Person], palace_state: Path
) -> None:
    owner = create_engine(Cluster(palace_state).url("palace_owner"), poolclass=NullPool)
    with owner.begin() as connection:
        show, starts_at, opens_at = connection.execute(text(NOT_OPEN)).one()
    one = manager(person())
    one.go(f"/staff/programme/performances/{show}/move")
    for day in (opens_at - timedelta(days=1), starts_at + timedelta(days=40)):
        one.page.get_by_label("新的日期").fill(day.astimezone(SHANGHAI).date().isoformat())
        one.page.get_by_label("新的开演时间").fill("09:10")
        one.tap("看影响")
        if day < opens_at:
            assert "开票时间不跟着改期变，请先改开票时间。" in one.say()
            one.look("move-before-opening-390")
    assert "开票时间（不变）" in one.say()
    looked_at(one, "move-openings")
