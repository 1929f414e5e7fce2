"""Object storage in a folder of the local file system."""
