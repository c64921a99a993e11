"""Tests of the intake gate and the adapters."""
