"""What a storage provider may or may not be able to do."""

from __future__ import annotations

from cumuli.capabilities import Capability

__all__ = ["StorageCapability"]


class StorageCapability(Capability):
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
    READ_IF_UNMODIFIED_SINCE = "reading with if_unmodified_since="
    PUT_IF_MATCH = "upload_object(if_match=)"
    PUT_IF_NONE_MATCH = 'upload_object(if_none_match="*")'
    DELETE_IF_MATCH = "delete_object(if_match=)"
    GET_OBJECT_URL = "get_object_url"
    PUT_OBJECT_URL = 'get_object_url(method="PUT")'
    GET_CONTAINER_CDN_URL = "get_container_cdn_url"
    ENABLE_CONTAINER_CDN = "enable_container_cdn"
    GET_OBJECT_CDN_URL = "get_object_cdn_url"
