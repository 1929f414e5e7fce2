"""Protocols that several providers share: pure functions that build, sign and parse."""
