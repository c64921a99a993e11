"""Tests of the analytics views and the report page."""
