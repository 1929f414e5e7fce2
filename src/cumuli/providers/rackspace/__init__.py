"""Rackspace Public Cloud: OpenStack's driver with Rackspace's identity, images, regions and addresses."""
