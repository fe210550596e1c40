"""The web application as servers load it."""

import gc

from palace import await_database, create_app
from palace.config import Settings
from palace.lifecycle import log_to_stderr
from palace.processes import take_core

core = take_core()  # before the server has threads: they stay where this one is
log_to_stderr()
app = create_app(Settings.from_env())
await_database(app)
# What is loaded stays; rubbish is looked for among what requests leave, and not every few hundred things.
gc.freeze()
gc.set_threshold(20_000, 10, 10)
