"""A poster on paper: one page, and its QR leads to the palace."""

from __future__ import annotations

import io

import pypdfium2
import pytest
import zxingcpp
from flask.testing import FlaskClient

from palace.joining import queries
from palace.members.rules import Role
from tests.factory import Factory

pytestmark = pytest.mark.paper


@pytest.mark.usefixtures("printer")
def test_the_printed_qr_leads_to_the_palace(make: Factory, client: FlaskClient) -> None:
    make.site()
    make.sign_in(client, make.staff(Role.ADMIN))
    client.post("/staff/posters", data={"unit": make.unit().id, "place": "门口"})
    (poster,) = queries.posters()
    answered = client.get(f"/staff/posters/{poster.code}.pdf")
    assert answered.mimetype == "application/pdf"
    document = pypdfium2.PdfDocument(io.BytesIO(answered.data))
    assert len(document) == 1
    picture = document[0].render(scale=100 / 72).to_pil()
    (read,) = zxingcpp.read_barcodes(picture)
    assert read.text.endswith(f"/join/{poster.code}")
