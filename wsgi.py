"""The web application as servers load it."""

from palace import create_app
from palace.config import Settings

app = create_app(Settings.from_env())
