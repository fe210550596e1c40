"""The web application as servers load it."""

from palace import await_database, create_app
from palace.config import Settings
from palace.lifecycle import log_to_stderr

log_to_stderr()
app = create_app(Settings.from_env())
await_database(app)
