"""Rackspace Cloud Files."""
