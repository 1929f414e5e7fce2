"""OpenStack: Nova, Glance, Cinder, Neutron and Swift behind Keystone."""
