"""What a compute provider may or may not be able to do."""

from __future__ import annotations

from cumuli.capabilities import Capability

__all__ = ["ComputeCapability"]


class ComputeCapability(Capability):
    """One thing that a compute provider may or may not be able to do.

    A capability named like a verb covers that verb; the rest are finer.
    """

    LIST_NODES = "list_nodes"
    GET_NODE = "get_node"
    CREATE_NODE = "create_node"
    START_NODE = "start_node"
    STOP_NODE = "stop_node"
    REBOOT_NODE = "reboot_node"
    DESTROY_NODE = "destroy_node"
    LIST_SIZES = "list_sizes"
    GET_SIZE = "get_size"
    LIST_IMAGES = "list_images"
    GET_IMAGE = "get_image"
    LIST_LOCATIONS = "list_locations"
    LIST_VOLUMES = "list_volumes"
    GET_VOLUME = "get_volume"
    CREATE_VOLUME = "create_volume"
    ATTACH_VOLUME = "attach_volume"
    DETACH_VOLUME = "detach_volume"
    DESTROY_VOLUME = "destroy_volume"
    LIST_VOLUME_SNAPSHOTS = "list_volume_snapshots"
    CREATE_VOLUME_SNAPSHOT = "create_volume_snapshot"
    DESTROY_VOLUME_SNAPSHOT = "destroy_volume_snapshot"
    CREATE_IMAGE = "create_image"
    COPY_IMAGE = "copy_image"
    DELETE_IMAGE = "delete_image"
    LIST_KEY_PAIRS = "list_key_pairs"
    GET_KEY_PAIR = "get_key_pair"
    CREATE_KEY_PAIR = "create_key_pair"
    IMPORT_KEY_PAIR = "import_key_pair"
    DELETE_KEY_PAIR = "delete_key_pair"
    LIST_NODES_TAGS = "list_nodes(tags=)"
    LIST_IMAGES_TAGS = "list_images(tags=)"
    LIST_VOLUMES_TAGS = "list_volumes(tags=)"
    LIST_VOLUME_SNAPSHOTS_TAGS = "list_volume_snapshots(tags=)"
    CREATE_NODE_TAGS = "create_node(tags=)"
    CREATE_NODE_SSH_KEY = "create_node(auth=SSHKey)"
    CREATE_NODE_PASSWORD = "create_node(auth=Password)"  # noqa: S105 - the name of a feature
    CREATE_NODE_IDEMPOTENT = "create_node is idempotent"
