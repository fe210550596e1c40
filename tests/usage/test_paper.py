"""Slips and the week on paper: what they say, how long a roll is, and where their QR leads."""

from __future__ import annotations

import io
from datetime import date, timedelta

import pypdfium2
import pytest
import zxingcpp
from flask.testing import FlaskClient

from palace.members.rules import Role
from palace.rooms import services
from palace.rooms.models import Reservation
from palace.rooms.queries.facts import occurrences_of
from palace.rooms.services import waiting
from tests.factory import Factory
from tests.lending import Lending

pytestmark = [pytest.mark.paper, pytest.mark.usefixtures("printer")]
MM = 72 / 25.4
WEEKS = 8


@pytest.fixture
def lending(make: Factory) -> Lending:
    return Lending(make)


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
    make.sign_in(client, lending_member(made))

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


def lending_member(made: Reservation):
    from palace.db import db
    from palace.members.models import Member

    return db.session.get_one(Member, made.member_id)


def test_dump(make: Factory, client: FlaskClient, lending: Lending) -> None:
    made = series(lending)
    make.sign_in(client, lending_member(made))
    for paper in ("a4", "roll"):
        open(f"/tmp/feeds-{paper}.pdf", "wb").write(client.get(f"/reservations/{made.code}/slip.pdf?paper={paper}").data)
    make.sign_in(client, make.staff(Role.ADMIN))
    for paper in ("a4", "a3"):
        open(f"/tmp/feeds-week-{paper}.pdf", "wb").write(client.get(f"/staff/week.pdf?paper={paper}").data)
    open("/tmp/report.html","w").write(client.get("/staff/usage").text)
    open("/tmp/week.html","w").write(client.get("/staff/week").text)
    open("/tmp/dates.html","w").write(client.get("/staff/usage/dates").text)
