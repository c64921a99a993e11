"""Tests of the denials science."""
