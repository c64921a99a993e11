"""The report page's template, its style and its script: inlined into one file."""
