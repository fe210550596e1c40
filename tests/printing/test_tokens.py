"""Tokens in QR codes: short, signed, tolerant of scanners, worthless when altered."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pytest
import zxingcpp
from flask import Flask
from PIL import Image, ImageDraw

from palace import clock
from palace.security import Key, keys
from palace.tickets.printing import qr_svg
from palace.tickets.tokens import (
    TICKET_LENGTH,
    Flaw,
    flaw_of,
    member_token,
    read_member_token,
    read_ticket_token,
    ticket_token,
)
from tests.door.conftest import ring
from tests.factory import Factory
from tests.printing.conftest import Book

ALPHANUMERIC = re.compile(r"[A-Z2-7]+")


def test_a_ticket_token_reads_back(app: Flask, book: Book) -> None:
    ticket = book()

    token = ticket_token(ticket)

    assert ALPHANUMERIC.fullmatch(token)
    assert len(token) <= 140
    assert token == ticket_token(ticket)
    read = read_ticket_token(token)
    assert read is not None
    assert read.palace_id == ticket.performance.space.site_id
    assert (read.ticket_id, read.performance_id, read.issue) == (
        ticket.id,
        ticket.performance_id,
        1,
    )


def test_a_token_survives_lower_case_and_spaces(app: Flask, book: Book) -> None:
    token = ticket_token(book())

    assert read_ticket_token(f" {token[:30].lower()} {token[30:]}\n") == read_ticket_token(token)


def test_a_reissued_ticket_has_another_number(app: Flask, book: Book) -> None:
    ticket = book()
    ticket.issue = 2

    read = read_ticket_token(ticket_token(ticket))

    assert read is not None
    assert read.issue == 2


@pytest.mark.parametrize("position", [0, 2, 5, 12, 25, 60, 130])
def test_an_altered_token_is_nothing(app: Flask, book: Book, position: int) -> None:
    token = ticket_token(book())
    other = "B" if token[position] != "B" else "C"

    assert read_ticket_token(token[:position] + other + token[position + 1 :]) is None


@pytest.mark.parametrize(
    "text", ["", "A", "票", "A" * 133, "1" * 5000, "AH======", "\0", "A" * 200]
)
def test_anything_else_is_nothing(app: Flask, text: str) -> None:
    assert read_ticket_token(text) is None
    assert read_member_token(text, clock.now()) is None
    assert flaw_of(text) is Flaw.UNREADABLE


def test_a_part_of_a_token_is_told_from_nonsense(app: Flask, book: Book) -> None:
    token = ticket_token(book())

    assert len(token) == TICKET_LENGTH
    assert {flaw_of(token[:length]) for length in range(2, TICKET_LENGTH)} == {Flaw.TRUNCATED}
    assert flaw_of(token[1:]) is not Flaw.FORGED


def test_a_token_is_read_while_its_key_is_in_the_ring(app: Flask, book: Book) -> None:
    ticket, ours = book(), keys().active("ticket")
    token = ticket_token(ticket)
    fresh = Key("beef" if ours.id != "beef" else "feed", "ticket", b"n" * 32)

    with ring(fresh, replace(ours, retired_at=clock.now())):
        read, renewed = read_ticket_token(token), read_ticket_token(ticket_token(ticket))
    with ring(fresh):
        unknown, flaw = read_ticket_token(token), flaw_of(token)

    assert read == renewed == read_ticket_token(token)
    assert (unknown, flaw) == (None, Flaw.FOREIGN)


def test_a_member_code_lasts_a_minute_and_the_next(app: Flask, make: Factory) -> None:
    member, now = make.member(), clock.now()

    code = member_token(member.id, now)

    assert ALPHANUMERIC.fullmatch(code)
    for seconds, whose in ((0, member.id), (60, member.id), (120, None), (-60, None)):
        assert read_member_token(code.lower(), now + timedelta(seconds=seconds)) == whose
    assert member_token(member.id, now + timedelta(seconds=60)) != code


def test_ticket_and_member_codes_are_never_taken_for_each_other(app: Flask, book: Book) -> None:
    ticket, now = book(), clock.now()

    assert read_member_token(ticket_token(ticket), now) is None
    assert read_ticket_token(member_token(ticket.member_id, now)) is None


def test_the_svg_qr_can_be_scanned_and_named(app: Flask, book: Book) -> None:
    token = ticket_token(book())
    with app.test_request_context():
        svg = qr_svg(token, '"<b>')

    assert "style=" not in svg
    assert 'role="img" aria-label="&#34;&lt;b&gt;"' in svg
    assert zxingcpp.read_barcodes(painted(svg))[0].text == token


def painted(svg: str) -> Image.Image:
    """Return the SVG's modules as a picture, four pixels each."""
    box = re.search(r'viewBox="0 0 (\d+)', svg)
    assert box
    side = int(box[1]) * 4
    picture = Image.new("L", (side, side), 255)
    pen = ImageDraw.Draw(picture)
    for x, y, length in re.findall(r"M(\d+) (\d+)h(\d+)(?=[M\"])", svg):
        left, top, wide = int(x) * 4, int(y) * 4, int(length) * 4
        pen.rectangle((left, top, left + wide - 1, top + 3), fill=0)
    return picture
