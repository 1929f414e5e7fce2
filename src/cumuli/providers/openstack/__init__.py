"""OpenStack: Nova, Glance, Cinder and Neutron behind Keystone."""
