"""SHAPE: tables, grammars, expectation suites and errors; no behaviour beyond loading."""
