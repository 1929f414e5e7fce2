"""The clients that are compared, one module for each scenario and peer."""
