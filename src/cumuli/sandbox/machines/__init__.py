"""Podman's service for the sandbox: with its own storage and network, and without anything left behind."""
