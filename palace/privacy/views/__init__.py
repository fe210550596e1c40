"""Pages of one's data, of the texts about it, and of the administrator who looks after both."""

from flask import Flask

from palace.privacy.views import mine, staff, texts
from palace.privacy.views.base import bp

__all__ = ["init_app", "mine", "staff", "texts"]


def init_app(app: Flask) -> None:
    """Register the pages, and what other pages ask about consents."""
    app.register_blueprint(bp)
    app.jinja_env.globals.update(consent_due=mine.consent_due, consent_text=texts.consent_text)
