"""The teacher's pages: who is there, leave, invitations, hours; and what staying away leads to."""
