"""Tests of the synthetic practice and the synthetic payer."""
