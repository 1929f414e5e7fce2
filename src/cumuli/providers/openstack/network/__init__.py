"""Neutron: networks, floating IPs and security groups."""
