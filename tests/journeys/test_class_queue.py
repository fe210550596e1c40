"""A full class is not the end: wait in one tap; somebody withdraws, and it is one's turn the same second."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
import pytest

from palace.postgres import Cluster
from tests.journeys.conftest import Person, fresh_phone
from tests.journeys.test_posts import looked_at

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys")]

FULL = """
WITH term AS (
    INSERT INTO terms (site_id, name_zh, name_en, first_on, last_on, shown_at, opens_at,
        public_opens_at, closes_at, per_person)
    SELECT min(id), '临时学期', 'Extra term', current_date + 9, current_date + 99, now() - interval '9 days',
        now() - interval '8 days', now() - interval '8 days', now() + interval '90 days', 2
    FROM sites RETURNING id
), course AS (
    INSERT INTO courses (code, subject, title_zh, title_en, about_zh, about_en, bring_zh, bring_en)
    VALUES ('queue-journey', 'calligraphy', '书法基础', 'Calligraphy', '从握笔学起。',
        'From holding the brush.', '毛笔', 'A brush') RETURNING id
), class AS (
    INSERT INTO offerings
        (term_id, course_id, space_id, name_zh, name_en, state, places, published_at)
    SELECT term.id, course.id, (SELECT min(id) FROM spaces), '周三晚班', 'Wednesdays', 'published', 1,
        now() - interval '9 days' FROM term, course RETURNING id, space_id
), dates AS (
    INSERT INTO class_sessions (offering_id, number, day, starts_at, ends_at, space_id, state)
    SELECT class.id, n, current_date + 2 + 7 * n, (current_date + 2 + 7 * n) + time '11:00',
        (current_date + 2 + 7 * n) + time '12:30', class.space_id, 'planned'
    FROM class, generate_series(1, 8) n
)
INSERT INTO enrolments (code, offering_id, member_id, person, state, channel, enrolled_at)
SELECT 'queuejourneyqueuejou', class.id, (SELECT min(id) FROM members WHERE phone = %s), 0,
    'confirmed', 'online', now() - interval '7 days' FROM class RETURNING offering_id
"""
GONE = """
DELETE FROM class_waits WHERE offering_id = %(id)s; DELETE FROM enrolments WHERE offering_id = %(id)s;
DELETE FROM class_sessions WHERE offering_id = %(id)s; DELETE FROM offerings WHERE id = %(id)s;
DELETE FROM courses WHERE code = 'queue-journey'; DELETE FROM terms WHERE name_zh = '临时学期'
"""


@pytest.fixture
def full(
    palace_url: str, palace_state: Path, person: Callable[..., Person]
) -> Iterator[tuple[str, Person]]:
    """Return the address of a class of one place, and who has it."""
    owner, phone = person(), fresh_phone()
    owner.sign_in(phone)
    address = Cluster(palace_state).url("palace_owner").replace("+psycopg", "")
    with closing(psycopg.connect(address, autocommit=True)) as connection:
        row: Any = connection.execute(FULL, (phone,)).fetchone()
        yield f"/offerings/{row[0]}", owner
        for one in GONE.split(";"):
            connection.execute(one, {"id": row[0]})


@pytest.mark.timeout(400)
def test_from_a_full_class_to_a_place(
    person: Callable[..., Person], full: tuple[str, Person]
) -> None:
    (page, owner), waiting = full, person()
    waiting.sign_in(fresh_phone())
    waiting.go(page)
    looked_at(waiting, "class-queue-full")
    waiting.taps = 0
    waiting.tap("排队等名额")
    assert waiting.taps == 1
    assert "您是第1位" in waiting.say()
    looked_at(waiting, "class-queue-place")

    owner.go("/enrolments/queuejourneyqueuejou")
    owner.page.locator("summary", has_text="退出这个班").click()
    owner.tap("退出这个班")

    waiting.go("/mine")
    looked_at(waiting, "class-queue-mine")
    waiting.taps = 0
    waiting.tap("去确认", role="link")
    looked_at(waiting, "class-queue-offer")
    waiting.tap("要了，报名")
    assert waiting.taps == 2
    assert "您排到了，报上了" in waiting.say()
    looked_at(waiting, "class-queue-taken")
    waiting.go("/mine/calendars")
    looked_at(waiting, "class-queue-calendars")


@pytest.mark.timeout(400)
def test_scripts_off_in_large_text_by_keyboard_and_on_a_wide_dark_screen(
    person: Callable[..., Person], full: tuple[str, Person]
) -> None:
    page, _ = full
    waiting = person(java_script_enabled=False)
    waiting.sign_in(fresh_phone())
    waiting.go(f"/display?size=large&next={page}")
    button = waiting.page.get_by_role("button", name="排队等名额")
    button.focus()
    with waiting.page.expect_navigation():
        waiting.page.keyboard.press("Enter")
    assert "您是第1位" in waiting.say()
    waiting.look("class-queue-large")

    wide = person(viewport={"width": 1280, "height": 900}, has_touch=False, color_scheme="dark")
    wide.sign_in(fresh_phone())
    wide.go(f"{page}/wait")
    assert "排队等班，第2位" in wide.say()
    looked_at(wide, "class-queue-1280-dark")
