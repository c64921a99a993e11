"""The only place for DuckDB, buckets, SFTP, Great Expectations and files."""
