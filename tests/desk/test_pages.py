"""The desk's pages, walked by a programme manager with forms."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from palace.db import db
from palace.members.rules import Role
from palace.programme.models import Production, Tier
from palace.venues.models import SeatingPlan, Space
from tests.desk.conftest import DESK, cells, new_fields, night, told
from tests.factory import Factory


def form_of(page: str) -> dict[str, Any]:
    """Return the fields of a page's one big form as they stand there."""
    found: dict[str, list[str]] = {}
    for tag in re.findall(r"<input[^>]*>", page):
        name, value = re.search(r'name="([^"]*)"', tag), re.search(r'value="([^"]*)"', tag)
        if not name or (re.search(r"type=.(radio|checkbox)", tag) and "checked" not in tag):
            continue
        found.setdefault(name[1], []).append(html.unescape(value[1]) if value else "")
    for name, body in re.findall(r'<select[^>]*name="([^"]*)"[^>]*>(.*?)</select>', page, re.S):
        chosen = re.search(r'<option value="([^"]*)" selected', body)
        found[name] = [chosen[1] if chosen else ""]
    return {name: values if name == "typed" else values[0] for name, values in found.items()}


def test_from_nothing_to_the_public_by_the_forms_of_the_pages(
    manager: FlaskClient, make: Factory, production: Production, plan: SeatingPlan, hall: Space
) -> None:
    make.tier("member")
    make.tier("public")
    make.commit()
    page = manager.get(f"{DESK}/performances").text
    assert f"{DESK}/productions/{production.id}/performances/new" in page
    path = f"{DESK}/productions/{production.id}/performances/new"
    form = form_of(manager.get(path).text)
    start = night()
    form |= {"space": hall.id, "day": f"{start:%Y-%m-%d}", "time": "19:30"}
    done = manager.post(path, data=form)
    assert done.status_code == 303, done.text
    prices = manager.get(done.headers["Location"])
    number = int(re.findall(r"performances/(\d+)/prices", done.headers["Location"])[0])
    typed = form_of(prices.text)
    assert typed["cells"] == "member:* member:A member:B public:* public:A public:B"
    typed["typed"] = ["30", "", "", "", "120", "80.5"]
    done = manager.post(f"{DESK}/performances/{number}/prices", data=typed)
    assert done.headers["Location"].endswith(f"{number}/check")
    check = manager.get(done.headers["Location"]).text
    assert "发布，让公众看到" in check
    assert manager.get(f"/performances/{number}").status_code == 404
    done = manager.post(f"{DESK}/performances/{number}/publish")
    assert "发布了，公众看得到了" in manager.get(done.headers["Location"]).text
    assert manager.get(f"/performances/{number}").status_code == 200
    amounts = {(one["tier"], one["zone"]): one["amount"] for one in told(manager, number)["prices"]}
    assert amounts == {
        ("member", "A"): 3000,
        ("member", "B"): 3000,
        ("public", "A"): 12000,
        ("public", "B"): 8050,
    }


def test_every_page_opens_for_a_draft_and_for_what_is_published(
    manager: FlaskClient,
    put_on: Callable[..., dict[str, Any]],
    plan: SeatingPlan,
    hall: Space,
    make: Factory,
) -> None:
    make.tier("free")
    number = put_on(hall)["performance"]
    for _turn in range(2):
        for page in ("", "/place", "/sale", "/prices", "/quotas", "/copy", "/check"):
            answer = manager.get(f"{DESK}/performances/{number}{page}")
            assert answer.status_code == 200, page
        manager.post(
            f"{DESK}/performances/{number}/prices",
            data={
                **form_of(manager.get(f"{DESK}/performances/{number}/prices").text),
                **cells(free__all="0", free__A="", free__B=""),
            },
        )
        manager.post(f"{DESK}/performances/{number}/publish")
    assert told(manager, number)["stand"] == "published"
    assert new_fields(hall, night())


def test_a_tier_names_no_drafts_of_other_houses(
    app: Flask, make: Factory, production: Production
) -> None:
    there = make.performance(published=False)
    tier = db.session.scalars(select(Tier)).first()
    assert tier
    browser = app.test_client()
    make.sign_in(browser, make.staff(Role.PROGRAMME, site=make.branch()))

    page = browser.get(f"{DESK}/tiers/{tier.id}")

    assert page.status_code == 200
    assert f"/performances/{there.id}/" not in page.text
    assert production
    assert "打金枝" not in page.text
