"""A folder of the file system as an object store: blocking functions, run by ``Runtime.offload``."""
