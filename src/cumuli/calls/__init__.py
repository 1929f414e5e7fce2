"""One logical call: its attempts, retries, lost answers, pages, options and traces."""
