"""What the palace does with data, in the words of every version: for everybody to read."""

from __future__ import annotations

from flask.typing import ResponseReturnValue

from palace import clock, words
from palace.consents import queries
from palace.consents.models import ConsentText
from palace.consents.rules import NAMES, Purpose
from palace.privacy.views.base import MOST_VERSIONS, PURPOSE, bp
from palace.web import answer, public


def consent_text(purpose: str) -> ConsentText:
    """Return the version that holds now, for pages that ask for consent."""
    return queries.current(Purpose(purpose), clock.now())


@bp.get("/privacy")
@public
def current() -> ResponseReturnValue:
    """Say what the palace keeps of people and why, in the versions that hold."""
    return _page([consent_text(purpose) for purpose in Purpose])


@bp.get(f"/privacy/{PURPOSE}/<int(max={MOST_VERSIONS}):version>")
@public
def version(purpose: str, version: int) -> ResponseReturnValue:
    """Show one version of a text, as it was agreed to."""
    return _page([queries.version_of(Purpose(purpose), version, clock.now())])


def _page(texts: list[ConsentText]) -> ResponseReturnValue:
    return answer(
        "privacy/texts.html",
        lambda: {
            "texts": [
                {
                    "purpose": one.purpose,
                    "version": one.version,
                    "body": words.named(one, "body"),
                }
                for one in texts
            ]
        },
        texts=texts,
        names=NAMES,
    )
