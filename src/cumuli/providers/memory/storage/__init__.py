"""Object storage that lives in memory."""
