"""cumuli: one Python API for every cloud, sync and async, exactly typed.

Everything that users need has a name here. A name is imported at its first use, so that
``import cumuli`` imports no provider and no HTTP library.
"""

# Type checkers take this for typing's; importing typing would be most of the time of importing cumuli.
TYPE_CHECKING = False

# Where each public name lives: _HOMES, by their modules; the imports tell type checkers the same.
# _PACKAGES can be called like functions; see callable_module.py.
# begin of what tools/generate_names.py writes from the table
_HOMES = {
    "by_name": "async_compute async_storage compute storage",
    "calls.caller": "Timeouts",
    "calls.left_out": "left_out",
    "calls.retry": "RetryPolicy",
    "capabilities": "Capabilities",
    "compute.aio": "AsyncCompute",
    "compute.auth": "Password SSHKey",
    "compute.capabilities": "ComputeCapability",
    "compute.client": "Compute",
    "compute.models": (
        "ImageState KeyPair Node NodeImage NodeLocation NodeSize NodeState Price SnapshotState Volume "
        "VolumeSnapshot VolumeState"
    ),
    "deploy.aio": "AsyncSSHConnection",
    "deploy.client": "SSHConnection",
    "deploy.errors": "DeploymentError",
    "deploy.results": "Deployment DeploymentProgress StepResult",
    "deploy.steps": (
        "CloudInit FileDeployment MultiStepDeployment Reboot SSHKeyDeployment ScriptDeployment "
        "ScriptFileDeployment WaitFor"
    ),
    "errors": (
        "AlreadyExists AuthenticationError ChecksumMismatch CloudError ConfigurationError Conflict "
        "ConnectionFailed ContainerExists ContainerNotFound DeadlineExceeded FileExists HostKeyRefused "
        "IdempotencyMismatch ImageNotFound InvalidRequest KeyPairExists KeyPairNotFound MalformedResponse "
        "NodeFailed NodeNotFound NotEmpty NotFound NotSupported NotVerified ObjectNotFound PermissionDenied "
        "PreconditionFailed ProviderUnavailable QuotaExceeded RateLimited ResourceFailed SizeNotFound "
        "SnapshotNotFound Timeout VolumeNotFound"
    ),
    "providers.aws.ec2.aio": "AsyncEC2",
    "providers.aws.ec2.client": "EC2",
    "providers.aws.identity.credentials": "AWSCredentials CredentialsProvider",
    "providers.aws.s3.aio": "AsyncS3",
    "providers.aws.s3.client": "S3",
    "providers.aws.s3_presets.aio": (
        "AsyncBackblazeB2 AsyncCephS3 AsyncCloudflareR2 AsyncDigitalOceanSpaces AsyncHetznerS3 AsyncIDriveE2 "
        "AsyncMinIO AsyncOVHcloudS3 AsyncScalewayS3 AsyncWasabi"
    ),
    "providers.aws.s3_presets.client": (
        "BackblazeB2 CephS3 CloudflareR2 DigitalOceanSpaces HetznerS3 IDriveE2 MinIO OVHcloudS3 ScalewayS3 Wasabi"
    ),
    "providers.gogrid.aio": "AsyncGoGrid",
    "providers.gogrid.client": "GoGrid",
    "providers.local.aio": "AsyncLocalStorage",
    "providers.local.client": "LocalStorage",
    "providers.machines.aio": "AsyncLocalMachines",
    "providers.machines.client": "LocalMachines",
    "providers.memory.compute.account": "MemoryAccount",
    "providers.memory.compute.aio": "AsyncMemoryCompute",
    "providers.memory.compute.client": "MemoryCompute",
    "providers.memory.storage.account": "MemoryStorageAccount",
    "providers.memory.storage.aio": "AsyncMemoryStorage",
    "providers.memory.storage.client": "MemoryStorage",
    "providers.openstack.compute.aio": "AsyncOpenStack",
    "providers.openstack.compute.client": "OpenStack",
    "providers.openstack.swift.aio": "AsyncSwift",
    "providers.openstack.swift.client": "Swift",
    "providers.rackspace.cloudfiles.aio": "AsyncCloudFiles",
    "providers.rackspace.cloudfiles.client": "CloudFiles",
    "providers.rackspace.compute.aio": "AsyncRackspace",
    "providers.rackspace.compute.client": "Rackspace",
    "registry": "ProviderInfo providers",
    "runtime.deadline": "deadline",
    "runtime.http.tls": "InsecureTLSWarning",
    "runtime.part_files": "PartialDownload list_partial_downloads remove_partial_download",
    "runtime.ssh.login": "CommandResult HostKeyWarning",
    "secret": "Secret",
    "storage.aio": "AsyncStorage",
    "storage.capabilities": "StorageCapability",
    "storage.client": "Storage",
    "storage.file.aio": "AsyncObjectFile",
    "storage.file.client": "ObjectFile",
    "storage.models": "Container DeleteResult Object Prefix",
    "storage.stream.aio": "AsyncObjectStream",
    "storage.stream.client": "ObjectStream",
    "version": "__version__",
}
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
    "AsyncHetznerS3",
    "AsyncIDriveE2",
    "AsyncLocalMachines",
    "AsyncLocalStorage",
    "AsyncMemoryCompute",
    "AsyncMemoryStorage",
    "AsyncMinIO",
    "AsyncOVHcloudS3",
    "AsyncObjectFile",
    "AsyncObjectStream",
    "AsyncOpenStack",
    "AsyncRackspace",
    "AsyncS3",
    "AsyncSSHConnection",
    "AsyncScalewayS3",
    "AsyncStorage",
    "AsyncSwift",
    "AsyncWasabi",
    "AuthenticationError",
    "BackblazeB2",
    "Capabilities",
    "CephS3",
    "ChecksumMismatch",
    "CloudError",
    "CloudFiles",
    "CloudInit",
    "CloudflareR2",
    "CommandResult",
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
    "Deployment",
    "DeploymentError",
    "DeploymentProgress",
    "DigitalOceanSpaces",
    "FileDeployment",
    "FileExists",
    "GoGrid",
    "HetznerS3",
    "HostKeyRefused",
    "HostKeyWarning",
    "IDriveE2",
    "IdempotencyMismatch",
    "ImageNotFound",
    "ImageState",
    "InsecureTLSWarning",
    "InvalidRequest",
    "KeyPair",
    "KeyPairExists",
    "KeyPairNotFound",
    "LocalMachines",
    "LocalStorage",
    "MalformedResponse",
    "MemoryAccount",
    "MemoryCompute",
    "MemoryStorage",
    "MemoryStorageAccount",
    "MinIO",
    "MultiStepDeployment",
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
    "OVHcloudS3",
    "Object",
    "ObjectFile",
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
    "Reboot",
    "ResourceFailed",
    "RetryPolicy",
    "SSHConnection",
    "SSHKey",
    "SSHKeyDeployment",
    "ScalewayS3",
    "ScriptDeployment",
    "ScriptFileDeployment",
    "Secret",
    "SizeNotFound",
    "SnapshotNotFound",
    "SnapshotState",
    "StepResult",
    "Storage",
    "StorageCapability",
    "Swift",
    "Timeout",
    "Timeouts",
    "Volume",
    "VolumeNotFound",
    "VolumeSnapshot",
    "VolumeState",
    "WaitFor",
    "Wasabi",
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
    from cumuli.by_name import async_compute as async_compute
    from cumuli.by_name import async_storage as async_storage
    from cumuli.by_name import compute as compute
    from cumuli.by_name import storage as storage
    from cumuli.calls.caller import Timeouts as Timeouts
    from cumuli.calls.left_out import left_out as left_out
    from cumuli.calls.retry import RetryPolicy as RetryPolicy
    from cumuli.capabilities import Capabilities as Capabilities
    from cumuli.compute.aio import AsyncCompute as AsyncCompute
    from cumuli.compute.auth import Password as Password
    from cumuli.compute.auth import SSHKey as SSHKey
    from cumuli.compute.capabilities import ComputeCapability as ComputeCapability
    from cumuli.compute.client import Compute as Compute
    from cumuli.compute.models import ImageState as ImageState
    from cumuli.compute.models import KeyPair as KeyPair
    from cumuli.compute.models import Node as Node
    from cumuli.compute.models import NodeImage as NodeImage
    from cumuli.compute.models import NodeLocation as NodeLocation
    from cumuli.compute.models import NodeSize as NodeSize
    from cumuli.compute.models import NodeState as NodeState
    from cumuli.compute.models import Price as Price
    from cumuli.compute.models import SnapshotState as SnapshotState
    from cumuli.compute.models import Volume as Volume
    from cumuli.compute.models import VolumeSnapshot as VolumeSnapshot
    from cumuli.compute.models import VolumeState as VolumeState
    from cumuli.deploy.aio import AsyncSSHConnection as AsyncSSHConnection
    from cumuli.deploy.client import SSHConnection as SSHConnection
    from cumuli.deploy.errors import DeploymentError as DeploymentError
    from cumuli.deploy.results import Deployment as Deployment
    from cumuli.deploy.results import DeploymentProgress as DeploymentProgress
    from cumuli.deploy.results import StepResult as StepResult
    from cumuli.deploy.steps import CloudInit as CloudInit
    from cumuli.deploy.steps import FileDeployment as FileDeployment
    from cumuli.deploy.steps import MultiStepDeployment as MultiStepDeployment
    from cumuli.deploy.steps import Reboot as Reboot
    from cumuli.deploy.steps import ScriptDeployment as ScriptDeployment
    from cumuli.deploy.steps import ScriptFileDeployment as ScriptFileDeployment
    from cumuli.deploy.steps import SSHKeyDeployment as SSHKeyDeployment
    from cumuli.deploy.steps import WaitFor as WaitFor
    from cumuli.errors import AlreadyExists as AlreadyExists
    from cumuli.errors import AuthenticationError as AuthenticationError
    from cumuli.errors import ChecksumMismatch as ChecksumMismatch
    from cumuli.errors import CloudError as CloudError
    from cumuli.errors import ConfigurationError as ConfigurationError
    from cumuli.errors import Conflict as Conflict
    from cumuli.errors import ConnectionFailed as ConnectionFailed
    from cumuli.errors import ContainerExists as ContainerExists
    from cumuli.errors import ContainerNotFound as ContainerNotFound
    from cumuli.errors import DeadlineExceeded as DeadlineExceeded
    from cumuli.errors import FileExists as FileExists
    from cumuli.errors import HostKeyRefused as HostKeyRefused
    from cumuli.errors import IdempotencyMismatch as IdempotencyMismatch
    from cumuli.errors import ImageNotFound as ImageNotFound
    from cumuli.errors import InvalidRequest as InvalidRequest
    from cumuli.errors import KeyPairExists as KeyPairExists
    from cumuli.errors import KeyPairNotFound as KeyPairNotFound
    from cumuli.errors import MalformedResponse as MalformedResponse
    from cumuli.errors import NodeFailed as NodeFailed
    from cumuli.errors import NodeNotFound as NodeNotFound
    from cumuli.errors import NotEmpty as NotEmpty
    from cumuli.errors import NotFound as NotFound
    from cumuli.errors import NotSupported as NotSupported
    from cumuli.errors import NotVerified as NotVerified
    from cumuli.errors import ObjectNotFound as ObjectNotFound
    from cumuli.errors import PermissionDenied as PermissionDenied
    from cumuli.errors import PreconditionFailed as PreconditionFailed
    from cumuli.errors import ProviderUnavailable as ProviderUnavailable
    from cumuli.errors import QuotaExceeded as QuotaExceeded
    from cumuli.errors import RateLimited as RateLimited
    from cumuli.errors import ResourceFailed as ResourceFailed
    from cumuli.errors import SizeNotFound as SizeNotFound
    from cumuli.errors import SnapshotNotFound as SnapshotNotFound
    from cumuli.errors import Timeout as Timeout
    from cumuli.errors import VolumeNotFound as VolumeNotFound
    from cumuli.providers.aws.ec2.aio import AsyncEC2 as AsyncEC2
    from cumuli.providers.aws.ec2.client import EC2 as EC2
    from cumuli.providers.aws.identity.credentials import AWSCredentials as AWSCredentials
    from cumuli.providers.aws.identity.credentials import CredentialsProvider as CredentialsProvider
    from cumuli.providers.aws.s3.aio import AsyncS3 as AsyncS3
    from cumuli.providers.aws.s3.client import S3 as S3
    from cumuli.providers.aws.s3_presets.aio import AsyncBackblazeB2 as AsyncBackblazeB2
    from cumuli.providers.aws.s3_presets.aio import AsyncCephS3 as AsyncCephS3
    from cumuli.providers.aws.s3_presets.aio import AsyncCloudflareR2 as AsyncCloudflareR2
    from cumuli.providers.aws.s3_presets.aio import AsyncDigitalOceanSpaces as AsyncDigitalOceanSpaces
    from cumuli.providers.aws.s3_presets.aio import AsyncHetznerS3 as AsyncHetznerS3
    from cumuli.providers.aws.s3_presets.aio import AsyncIDriveE2 as AsyncIDriveE2
    from cumuli.providers.aws.s3_presets.aio import AsyncMinIO as AsyncMinIO
    from cumuli.providers.aws.s3_presets.aio import AsyncOVHcloudS3 as AsyncOVHcloudS3
    from cumuli.providers.aws.s3_presets.aio import AsyncScalewayS3 as AsyncScalewayS3
    from cumuli.providers.aws.s3_presets.aio import AsyncWasabi as AsyncWasabi
    from cumuli.providers.aws.s3_presets.client import BackblazeB2 as BackblazeB2
    from cumuli.providers.aws.s3_presets.client import CephS3 as CephS3
    from cumuli.providers.aws.s3_presets.client import CloudflareR2 as CloudflareR2
    from cumuli.providers.aws.s3_presets.client import DigitalOceanSpaces as DigitalOceanSpaces
    from cumuli.providers.aws.s3_presets.client import HetznerS3 as HetznerS3
    from cumuli.providers.aws.s3_presets.client import IDriveE2 as IDriveE2
    from cumuli.providers.aws.s3_presets.client import MinIO as MinIO
    from cumuli.providers.aws.s3_presets.client import OVHcloudS3 as OVHcloudS3
    from cumuli.providers.aws.s3_presets.client import ScalewayS3 as ScalewayS3
    from cumuli.providers.aws.s3_presets.client import Wasabi as Wasabi
    from cumuli.providers.gogrid.aio import AsyncGoGrid as AsyncGoGrid
    from cumuli.providers.gogrid.client import GoGrid as GoGrid
    from cumuli.providers.local.aio import AsyncLocalStorage as AsyncLocalStorage
    from cumuli.providers.local.client import LocalStorage as LocalStorage
    from cumuli.providers.machines.aio import AsyncLocalMachines as AsyncLocalMachines
    from cumuli.providers.machines.client import LocalMachines as LocalMachines
    from cumuli.providers.memory.compute.account import MemoryAccount as MemoryAccount
    from cumuli.providers.memory.compute.aio import AsyncMemoryCompute as AsyncMemoryCompute
    from cumuli.providers.memory.compute.client import MemoryCompute as MemoryCompute
    from cumuli.providers.memory.storage.account import MemoryStorageAccount as MemoryStorageAccount
    from cumuli.providers.memory.storage.aio import AsyncMemoryStorage as AsyncMemoryStorage
    from cumuli.providers.memory.storage.client import MemoryStorage as MemoryStorage
    from cumuli.providers.openstack.compute.aio import AsyncOpenStack as AsyncOpenStack
    from cumuli.providers.openstack.compute.client import OpenStack as OpenStack
    from cumuli.providers.openstack.swift.aio import AsyncSwift as AsyncSwift
    from cumuli.providers.openstack.swift.client import Swift as Swift
    from cumuli.providers.rackspace.cloudfiles.aio import AsyncCloudFiles as AsyncCloudFiles
    from cumuli.providers.rackspace.cloudfiles.client import CloudFiles as CloudFiles
    from cumuli.providers.rackspace.compute.aio import AsyncRackspace as AsyncRackspace
    from cumuli.providers.rackspace.compute.client import Rackspace as Rackspace
    from cumuli.registry import ProviderInfo as ProviderInfo
    from cumuli.registry import providers as providers
    from cumuli.runtime.deadline import deadline as deadline
    from cumuli.runtime.http.tls import InsecureTLSWarning as InsecureTLSWarning
    from cumuli.runtime.part_files import PartialDownload as PartialDownload
    from cumuli.runtime.part_files import list_partial_downloads as list_partial_downloads
    from cumuli.runtime.part_files import remove_partial_download as remove_partial_download
    from cumuli.runtime.ssh.login import CommandResult as CommandResult
    from cumuli.runtime.ssh.login import HostKeyWarning as HostKeyWarning
    from cumuli.secret import Secret as Secret
    from cumuli.storage.aio import AsyncStorage as AsyncStorage
    from cumuli.storage.capabilities import StorageCapability as StorageCapability
    from cumuli.storage.client import Storage as Storage
    from cumuli.storage.file.aio import AsyncObjectFile as AsyncObjectFile
    from cumuli.storage.file.client import ObjectFile as ObjectFile
    from cumuli.storage.models import Container as Container
    from cumuli.storage.models import DeleteResult as DeleteResult
    from cumuli.storage.models import Object as Object
    from cumuli.storage.models import Prefix as Prefix
    from cumuli.storage.stream.aio import AsyncObjectStream as AsyncObjectStream
    from cumuli.storage.stream.client import ObjectStream as ObjectStream
    from cumuli.version import __version__ as __version__

# end of what it writes

_MODULES = {name: f"cumuli.{home}" for home, names in _HOMES.items() for name in names.split()}


def __getattr__(name: str) -> object:
    from importlib import import_module

    if name in _PACKAGES:
        return import_module(f"cumuli.{name}")
    home = _MODULES.get(name)
    if home is None:
        raise AttributeError(f"module 'cumuli' has no attribute {name!r}")
    found: object = getattr(import_module(home), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted(__all__)
