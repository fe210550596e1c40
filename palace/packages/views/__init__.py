"""Pages and addresses of packages: what they are, taking one, its order, the programme's desk."""

from flask import Flask

from palace.packages import queries
from palace.packages.views import buying, desk, orders
from palace.packages.views.base import bp

__all__ = ["buying", "desk", "init_app", "orders"]


def init_app(app: Flask) -> None:
    """Register the pages, and lend programme and shows what they say of packages."""
    app.register_blueprint(bp)
    app.jinja_env.globals.update(packages_on=queries.coming_lately, packages_with=queries.with_show)
