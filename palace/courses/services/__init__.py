"""What people do with classes: enrol, wait, leave; plan sessions, change and call them off."""
