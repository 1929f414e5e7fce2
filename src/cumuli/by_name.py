"""From a provider's name to its client: one function for each service and flavour.

Generated from cumuli/table.py by tools/generate_names.py. Change that file and run: make format
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, cast, overload

from cumuli.registry import open_named

if TYPE_CHECKING:
    from cumuli.compute.aio import AsyncCompute
    from cumuli.compute.client import Compute
    from cumuli.providers.aws.ec2.aio import AsyncEC2
    from cumuli.providers.aws.ec2.client import EC2
    from cumuli.providers.aws.s3.aio import AsyncS3
    from cumuli.providers.aws.s3.client import S3
    from cumuli.providers.aws.s3_presets.aio import (
        AsyncBackblazeB2,
        AsyncCephS3,
        AsyncCloudflareR2,
        AsyncDigitalOceanSpaces,
        AsyncHetznerS3,
        AsyncIDriveE2,
        AsyncMinIO,
        AsyncOVHcloudS3,
        AsyncScalewayS3,
        AsyncWasabi,
    )
    from cumuli.providers.aws.s3_presets.client import (
        BackblazeB2,
        CephS3,
        CloudflareR2,
        DigitalOceanSpaces,
        HetznerS3,
        IDriveE2,
        MinIO,
        OVHcloudS3,
        ScalewayS3,
        Wasabi,
    )
    from cumuli.providers.gogrid.aio import AsyncGoGrid
    from cumuli.providers.gogrid.client import GoGrid
    from cumuli.providers.local.aio import AsyncLocalStorage
    from cumuli.providers.local.client import LocalStorage
    from cumuli.providers.machines.aio import AsyncLocalMachines
    from cumuli.providers.machines.client import LocalMachines
    from cumuli.providers.memory.compute.aio import AsyncMemoryCompute
    from cumuli.providers.memory.compute.client import MemoryCompute
    from cumuli.providers.memory.storage.aio import AsyncMemoryStorage
    from cumuli.providers.memory.storage.client import MemoryStorage
    from cumuli.providers.openstack.compute.aio import AsyncOpenStack
    from cumuli.providers.openstack.compute.client import OpenStack
    from cumuli.providers.openstack.swift.aio import AsyncSwift
    from cumuli.providers.openstack.swift.client import Swift
    from cumuli.providers.rackspace.cloudfiles.aio import AsyncCloudFiles
    from cumuli.providers.rackspace.cloudfiles.client import CloudFiles
    from cumuli.providers.rackspace.compute.aio import AsyncRackspace
    from cumuli.providers.rackspace.compute.client import Rackspace
    from cumuli.storage.aio import AsyncStorage
    from cumuli.storage.client import Storage

__all__ = ["async_compute", "async_storage", "compute", "storage"]


@overload
def compute(name: Literal["ec2"], **settings: object) -> EC2: ...
@overload
def compute(name: Literal["gogrid"], **settings: object) -> GoGrid: ...
@overload
def compute(name: Literal["machines"], **settings: object) -> LocalMachines: ...
@overload
def compute(name: Literal["openstack"], **settings: object) -> OpenStack: ...
@overload
def compute(name: Literal["rackspace"], **settings: object) -> Rackspace: ...
@overload
def compute(name: Literal["memory"], **settings: object) -> MemoryCompute: ...
@overload
def compute(name: str, **settings: object) -> Compute: ...
def compute(name: str, **settings: object) -> Compute:
    """A client for servers by name, for programs that are configured.

    Args:
        name: A provider, or a profile of the config file, which names its provider. A provider's name goes first.
        settings: What the provider's client takes; they win over the profile's. None counts as not given.

    Raises:
        ConfigurationError: There is no such name, or no such setting; the message lists what there is.
    """
    return cast("Compute", open_named("compute", name, settings))


@overload
def async_compute(name: Literal["ec2"], **settings: object) -> AsyncEC2: ...
@overload
def async_compute(name: Literal["gogrid"], **settings: object) -> AsyncGoGrid: ...
@overload
def async_compute(name: Literal["machines"], **settings: object) -> AsyncLocalMachines: ...
@overload
def async_compute(name: Literal["openstack"], **settings: object) -> AsyncOpenStack: ...
@overload
def async_compute(name: Literal["rackspace"], **settings: object) -> AsyncRackspace: ...
@overload
def async_compute(name: Literal["memory"], **settings: object) -> AsyncMemoryCompute: ...
@overload
def async_compute(name: str, **settings: object) -> AsyncCompute: ...
def async_compute(name: str, **settings: object) -> AsyncCompute:
    """An async client for servers by name, for programs that are configured.

    Making it may read the config file, which blocks for a moment.

    Args:
        name: A provider, or a profile of the config file, which names its provider. A provider's name goes first.
        settings: What the provider's client takes; they win over the profile's. None counts as not given.

    Raises:
        ConfigurationError: There is no such name, or no such setting; the message lists what there is.
    """
    return cast("AsyncCompute", open_named("compute", name, settings, asynchronous=True))


@overload
def storage(name: Literal["s3"], **settings: object) -> S3: ...
@overload
def storage(name: Literal["b2"], **settings: object) -> BackblazeB2: ...
@overload
def storage(name: Literal["ceph"], **settings: object) -> CephS3: ...
@overload
def storage(name: Literal["r2"], **settings: object) -> CloudflareR2: ...
@overload
def storage(name: Literal["spaces"], **settings: object) -> DigitalOceanSpaces: ...
@overload
def storage(name: Literal["hetzner"], **settings: object) -> HetznerS3: ...
@overload
def storage(name: Literal["e2"], **settings: object) -> IDriveE2: ...
@overload
def storage(name: Literal["minio"], **settings: object) -> MinIO: ...
@overload
def storage(name: Literal["ovh"], **settings: object) -> OVHcloudS3: ...
@overload
def storage(name: Literal["scaleway"], **settings: object) -> ScalewayS3: ...
@overload
def storage(name: Literal["wasabi"], **settings: object) -> Wasabi: ...
@overload
def storage(name: Literal["swift"], **settings: object) -> Swift: ...
@overload
def storage(name: Literal["cloudfiles"], **settings: object) -> CloudFiles: ...
@overload
def storage(name: Literal["local"], **settings: object) -> LocalStorage: ...
@overload
def storage(name: Literal["memory"], **settings: object) -> MemoryStorage: ...
@overload
def storage(name: str, **settings: object) -> Storage: ...
def storage(name: str, **settings: object) -> Storage:
    """A client for object storage by name, for programs that are configured.

    Args:
        name: A provider, or a profile of the config file, which names its provider. A provider's name goes first.
        settings: What the provider's client takes; they win over the profile's. None counts as not given.

    Raises:
        ConfigurationError: There is no such name, or no such setting; the message lists what there is.
    """
    return cast("Storage", open_named("storage", name, settings))


@overload
def async_storage(name: Literal["s3"], **settings: object) -> AsyncS3: ...
@overload
def async_storage(name: Literal["b2"], **settings: object) -> AsyncBackblazeB2: ...
@overload
def async_storage(name: Literal["ceph"], **settings: object) -> AsyncCephS3: ...
@overload
def async_storage(name: Literal["r2"], **settings: object) -> AsyncCloudflareR2: ...
@overload
def async_storage(name: Literal["spaces"], **settings: object) -> AsyncDigitalOceanSpaces: ...
@overload
def async_storage(name: Literal["hetzner"], **settings: object) -> AsyncHetznerS3: ...
@overload
def async_storage(name: Literal["e2"], **settings: object) -> AsyncIDriveE2: ...
@overload
def async_storage(name: Literal["minio"], **settings: object) -> AsyncMinIO: ...
@overload
def async_storage(name: Literal["ovh"], **settings: object) -> AsyncOVHcloudS3: ...
@overload
def async_storage(name: Literal["scaleway"], **settings: object) -> AsyncScalewayS3: ...
@overload
def async_storage(name: Literal["wasabi"], **settings: object) -> AsyncWasabi: ...
@overload
def async_storage(name: Literal["swift"], **settings: object) -> AsyncSwift: ...
@overload
def async_storage(name: Literal["cloudfiles"], **settings: object) -> AsyncCloudFiles: ...
@overload
def async_storage(name: Literal["local"], **settings: object) -> AsyncLocalStorage: ...
@overload
def async_storage(name: Literal["memory"], **settings: object) -> AsyncMemoryStorage: ...
@overload
def async_storage(name: str, **settings: object) -> AsyncStorage: ...
def async_storage(name: str, **settings: object) -> AsyncStorage:
    """An async client for object storage by name, for programs that are configured.

    Making it may read the config file, which blocks for a moment.

    Args:
        name: A provider, or a profile of the config file, which names its provider. A provider's name goes first.
        settings: What the provider's client takes; they win over the profile's. None counts as not given.

    Raises:
        ConfigurationError: There is no such name, or no such setting; the message lists what there is.
    """
    return cast("AsyncStorage", open_named("storage", name, settings, asynchronous=True))
