"""Rackspace Public Cloud: OpenStack with Rackspace's own identity, and Cloud Files."""
