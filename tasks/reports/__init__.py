"""The science of the report page: from rows of the analytics views to one HTML file, the same bytes for the same rows."""
