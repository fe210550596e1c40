"""What people would like to learn: menus with votes, a line that becomes a class; scores."""
