"""Slips and the week on paper: what they say, how long a roll is, and where their QR leads."""

from __future__ import annotations

import io

import pypdfium2
import pytest
import zxingcpp
from flask.testing import FlaskClient

from palace.db import db
from palace.members.models import Member
from palace.members.rules import Role
from palace.rooms import services
from palace.rooms.models import Reservation
from palace.rooms.queries import facts
from palace.rooms.queries.facts import occurrences_of
from palace.rooms.services import waiting
from tests.factory import Factory
from tests.lending import Lending

pytestmark = [pytest.mark.paper, pytest.mark.usefixtures("printer")]
MM = 72 / 25.4
WEEKS = 8


def read(body: bytes) -> tuple[str, list[str], list[tuple[int, int]]]:
    """Return the text of a PDF, what its QRs say, and the size of its pages in millimetres."""
    document = pypdfium2.PdfDocument(io.BytesIO(body))
    text = "".join(page.get_textpage().get_text_range() for page in document)
    codes = zxingcpp.read_barcodes(document[0].render(scale=200 / 72).to_pil())
    sizes = [(round(page.get_width() / MM), round(page.get_height() / MM)) for page in document]
    return text.replace("\r\n", "").replace(" ", ""), [code.text for code in codes], sizes


def series(lending: Lending) -> Reservation:
    troupe = lending.troupe("春之声合唱团")
    room = lending.room(policy=lending.policy(series_weeks=26, series_days=200, opens_days=30))
    room.space.name_zh = "排练厅二"
    made = lending.reservation(
        room, lending.day(3), troupe=troupe, member=lending.leader(troupe), weeks=WEEKS
    )
    one = occurrences_of(made.id)[1]
    services.cancel(made, [one.id], by=f"member:{made.member_id}")
    return made


@pytest.mark.parametrize("paper", ["a4", "roll"])
def test_a_slip_tells_every_date_and_its_qr_leads_to_the_reservation(
    make: Factory, client: FlaskClient, lending: Lending, paper: str
) -> None:
    made = series(lending)
    make.sign_in(client, member_of(made))

    answer = client.get(f"/reservations/{made.code}/slip.pdf?paper={paper}")

    assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
    text, codes, sizes = read(answer.data)
    assert codes[0].endswith(f"/reservations/{made.code}")
    assert len(sizes) == 1
    for words in ("预约单", "春之声合唱团", "排练厅二", "取消了", made.code[:5]):
        assert words in text
    assert text.count("19:00–21:00") == WEEKS
    width, height = sizes[0]
    assert (width, height) == (210, 297) if paper == "a4" else (width == 80 and 150 < height < 400)


def member_of(made: Reservation) -> Member:
    return db.session.get_one(Member, made.member_id)


@pytest.mark.parametrize("paper", ["a4", "roll"])
def test_a_waiting_slip_tells_the_place(
    make: Factory, client: FlaskClient, lending: Lending, paper: str
) -> None:
    made = series(lending)
    other = lending.troupe("夕阳红舞蹈队")
    leader = lending.leader(other)
    room = facts.room(made.space_id)
    wait = waiting.join(
        lending.wish(room, lending.day(3), troupe=other, member=leader), by=f"member:{leader.id}"
    )
    make.sign_in(client, leader)

    answer = client.get(f"/room-waits/{wait.code}/slip.pdf?paper={paper}")

    text, codes, sizes = read(answer.data)
    assert codes[0].endswith(f"/room-waits/{wait.code}")
    assert len(sizes) == 1
    for words in ("排队单", "夕阳红舞蹈队", "您是第1位", "19:00–21:00"):
        assert words in text


@pytest.mark.parametrize(("paper", "size"), [("a4", (297, 210)), ("a3", (420, 297))])
def test_the_week_of_a_house_hangs_on_one_sheet(
    make: Factory, client: FlaskClient, lending: Lending, paper: str, size: tuple[int, int]
) -> None:
    made = series(lending)
    for _ in range(17):
        lending.room()
    make.sign_in(client, make.staff(Role.COUNTER))

    answer = client.get(f"/staff/week.pdf?day={lending.day(3)}&paper={paper}")

    text, codes, sizes = read(answer.data)
    assert sizes == [size]
    assert "/spaces/day?day=" in codes[0]
    assert text.count("春之声合唱团") == 1
    assert text.count("排练厅") == 18
    assert made.code not in text


def test_eighteen_rooms_and_twenty_two_courts_are_two_sheets_of_a4(
    make: Factory, client: FlaskClient, lending: Lending
) -> None:
    policy = lending.policy()
    for _ in range(40):
        lending.room(policy=policy).space.name_zh = "民族管弦乐排练厅"
    make.sign_in(client, make.staff(Role.COUNTER))
    text, _codes, sizes = read(client.get(f"/staff/week.pdf?day={lending.day()}&paper=a4").data)
    assert sizes == [(297, 210)] * 2
    assert text.count("民族管弦乐排练厅") == 40


@pytest.mark.parametrize("name", ["𠮷㛃合唱团", "合唱团🎤"])
def test_a_name_no_font_has_does_not_stop_the_slip(
    make: Factory, client: FlaskClient, lending: Lending, name: str
) -> None:
    troupe = lending.troupe(name)
    leader = lending.leader(troupe)
    made = lending.reservation(lending.room(), lending.day(1), troupe=troupe, member=leader)
    make.sign_in(client, leader)

    assert client.get(f"/reservations/{made.code}/slip.pdf").mimetype == "application/pdf"


@pytest.mark.parametrize("week_minutes", [0, 60])
def test_a_term_of_dates_is_one_page_of_a4_with_everything_on_it(
    make: Factory, client: FlaskClient, lending: Lending, week_minutes: int
) -> None:
    policy = lending.policy(
        series_weeks=26, series_days=300, opens_days=30, late_cancel_strikes=True
    )
    rooms = [lending.room(policy=policy, setup_minutes=15, teardown_minutes=15) for _ in range(2)]
    rooms[1].space.name_zh = "民族管弦乐排练厅"
    troupe, stands = lending.troupe(week_minutes=week_minutes or None), lending.equipment(20)
    leader = lending.leader(troupe)
    wish = lending.wish(
        rooms[0], lending.day(3), troupe=troupe, member=leader, weeks=26, equipment={stands.id: 12}
    )
    swaps = {wish.spans[number].day: rooms[1].space_id for number in (4, 15, 25)}
    made = services.reserve(wish, swaps=swaps, by="member:1")
    make.sign_in(client, leader)

    answer = client.get(f"/reservations/{made.code}/slip.pdf")

    text, _codes, sizes = read(answer.data)
    assert sizes == [(210, 297)]
    assert text.count("19:00–21:00") == 26
    assert "电钢琴×12" in text
    assert made.code[:5] in text
