"""Pages and addresses of courses: the catalogue, a class, a place in it, waiting for one."""

from flask import Flask

from palace.courses import models, policies  # noqa: F401 - their tables
from palace.courses.views import (
    catalogue,  # noqa: F401 - its addresses
    enrolling,  # noqa: F401 - its addresses
    own,  # noqa: F401 - its addresses
    queue,  # noqa: F401 - its address
    waiting,
)
from palace.courses.views.base import bp


def init_app(app: Flask) -> None:
    """Register the addresses of this part."""
    app.register_blueprint(bp)
    waiting.init_app(app)
