"""Contracts: what a payer should allow for a line of a claim, by its fee schedule, by Medicare's formula, or by its own history.

Source: ASC X12N 005010X221A1 for what was allowed; fee schedules and their rules name their own sources row by row.
"""
