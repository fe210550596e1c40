"""Certificates by attendance, each with a number and a page that says it is true."""
