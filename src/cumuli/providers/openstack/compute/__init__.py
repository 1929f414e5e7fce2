"""Nova, Glance and Cinder: servers, images and volumes."""
