"""WHEN: order, schedule, retries, concurrency; no arithmetic, no SQL, no decision on money."""
