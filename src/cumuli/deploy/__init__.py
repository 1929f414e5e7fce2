"""Deployments: the steps that make a new machine a configured one. ``deploy_node`` of the compute clients runs them."""
