"""polycloud: one Python API for every cloud, sync and async, exactly typed.

Everything that users need has a name here. A name is imported at its first use, so that
``import polycloud`` imports no provider and no HTTP library.
"""

# Type checkers take this for typing's; importing typing would be most of the time of importing polycloud.
TYPE_CHECKING = False

__version__ = "0.1.0.dev0"

# Where each public name lives. The imports below tell type checkers the same; a test compares the two.
_HOMES = {
    "capabilities": "Capabilities ComputeCapability StorageCapability",
    "compute.aio": "AsyncCompute",
    "compute.auth": "Password SSHKey",
    "compute.client": "Compute",
    "compute.models": (
        "KeyPair Node NodeImage NodeLocation NodeSize NodeState Price SnapshotState Volume VolumeSnapshot VolumeState"
    ),
    "credentials.aws": "AWSCredentials CredentialsProvider",
    "credentials.secret": "Secret",
    "errors": (
        "AlreadyExists AuthenticationError ChecksumMismatch CloudError ConfigurationError Conflict "
        "ConnectionFailed ContainerExists ContainerNotFound DeadlineExceeded DeploymentError FileExists "
        "IdempotencyMismatch ImageNotFound InvalidRequest KeyPairExists KeyPairNotFound MalformedResponse "
        "NodeFailed NodeNotFound NotEmpty NotFound NotSupported NotVerified ObjectNotFound "
        "PermissionDenied PreconditionFailed ProviderUnavailable QuotaExceeded RateLimited SizeNotFound "
        "SnapshotNotFound Timeout VolumeNotFound"
    ),
    "providers.aws.ec2.aio": "AsyncEC2",
    "providers.aws.ec2.client": "EC2",
    "providers.aws.s3.aio": "AsyncS3",
    "providers.aws.s3.client": "S3",
    "providers.cloudfiles.aio": "AsyncCloudFiles",
    "providers.cloudfiles.client": "CloudFiles",
    "providers.gogrid.aio": "AsyncGoGrid",
    "providers.gogrid.client": "GoGrid",
    "providers.local.aio": "AsyncLocalStorage",
    "providers.local.client": "LocalStorage",
    "providers.memory.account": "MemoryAccount",
    "providers.memory.aio": "AsyncMemoryCompute",
    "providers.memory.client": "MemoryCompute",
    "providers.memory_storage.account": "MemoryStorageAccount",
    "providers.memory_storage.aio": "AsyncMemoryStorage",
    "providers.memory_storage.client": "MemoryStorage",
    "providers.openstack.aio": "AsyncOpenStack",
    "providers.openstack.client": "OpenStack",
    "providers.rackspace.aio": "AsyncRackspace",
    "providers.rackspace.client": "Rackspace",
    "providers.s3_presets.aio": "AsyncBackblazeB2 AsyncCephS3 AsyncCloudflareR2 AsyncDigitalOceanSpaces",
    "providers.s3_presets.client": "BackblazeB2 CephS3 CloudflareR2 DigitalOceanSpaces",
    "providers.swift.aio": "AsyncSwift",
    "providers.swift.client": "Swift",
    "registry": "ProviderInfo async_compute async_storage compute providers storage",
    "runtime.caller": "Timeouts",
    "runtime.deadline": "deadline",
    "runtime.left_out": "left_out",
    "runtime.part_files": "PartialDownload list_partial_downloads remove_partial_download",
    "runtime.retry": "RetryPolicy",
    "runtime.tls": "InsecureTLSWarning",
    "storage.aio": "AsyncStorage",
    "storage.client": "Storage",
    "storage.models": "Container DeleteResult Object Prefix",
    "storage.stream.aio": "AsyncObjectStream",
    "storage.stream.client": "ObjectStream",
}
_MODULES = {name: f"polycloud.{home}" for home, names in _HOMES.items() for name in names.split()}
# Packages that can be called like functions; see callable_module.py.
_PACKAGES = frozenset({"compute", "providers", "storage"})

__all__ = [
    "EC2",
    "S3",
    "AWSCredentials",
    "AlreadyExists",
    "AsyncBackblazeB2",
    "AsyncCephS3",
    "AsyncCloudFiles",
    "AsyncCloudflareR2",
    "AsyncCompute",
    "AsyncDigitalOceanSpaces",
    "AsyncEC2",
    "AsyncGoGrid",
    "AsyncLocalStorage",
    "AsyncMemoryCompute",
    "AsyncMemoryStorage",
    "AsyncObjectStream",
    "AsyncOpenStack",
    "AsyncRackspace",
    "AsyncS3",
    "AsyncStorage",
    "AsyncSwift",
    "AuthenticationError",
    "BackblazeB2",
    "Capabilities",
    "CephS3",
    "ChecksumMismatch",
    "CloudError",
    "CloudFiles",
    "CloudflareR2",
    "Compute",
    "ComputeCapability",
    "ConfigurationError",
    "Conflict",
    "ConnectionFailed",
    "Container",
    "ContainerExists",
    "ContainerNotFound",
    "CredentialsProvider",
    "DeadlineExceeded",
    "DeleteResult",
    "DeploymentError",
    "DigitalOceanSpaces",
    "FileExists",
    "GoGrid",
    "IdempotencyMismatch",
    "ImageNotFound",
    "InsecureTLSWarning",
    "InvalidRequest",
    "KeyPair",
    "KeyPairExists",
    "KeyPairNotFound",
    "LocalStorage",
    "MalformedResponse",
    "MemoryAccount",
    "MemoryCompute",
    "MemoryStorage",
    "MemoryStorageAccount",
    "Node",
    "NodeFailed",
    "NodeImage",
    "NodeLocation",
    "NodeNotFound",
    "NodeSize",
    "NodeState",
    "NotEmpty",
    "NotFound",
    "NotSupported",
    "NotVerified",
    "Object",
    "ObjectNotFound",
    "ObjectStream",
    "OpenStack",
    "PartialDownload",
    "Password",
    "PermissionDenied",
    "PreconditionFailed",
    "Prefix",
    "Price",
    "ProviderInfo",
    "ProviderUnavailable",
    "QuotaExceeded",
    "Rackspace",
    "RateLimited",
    "RetryPolicy",
    "SSHKey",
    "Secret",
    "SizeNotFound",
    "SnapshotNotFound",
    "SnapshotState",
    "Storage",
    "StorageCapability",
    "Swift",
    "Timeout",
    "Timeouts",
    "Volume",
    "VolumeNotFound",
    "VolumeSnapshot",
    "VolumeState",
    "__version__",
    "async_compute",
    "async_storage",
    "compute",
    "deadline",
    "left_out",
    "list_partial_downloads",
    "providers",
    "remove_partial_download",
    "storage",
]

if TYPE_CHECKING:
    from polycloud.capabilities import Capabilities as Capabilities
    from polycloud.capabilities import ComputeCapability as ComputeCapability
    from polycloud.capabilities import StorageCapability as StorageCapability
    from polycloud.compute.aio import AsyncCompute as AsyncCompute
    from polycloud.compute.auth import Password as Password
    from polycloud.compute.auth import SSHKey as SSHKey
    from polycloud.compute.client import Compute as Compute
    from polycloud.compute.models import KeyPair as KeyPair
    from polycloud.compute.models import Node as Node
    from polycloud.compute.models import NodeImage as NodeImage
    from polycloud.compute.models import NodeLocation as NodeLocation
    from polycloud.compute.models import NodeSize as NodeSize
    from polycloud.compute.models import NodeState as NodeState
    from polycloud.compute.models import Price as Price
    from polycloud.compute.models import SnapshotState as SnapshotState
    from polycloud.compute.models import Volume as Volume
    from polycloud.compute.models import VolumeSnapshot as VolumeSnapshot
    from polycloud.compute.models import VolumeState as VolumeState
    from polycloud.credentials.aws import AWSCredentials as AWSCredentials
    from polycloud.credentials.aws import CredentialsProvider as CredentialsProvider
    from polycloud.credentials.secret import Secret as Secret
    from polycloud.errors import AlreadyExists as AlreadyExists
    from polycloud.errors import AuthenticationError as AuthenticationError
    from polycloud.errors import ChecksumMismatch as ChecksumMismatch
    from polycloud.errors import CloudError as CloudError
    from polycloud.errors import ConfigurationError as ConfigurationError
    from polycloud.errors import Conflict as Conflict
    from polycloud.errors import ConnectionFailed as ConnectionFailed
    from polycloud.errors import ContainerExists as ContainerExists
    from polycloud.errors import ContainerNotFound as ContainerNotFound
    from polycloud.errors import DeadlineExceeded as DeadlineExceeded
    from polycloud.errors import DeploymentError as DeploymentError
    from polycloud.errors import FileExists as FileExists
    from polycloud.errors import IdempotencyMismatch as IdempotencyMismatch
    from polycloud.errors import ImageNotFound as ImageNotFound
    from polycloud.errors import InvalidRequest as InvalidRequest
    from polycloud.errors import KeyPairExists as KeyPairExists
    from polycloud.errors import KeyPairNotFound as KeyPairNotFound
    from polycloud.errors import MalformedResponse as MalformedResponse
    from polycloud.errors import NodeFailed as NodeFailed
    from polycloud.errors import NodeNotFound as NodeNotFound
    from polycloud.errors import NotEmpty as NotEmpty
    from polycloud.errors import NotFound as NotFound
    from polycloud.errors import NotSupported as NotSupported
    from polycloud.errors import NotVerified as NotVerified
    from polycloud.errors import ObjectNotFound as ObjectNotFound
    from polycloud.errors import PermissionDenied as PermissionDenied
    from polycloud.errors import PreconditionFailed as PreconditionFailed
    from polycloud.errors import ProviderUnavailable as ProviderUnavailable
    from polycloud.errors import QuotaExceeded as QuotaExceeded
    from polycloud.errors import RateLimited as RateLimited
    from polycloud.errors import SizeNotFound as SizeNotFound
    from polycloud.errors import SnapshotNotFound as SnapshotNotFound
    from polycloud.errors import Timeout as Timeout
    from polycloud.errors import VolumeNotFound as VolumeNotFound
    from polycloud.providers.aws.ec2.aio import AsyncEC2 as AsyncEC2
    from polycloud.providers.aws.ec2.client import EC2 as EC2
    from polycloud.providers.aws.s3.aio import AsyncS3 as AsyncS3
    from polycloud.providers.aws.s3.client import S3 as S3
    from polycloud.providers.cloudfiles.aio import AsyncCloudFiles as AsyncCloudFiles
    from polycloud.providers.cloudfiles.client import CloudFiles as CloudFiles
    from polycloud.providers.gogrid.aio import AsyncGoGrid as AsyncGoGrid
    from polycloud.providers.gogrid.client import GoGrid as GoGrid
    from polycloud.providers.local.aio import AsyncLocalStorage as AsyncLocalStorage
    from polycloud.providers.local.client import LocalStorage as LocalStorage
    from polycloud.providers.memory.account import MemoryAccount as MemoryAccount
    from polycloud.providers.memory.aio import AsyncMemoryCompute as AsyncMemoryCompute
    from polycloud.providers.memory.client import MemoryCompute as MemoryCompute
    from polycloud.providers.memory_storage.account import MemoryStorageAccount as MemoryStorageAccount
    from polycloud.providers.memory_storage.aio import AsyncMemoryStorage as AsyncMemoryStorage
    from polycloud.providers.memory_storage.client import MemoryStorage as MemoryStorage
    from polycloud.providers.openstack.aio import AsyncOpenStack as AsyncOpenStack
    from polycloud.providers.openstack.client import OpenStack as OpenStack
    from polycloud.providers.rackspace.aio import AsyncRackspace as AsyncRackspace
    from polycloud.providers.rackspace.client import Rackspace as Rackspace
    from polycloud.providers.s3_presets.aio import AsyncBackblazeB2 as AsyncBackblazeB2
    from polycloud.providers.s3_presets.aio import AsyncCephS3 as AsyncCephS3
    from polycloud.providers.s3_presets.aio import AsyncCloudflareR2 as AsyncCloudflareR2
    from polycloud.providers.s3_presets.aio import AsyncDigitalOceanSpaces as AsyncDigitalOceanSpaces
    from polycloud.providers.s3_presets.client import BackblazeB2 as BackblazeB2
    from polycloud.providers.s3_presets.client import CephS3 as CephS3
    from polycloud.providers.s3_presets.client import CloudflareR2 as CloudflareR2
    from polycloud.providers.s3_presets.client import DigitalOceanSpaces as DigitalOceanSpaces
    from polycloud.providers.swift.aio import AsyncSwift as AsyncSwift
    from polycloud.providers.swift.client import Swift as Swift
    from polycloud.registry import ProviderInfo as ProviderInfo
    from polycloud.registry import async_compute as async_compute
    from polycloud.registry import async_storage as async_storage
    from polycloud.registry import compute as compute
    from polycloud.registry import providers as providers
    from polycloud.registry import storage as storage
    from polycloud.runtime.caller import Timeouts as Timeouts
    from polycloud.runtime.deadline import deadline as deadline
    from polycloud.runtime.left_out import left_out as left_out
    from polycloud.runtime.part_files import PartialDownload as PartialDownload
    from polycloud.runtime.part_files import list_partial_downloads as list_partial_downloads
    from polycloud.runtime.part_files import remove_partial_download as remove_partial_download
    from polycloud.runtime.retry import RetryPolicy as RetryPolicy
    from polycloud.runtime.tls import InsecureTLSWarning as InsecureTLSWarning
    from polycloud.storage.aio import AsyncStorage as AsyncStorage
    from polycloud.storage.client import Storage as Storage
    from polycloud.storage.models import Container as Container
    from polycloud.storage.models import DeleteResult as DeleteResult
    from polycloud.storage.models import Object as Object
    from polycloud.storage.models import Prefix as Prefix
    from polycloud.storage.stream.aio import AsyncObjectStream as AsyncObjectStream
    from polycloud.storage.stream.client import ObjectStream as ObjectStream


def __getattr__(name: str) -> object:
    from importlib import import_module

    if name in _PACKAGES:
        return import_module(f"polycloud.{name}")
    home = _MODULES.get(name)
    if home is None:
        raise AttributeError(f"module 'polycloud' has no attribute {name!r}")
    found: object = getattr(import_module(home), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted(__all__)
