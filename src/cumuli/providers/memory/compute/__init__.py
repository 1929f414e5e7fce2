"""Servers that live in memory."""
