"""A cloud that lives in memory: the reference driver, and a test double for programs that use cumuli."""
