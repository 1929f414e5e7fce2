"""Servers, disks, images and keys: the portable compute API."""
