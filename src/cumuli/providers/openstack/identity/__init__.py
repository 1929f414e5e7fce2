"""Keystone, and the files and variables in which the OpenStack tools keep who one is."""
