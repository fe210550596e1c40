"""The web application as servers load it."""

from palace import await_database, create_app
from palace.config import Settings
from palace.lifecycle import log_to_stderr
from palace.processes import take_core

core = take_core()  # before the server has threads: they stay where this one is
log_to_stderr()
app = create_app(Settings.from_env())
await_database(app)
