"""Certificates on paper: landscape A4, what they say, and where their QR leads."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from palace.certificates import services
from palace.members.rules import Role
from tests.certificates.conftest import Finished
from tests.factory import Factory
from tests.printing.conftest import printer
from tests.usage.test_paper import read

__all__ = ["printer"]
pytestmark = [pytest.mark.paper, pytest.mark.usefixtures("printer")]


def test_a_certificate_says_who_what_and_how_often(
    make: Factory, client: FlaskClient, over: Finished
) -> None:
    one = services.issue(over.offering, by="staff:1")[0]
    make.sign_in(client, over.people[0].member)
    answer = client.get(f"/certificates/{one.code}.pdf")
    assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
    text, codes, sizes = read(answer.data)
    assert sizes == [(297, 210)]
    assert codes == [f"{_public(client)}/certificates/{one.code}"]
    for said in (
        "结业证书",
        over.people[0].member.name,
        "书法基础",
        "共10次课、20课时",
        one.number,
        codes[0],
    ):
        assert said in text


def test_all_of_a_class_come_as_one_document(
    make: Factory, client: FlaskClient, over: Finished
) -> None:
    make.sign_in(client, make.staff(Role.PROGRAMME))
    address = f"/classes/{over.offering.id}/certificates.pdf"
    assert client.get(address).status_code == 404
    one, other = services.issue(over.offering, by="staff:1")
    services.revoke(over.offering.id, one.id, "重名", by="staff:1")
    text, _, sizes = read(client.get(address).data)
    assert sizes == [(297, 210)]
    assert other.number in text
    assert one.number not in text


def _public(client: FlaskClient) -> str:
    return str(client.application.extensions["palace"].public_url)
