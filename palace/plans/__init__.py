"""Seat plans from a sheet: read, drawn, worked on as drafts, kept as versions, changed under a show."""
