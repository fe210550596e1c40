"""The sheet of a review (节目审查表) on paper: what was reviewed, who passed it when, room for a seal."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

from flask import render_template
from flask_babel import gettext

from palace import printing, words
from palace.pictures.queries import any_bytes
from palace.review.models import Revision
from palace.review.rules import Reviewed
from palace.venues.queries import head_site


def pdf(revision: Revision, thing: Reviewed, names: Mapping[str, str]) -> bytes:
    """Return a revision's sheet as a tagged A4 PDF.

    Raises:
        PrintingAway: the printing process is restarting.
    """
    lang = "zh-CN" if words.language() == "zh" else "en"
    title = gettext("节目审查表")
    html = render_template(
        "review/paper/sheet.html",
        lang=lang,
        title=title,
        palace_name=words.named(head_site()),
        revision=revision,
        thing=thing,
        names=names,
        rows=[(one, revision.fields.get(one.name)) for one in thing.fields],
        printable=_printable,
        picture=_picture,
    )
    return printing.to_pdf(html, title=title, lang=lang)


def _printable(value: Any) -> str:
    return printing.covered(str(value))


def _picture(code: str) -> str:
    """Return a picture as it stands in a page that loads nothing."""
    content = any_bytes(code, "small") or b""
    return f"data:image/jpeg;base64,{base64.b64encode(content).decode()}"
