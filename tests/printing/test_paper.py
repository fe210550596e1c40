"""The ticket on paper: readable by people, doors and screen readers, whoever's name is on it."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
import zxingcpp
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from pypdf import PdfReader
from sqlalchemy import select, text

from palace import printing as client_of_printing
from palace.db import db
from palace.notices.models import Notice
from palace.tickets import printing
from palace.tickets.models import Ticket
from palace.tickets.tokens import read_ticket_token, ticket_token
from tests.factory import Factory
from tests.printing.conftest import Book

pytestmark = [pytest.mark.paper, pytest.mark.usefixtures("printer")]

DPI = 200
NOBODY_HAS = "\U000f0001"


def pdf_of(app: Flask, ticket: Ticket, lang: str = "zh") -> PdfReader:
    with app.test_request_context(headers={"Cookie": f"lang={lang}"}):
        return PdfReader(io.BytesIO(printing.pdf(printing.page_of(ticket))))


def picture_of(pdf: bytes) -> Image.Image:
    picture: Image.Image = pypdfium2.PdfDocument(pdf)[0].render(scale=DPI / 72).to_pil()
    return picture


def test_the_ticket_is_one_a6_page_that_says_everything(app: Flask, book: Book) -> None:
    ticket = book()

    reader = pdf_of(app, ticket)

    assert len(reader.pages) == 1
    assert [round(float(side) / 72 * 25.4) for side in reader.pages[0].mediabox[2:]] == [148, 105]
    said = reader.pages[0].extract_text().replace(" ", "").replace("\n", "")
    code = ticket.collection_code
    for words in (
        "测试工人文化宫",
        "晋剧《打金枝》",
        "TheGoldenBranch",
        "池座1排",
        "一层单号门",
        "免费",
        "张建华",
        code,
    ):
        assert words in said, words


def test_every_font_is_embedded(app: Flask, book: Book) -> None:
    reader = pdf_of(app, book("孙𠮷思"))

    resources: Any = reader.pages[0]["/Resources"]
    fonts = [font.get_object() for font in resources["/Font"].values()]

    assert len(fonts) >= 3
    for font in fonts:
        assert (
            "/FontFile2" in font["/DescendantFonts"][0].get_object()["/FontDescriptor"].get_object()
        )
        assert "/ToUnicode" in font


@pytest.mark.parametrize(("lang", "told"), [("zh", "zh-CN"), ("en", "en")])
def test_the_ticket_is_tagged_titled_and_says_its_language(
    app: Flask, book: Book, lang: str, told: str
) -> None:
    reader = pdf_of(app, book(), lang)

    root: Any = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert "/StructTreeRoot" in root
    assert root["/Lang"] == told
    assert reader.metadata
    assert reader.metadata.title


def test_the_door_reads_the_qr_from_a_200_dpi_print(app: Flask, book: Book) -> None:
    ticket = book()
    with app.test_request_context():
        picture = picture_of(printing.pdf(printing.page_of(ticket)))

        found = zxingcpp.read_barcodes(picture)

        assert [code.text for code in found] == [ticket_token(ticket)]
        token = read_ticket_token(found[0].text)
    assert token is not None
    assert (token.ticket_id, token.performance_id, token.issue) == (
        ticket.id,
        ticket.performance_id,
        1,
    )
    corners = found[0].position
    assert (corners.top_right.x - corners.top_left.x) / DPI * 25.4 >= 25


def test_the_picture_to_save_holds_the_same_qr(
    app: Flask, client: FlaskClient, make: Factory, book: Book
) -> None:
    ticket = book()
    make.sign_in(client, ticket.member)

    answer = client.get(f"/tickets/{ticket.code}.png")

    picture = Image.open(io.BytesIO(answer.data)).convert("RGB")
    assert picture.size == (1749, 1241)
    with app.test_request_context():
        assert zxingcpp.read_barcodes(picture)[0].text == ticket_token(ticket)


def test_a_hostile_title_is_only_text(app: Flask, book: Book, tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("the palace's keys")
    hostile = f'<link rel=attachment href="file://{secret}"><script>&"'

    reader = pdf_of(app, book(title=hostile))

    assert reader.attachments == {}
    assert "<script>&" in reader.pages[0].extract_text()


@pytest.mark.parametrize(
    "title",
    ["打" * 60, "A very long and winding title of an evening of songs " * 3, f"金{NOBODY_HAS}枝"],
)
def test_a_long_or_unprintable_title_still_fits_one_page(
    app: Flask, book: Book, title: str
) -> None:
    reader = pdf_of(app, book(title=title))

    assert len(reader.pages) == 1
    assert "报这8个数字和订票手机后4位，也能入场" in reader.pages[0].extract_text().replace(
        "\n", ""
    )


def test_who_has_no_phone_is_not_told_to_say_its_end(
    app: Flask, client: FlaskClient, make: Factory, book: Book
) -> None:
    ticket = book()
    ticket.member.phone = None
    make.add(ticket.member)
    make.sign_in(client, ticket.member)

    paper = pdf_of(app, ticket).pages[0].extract_text().replace("\n", "")
    page = client.get(f"/tickets/{ticket.code}").text

    assert "手机后4位" not in paper + page
    assert "请尽早到售票处退票" in paper
    assert "取票码" in paper
    assert "取票码" in page


def test_a_name_nobody_can_write_becomes_pinyin_and_is_told_to_the_staff(
    client: FlaskClient, make: Factory, book: Book
) -> None:
    ticket = book(f"王{NOBODY_HAS}明")
    make.sign_in(client, ticket.member)

    answer = client.get(f"/tickets/{ticket.code}.pdf")

    assert answer.status_code == 200
    said = PdfReader(io.BytesIO(answer.data)).pages[0].extract_text()
    assert "Wang Ming" in said
    assert str(ticket.member.phone)[-4:] in said
    told = db.session.scalars(select(Notice).where(Notice.kind == "unprintable_name")).one()
    assert told.receiver == "staff"
    assert told.values["ticket"] == ticket.code


def test_the_ticket_prints_although_the_staff_cannot_be_told(
    client: FlaskClient, make: Factory, book: Book
) -> None:
    ticket = book(f"王{NOBODY_HAS}明")
    make.sign_in(client, ticket.member)
    code = ticket.code
    db.session.commit()
    db.session.execute(text("SET LOCAL transaction_read_only = on"))

    answer = client.get(f"/tickets/{code}.pdf")

    assert answer.status_code == 200


@pytest.mark.parametrize(
    ("name", "words", "written"),
    [
        ("孙𠮷思", "孙𠮷思", True),
        ("张㛃䶮", "张㛃䶮", True),
        ("买买提·艾力", "买买提·艾力", True),
        (f"单{NOBODY_HAS}", "Dan 手机尾号", False),
        ("ئادىل", "手机尾号", False),
    ],
)
def test_names_as_they_print(
    app: Flask, make: Factory, name: str, words: str, written: bool
) -> None:
    with app.test_request_context():
        holder = printing.holder(make.member(name))

    assert holder.written is written
    assert holder.words.startswith(words)
    assert not client_of_printing.missing(holder.words)
