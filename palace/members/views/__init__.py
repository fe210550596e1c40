"""Signing in and out, and the proof that dangerous acts ask for."""

from __future__ import annotations

from flask import Flask, url_for
from flask_babel import gettext
from flask_login import current_user

from palace.members.posts import FIRST_PAGES, ROLE_WORDS
from palace.members.rules import Role
from palace.members.views import numbers, second, signing_in, staff
from palace.members.views.proof import check_proof
from palace.web import proof

__all__ = ["init_app", "numbers", "second", "signing_in", "staff"]


def init_app(app: Flask) -> None:
    """Put the pages and the sign-in on the application."""
    signing_in.flask_login.init_app(app)
    app.register_blueprint(signing_in.bp)
    app.register_blueprint(staff.bp)
    app.register_blueprint(numbers.bp)
    proof["check"] = check_proof
    app.jinja_env.filters["role"] = role_words
    app.jinja_env.globals["work"] = work


def role_words(role: Role) -> str:
    """Return a role in the language in force."""
    return str(gettext(ROLE_WORDS[role]))


def work() -> list[tuple[str, str]]:
    """Return where the work of the person signed in begins: (words, address), one per page."""
    found: dict[str, list[str]] = {}
    for role, endpoint in FIRST_PAGES.items():
        if role in current_user.roles:
            found.setdefault(url_for(endpoint), []).append(
                gettext("教学") if role is Role.TEACHER else role_words(role)
            )
    return [("、".join(words), address) for address, words in found.items()]
