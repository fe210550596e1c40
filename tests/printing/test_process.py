"""The printing process: closed to everything but its job, and away for moments only."""

from __future__ import annotations

import io
import socket
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pypdf import PdfReader

from palace import printing
from palace.config import Settings
from palace.errors import PrintingAway
from tests.factory import Factory
from tests.printing.conftest import Book
from tests.printing.process import printing_process

pytestmark = pytest.mark.paper

PAGE = "<!doctype html><html lang=zh-CN><title>票</title><p>票"
IMPORT = "import palace.printing_process as process\nfrom palace.printing_process import main\n"


def printed(app: Flask, page: str = PAGE) -> PdfReader:
    with app.test_request_context():
        return PdfReader(io.BytesIO(printing.to_pdf(page, title="票", lang="zh-CN")))


@pytest.mark.usefixtures("printer")
def test_nothing_is_fetched_from_files_or_the_network(app: Flask, tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("the palace's keys")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.2)
        far = f"http://127.0.0.1:{listener.getsockname()[1]}/"
        links = [f"file://{secret}", far]
        tags = "".join(
            f'<link rel=attachment href="{link}"><link rel=stylesheet href="{link}">'
            f'<a rel=attachment href="{link}">x</a><img alt=x src="{link}"><object data="{link}"></object>'
            f"<style>@import url({link}); @font-face {{font-family:f; src:url({link})}}</style>"
            for link in links
        )

        reader = printed(app, PAGE + tags)

        with pytest.raises(TimeoutError):
            listener.accept()
    assert reader.attachments == {}
    assert b"the palace's keys" not in reader.stream.read()


@pytest.mark.usefixtures("printer")
def test_a_style_sheet_that_is_kept_is_for_its_own_page_alone(app: Flask) -> None:
    def width(style: str) -> int:
        page = f"<!doctype html><html lang=zh-CN><head><title>票</title>{style}</head><p>票"
        return round(float(printed(app, page).pages[0].mediabox.width))

    sheets = {
        "<style>@page{size:300pt}</style>": 300,
        "<style>@page{size:400pt}</style>": 400,
        "": 595,
    }
    for _ in range(2):
        assert [width(style) for style in sheets] == list(sheets.values())


@pytest.mark.usefixtures("printer")
def test_only_this_user_reaches_the_socket(app: Flask) -> None:
    settings: Settings = app.extensions["palace"]

    assert settings.printing_socket.parent.stat().st_mode & 0o777 == 0o700


def test_a_killed_process_is_503_with_a_sentence_and_comes_back(
    app: Flask, client: FlaskClient, make: Factory, book: Book
) -> None:
    ticket = book()
    make.sign_in(client, ticket.member)
    with printing_process(app) as process:
        assert client.get(f"/tickets/{ticket.code}.pdf").status_code == 200
        process.kill()
        process.wait()

        away = client.get(f"/tickets/{ticket.code}.pdf", headers={"Accept": "application/json"})

        assert away.status_code == 503
        assert away.get_json()["code"] == "printing_away"
        assert "手机上的票仍然有效" in away.get_json()["title"]
    with printing_process(app):
        assert client.get(f"/tickets/{ticket.code}.pdf").status_code == 200


def test_a_spent_process_starts_afresh_without_losing_a_job(app: Flask) -> None:
    with printing_process(app, IMPORT + "JOBS = 2") as process:
        for _ in range(3):
            assert len(printed(app).pages) == 1

        assert process.poll() is None
        arguments = Path(f"/proc/{process.pid}/cmdline").read_text().split("\0")
    assert "palace.printing_process" in arguments


def test_without_fonts_jobs_are_refused_and_nothing_crashes(app: Flask) -> None:
    hide = "JOBS = 9\nimport pathlib\nprocess.printing_fonts.REGULAR = pathlib.Path('/nowhere')"
    with printing_process(app, IMPORT + hide) as process:
        for _ in range(2):
            with pytest.raises(PrintingAway):
                printed(app)

        assert process.poll() is None


def test_a_page_that_takes_too_long_is_refused_and_the_next_one_prints(app: Flask) -> None:
    with printing_process(app, IMPORT + "JOBS = 9\nprocess.JOB_SECONDS = 2"):
        with pytest.raises(PrintingAway):
            printed(app, PAGE + "<table>" + "<tr><td>票<td>票" * 20_000)

        assert len(printed(app).pages) == 1


def test_a_caller_that_says_nothing_holds_nobody_up_for_long(app: Flask) -> None:
    settings: Settings = app.extensions["palace"]
    with (
        printing_process(app, IMPORT + "JOBS = 9\nprocess.JOB_SECONDS = 2"),
        socket.socket(socket.AF_UNIX) as silent,
    ):
        silent.connect(str(settings.printing_socket))

        assert len(printed(app).pages) == 1
