"""What a member was told and how they want to be; providers' templates; a demonstration's messages."""

from __future__ import annotations

from flask import Flask

from palace.notices.views import demo, inbox, templates


def init_app(app: Flask) -> None:
    """Register the addresses; the demonstration's page has the members' name that sign-in pages link to."""
    app.add_url_rule("/demo/messages", "members.messages", demo.messages)
    app.register_blueprint(inbox.bp)
    app.register_blueprint(templates.bp)
