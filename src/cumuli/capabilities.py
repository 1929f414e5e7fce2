"""What a provider can do, as typed flags, checked before any I/O."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

import msgspec

from cumuli.errors import NotSupported

__all__ = ["Capabilities", "ComputeCapability", "StorageCapability"]


class ComputeCapability(StrEnum):
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
    CREATE_NODE_TAGS = "create_node(tags=)"
    CREATE_NODE_SSH_KEY = "create_node(auth=SSHKey)"
    CREATE_NODE_PASSWORD = "create_node(auth=Password)"  # noqa: S105 - the name of a feature
    CREATE_NODE_IDEMPOTENT = "create_node is idempotent"


class StorageCapability(StrEnum):
    """One thing that a storage provider may or may not be able to do.

    A capability named like a verb covers that verb; the rest are finer.
    """

    LIST_CONTAINERS = "list_containers"
    GET_CONTAINER = "get_container"
    CREATE_CONTAINER = "create_container"
    DELETE_CONTAINER = "delete_container"
    LIST_OBJECTS = "list_container_objects"
    LIST_DELIMITER = "list_container_objects(delimiter=)"
    LIST_START_AFTER = "list_container_objects(start_after=)"
    GET_OBJECT = "get_object"
    UPLOAD_OBJECT = "upload_object"
    DOWNLOAD_OBJECT = "download_object"
    DOWNLOAD_RANGE = "download_object_range"
    DELETE_OBJECT = "delete_object"
    BULK_DELETE = "delete_objects in one request"
    COPY_OBJECT = "copy_object"
    MULTIPART = "upload in parts"
    META_DATA = "upload_object(meta_data=)"
    CONTENT_ENCODING = "upload_object(content_encoding=)"
    HEADERS = "headers="
    READ_IF_MATCH = "reading with if_match="
    READ_IF_NONE_MATCH = "reading with if_none_match="
    READ_IF_MODIFIED_SINCE = "reading with if_modified_since="
    PUT_IF_MATCH = "upload_object(if_match=)"
    PUT_IF_NONE_MATCH = 'upload_object(if_none_match="*")'
    GET_OBJECT_URL = "get_object_url"
    PUT_OBJECT_URL = 'get_object_url(method="PUT")'
    GET_CONTAINER_CDN_URL = "get_container_cdn_url"
    ENABLE_CONTAINER_CDN = "enable_container_cdn"
    GET_OBJECT_CDN_URL = "get_object_cdn_url"


class Capabilities(msgspec.Struct, frozen=True):
    """What one provider can do.

    Attributes:
        supported: The capabilities it has.
        alternatives: For one that it lacks, what to do there instead, as the end of a sentence:
            ``{ComputeCapability.STOP_NODE: "destroy the node, or use ex_suspend"}``.
    """

    supported: frozenset[ComputeCapability | StorageCapability]
    alternatives: Mapping[ComputeCapability | StorageCapability, str] = {}

    def __contains__(self, capability: object) -> bool:
        return capability in self.supported

    def require(self, capability: ComputeCapability | StorageCapability, *, provider: str) -> None:
        """Do nothing if the capability is there.

        Raises:
            NotSupported: It is not; the message names the provider's alternative if there is one.
        """
        if capability in self.supported:
            return
        alternative = self.alternatives.get(capability)
        hint = f"; instead, {alternative}" if alternative else ""
        raise NotSupported(f"{provider} does not support {capability.value}{hint}", provider=provider)
