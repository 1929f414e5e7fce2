"""Rackspace's servers."""
