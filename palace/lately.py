"""The last answer of a public page, shown with its hour while the database cannot make a new one.

Nobody's: only what went to a browser without a cookie of ours and gave it none is remembered, so
neither a name nor a form's token is in it. An address with a question behind it is not remembered.
"""

from __future__ import annotations

import functools
import time
from datetime import UTC, datetime
from typing import Any, cast

from flask import Response, current_app, make_response, request, session
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from markupsafe import Markup

from palace import words
from palace.web import View, wants_json

MOST = 32
OLDEST = 3600.0  # seconds
PLACE = b'<main id="main" tabindex="-1">'
NOTE = Markup('<div class="say" role="status"><p>%s</p></div>')
Memory = dict[tuple[str, str, bool], tuple[float, bytes]]


def remembered(view: View) -> View:
    """Remember the pages of a public view."""

    @functools.wraps(view)
    def shown(*args: Any, **kwargs: Any) -> ResponseReturnValue:
        response = make_response(view(*args, **kwargs))
        plain = request.method == "GET" and not request.query_string
        if plain and not wants_json() and not _is_somebody():
            memory = _memory()
            memory.pop(_key(), None)
            memory[_key()] = time.time(), response.get_data()
            for oldest in list(memory)[:-MOST]:
                memory.pop(oldest, None)
        return response

    return cast("View", shown)


def last_page() -> Response | None:
    """Return what a stranger was answered here lately, saying when; None where nobody was."""
    made_at, page = _memory().get(_key(), (0.0, b""))
    if request.method != "GET" or request.query_string or time.time() - made_at > OLDEST:
        return None
    at = words.time_words(datetime.fromtimestamp(made_at, UTC))
    note = NOTE % gettext("这是%(at)s的情况，现在暂时更新不了。请过一会儿再刷新。", at=at)
    told = page.replace(PLACE, PLACE + note.encode(), 1)
    return make_response(told, 200, {"Cache-Control": "private, no-store"})


def _is_somebody() -> bool:
    """Return whether a browser has a cookie of ours, or gets one now."""
    return current_app.config["SESSION_COOKIE_NAME"] in request.cookies or session.modified


def _memory() -> Memory:
    memory: Memory = current_app.extensions.setdefault("palace_lately", {})
    return memory


def _key() -> tuple[str, str, bool]:
    return request.path, words.language(), words.large_text()
