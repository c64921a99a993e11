"""Tests of the ledger science."""
