"""A cloud that lives in memory: the reference provider, and a test double for programs that use cumuli."""
