"""The suites, as files that pytest collects: one for each service."""
