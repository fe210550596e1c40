"""Every address says who may use it, and docs/api.md says the same."""

from __future__ import annotations

import pytest
from flask import Flask

from palace.members.rules import Role
from palace.web import UndeclaredAddress, check_addresses, public, roles_of
from tests.architecture.measure import ROOT, expect_none
from tests.architecture.tables import API, between, refusals, tables, unconnected_app

ROLES = {"everybody", *(role.value for role in Role)}


@pytest.fixture(scope="module")
def whole() -> Flask:
    """Return the application with all its parts; nothing here asks its database."""
    return unconnected_app()


def bare_app() -> Flask:
    """Return an application with its static files only."""
    return Flask("bare", static_folder=str(ROOT / "static"))


def test_an_address_that_does_not_say_who_may_use_it_stops_the_start() -> None:
    app = bare_app()
    app.add_url_rule("/open", "open", public(lambda: ""))
    app.add_url_rule("/forgotten", "forgotten", lambda: "")
    with pytest.raises(UndeclaredAddress, match="forgotten"):
        check_addresses(app)


def test_addresses_know_only_roles_that_exist(whole: Flask) -> None:
    assert {
        role for endpoint in whole.view_functions for role in roles_of(whole, endpoint)
    } <= ROLES


@pytest.mark.parametrize("name", ["addresses", "refusals"])
def test_the_documented_table_is_the_code_s(whole: Flask, name: str) -> None:
    written = between(name).search(API.read_text(encoding="utf-8"))
    assert written, f"docs/api.md has no table of {name}"
    assert written[0] == tables(whole)[name], "python -m tests.architecture.tables writes it anew"


def test_every_address_is_explained(whole: Flask) -> None:
    ours = {name: view for name, view in whole.view_functions.items() if name != "static"}
    expect_none(name for name, view in ours.items() if not (view.__doc__ or "").strip())


def test_every_refusal_has_a_code_of_its_own() -> None:
    codes = [kind.code for kind in refusals()]
    assert sorted(codes) == sorted(set(codes))
