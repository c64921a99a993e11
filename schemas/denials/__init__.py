"""What each adjustment means for the practice."""
