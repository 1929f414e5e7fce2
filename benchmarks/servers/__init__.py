"""What the canned servers say."""
