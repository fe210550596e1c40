"""Tests of the desk of courses."""
