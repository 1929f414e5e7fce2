"""The stream that a download can be read from."""
