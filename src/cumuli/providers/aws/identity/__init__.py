"""Who one is to AWS: credentials, where they come from, and the client's session."""
