"""No page leads its reader to a refusal: what is linked is theirs to open."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from palace.members.rules import Role
from palace.web import roles_of
from tests.factory import Factory
from tests.security.conftest import Belongings, address_of, addresses
from tests.security.test_matrix import EVERYBODY, SIGN_OUT, WHO, person_with

LINK = re.compile(r'<a\b[^>]*\bhref="(/[^"#?]*)')


SAME_FOR_ALL = "/offline"
"""A page that devices keep for the time without a network, whoever signs in there."""
AT_WORK = [one for one in WHO if one[1] == "staff"] + [
    (Role.MEMBER, "member"),
    (Role.UNIT, "member"),
]


@pytest.mark.parametrize(("role", "kind"), AT_WORK)
def test_no_link_leads_to_a_refusal(
    app: Flask, make: Factory, belongings: Belongings, role: Role, kind: str
) -> None:
    """Each kind of page is opened once from wherever it is linked, though with other numbers."""
    browser = app.test_client()
    make.sign_in(browser, person_with(make, belongings, role, kind))
    adapter = app.url_map.bind("127.0.0.1")
    tried, wrong = set(SIGN_OUT), []
    mine = {role.value, EVERYBODY} | ({Role.MEMBER.value} if kind == "member" else set())
    for method, rule in addresses(app):
        is_open = rule.endpoint not in SIGN_OUT and mine & set(roles_of(app, rule.endpoint))
        if method != "GET" or not is_open or rule.rule == SAME_FOR_ALL:
            continue
        path = address_of(app, rule, belongings.values(rule))
        page = browser.get(path)
        if page.mimetype != "text/html":
            continue
        for link in LINK.findall(page.text):
            endpoint = adapter.match(link)[0]
            if endpoint not in tried:
                tried.add(endpoint)
                refused = browser.get(link).status_code == 403
                wrong += [(path, link)] if refused else []
    assert wrong == []
