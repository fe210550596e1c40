"""Pages and addresses of certificates, and the page that says one is true."""

from flask import Flask

from palace.certificates import models  # noqa: F401 - its tables
from palace.certificates.views.base import bp


def init_app(app: Flask) -> None:
    """Register the addresses of this part."""
    app.register_blueprint(bp)
