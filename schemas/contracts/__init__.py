"""Payment rules, places, adjustment roles and thresholds of contracts, as dated tables, each row with its source."""
