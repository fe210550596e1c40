"""Courses (培训): terms, courses, their classes and sessions; who has a place, who waits for one."""
