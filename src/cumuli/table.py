"""Every service and every provider there is, in one table: what else has to know them is made from it, or reads it.

A new service is an entry of ``SERVICES`` and new files in ``cumuli/<service>/`` and ``cumuli/cli/<service>/``. A new
provider of it is an entry of ``PROVIDERS`` and new files in ``cumuli/providers/<family>/``. Then ``make format`` writes
the public names (``cumuli/__init__.py``), the functions that open a client by name (``cumuli/by_name.py``), the words
for services (``cumuli/service_names.py``) and README's table of providers. docs/design.md says how names are built.

Nothing is imported here but typing, so that tools can read the table without the package.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

__all__ = ["GENERAL", "PROVIDERS", "SERVICES", "ProviderEntry", "ServiceEntry"]


class ServiceEntry(NamedTuple):
    """One service.

    Attributes:
        name: The package that has its portable API, and the function that opens a client: ``cumuli.compute``. Its
            commands are ``COMMANDS`` of ``cumuli.cli.<name>``.
        title: What people call it in a sentence: ``"servers"``.
        client: The portable sync client's class, in ``cumuli.<name>.client``. Its twin in ``cumuli.<name>.aio`` has
            the same name behind ``Async``.
        names: Its other public names, by their module in ``cumuli.<name>``.
    """

    name: str
    title: str
    client: str
    names: Mapping[str, str]

    @property
    def capability(self) -> str:
        """The enumeration of what a provider may be able to do, in ``cumuli.<name>.capabilities``."""
        return f"{self.client}Capability"


class ProviderEntry(NamedTuple):
    """One service of one provider.

    Attributes:
        service: The service's name.
        name: What people ask for: ``cumuli.compute("ec2")``.
        title: What it is called in tables.
        folder: The package that has its clients, in ``cumuli.providers``, with dots.
        client: The sync client's class, in its ``client.py``. Its twin in ``aio.py`` has the same name behind
            ``Async``.
        names: Other public names that come with it, by their module in ``cumuli.providers``.
    """

    service: str
    name: str
    title: str
    folder: str
    client: str
    names: Mapping[str, str] | None = None


SERVICES = (
    ServiceEntry(
        name="compute",
        title="servers",
        client="Compute",
        names={
            "auth": "Password SSHKey",
            "models": "ImageState KeyPair Node NodeImage NodeLocation NodeSize NodeState Price SnapshotState Volume "
            "VolumeSnapshot VolumeState",
        },
    ),
    ServiceEntry(
        name="storage",
        title="object storage",
        client="Storage",
        names={
            "models": "Container DeleteResult Object Prefix",
            "file.aio": "AsyncObjectFile",
            "file.client": "ObjectFile",
            "stream.aio": "AsyncObjectStream",
            "stream.client": "ObjectStream",
        },
    ),
)

PROVIDERS = (
    ProviderEntry(
        *("compute", "ec2", "Amazon EC2", "aws.ec2", "EC2"),
        names={"aws.identity.credentials": "AWSCredentials CredentialsProvider"},
    ),
    ProviderEntry("compute", "gogrid", "GoGrid", "gogrid", "GoGrid"),
    ProviderEntry("compute", "machines", "Machines on this computer", "machines", "LocalMachines"),
    ProviderEntry("compute", "openstack", "OpenStack", "openstack.compute", "OpenStack"),
    ProviderEntry("compute", "rackspace", "Rackspace", "rackspace.compute", "Rackspace"),
    ProviderEntry(
        *("compute", "memory", "In memory, for tests", "memory.compute", "MemoryCompute"),
        names={"memory.compute.account": "MemoryAccount"},
    ),
    ProviderEntry("storage", "s3", "Amazon S3", "aws.s3", "S3"),
    ProviderEntry("storage", "b2", "Backblaze B2", "aws.s3_presets", "BackblazeB2"),
    ProviderEntry("storage", "ceph", "Ceph RADOS Gateway", "aws.s3_presets", "CephS3"),
    ProviderEntry("storage", "r2", "Cloudflare R2", "aws.s3_presets", "CloudflareR2"),
    ProviderEntry("storage", "spaces", "DigitalOcean Spaces", "aws.s3_presets", "DigitalOceanSpaces"),
    ProviderEntry("storage", "hetzner", "Hetzner Object Storage", "aws.s3_presets", "HetznerS3"),
    ProviderEntry("storage", "e2", "IDrive e2", "aws.s3_presets", "IDriveE2"),
    ProviderEntry("storage", "minio", "MinIO", "aws.s3_presets", "MinIO"),
    ProviderEntry("storage", "ovh", "OVHcloud Object Storage", "aws.s3_presets", "OVHcloudS3"),
    ProviderEntry("storage", "scaleway", "Scaleway Object Storage", "aws.s3_presets", "ScalewayS3"),
    ProviderEntry("storage", "wasabi", "Wasabi", "aws.s3_presets", "Wasabi"),
    ProviderEntry("storage", "swift", "OpenStack Swift", "openstack.swift", "Swift"),
    ProviderEntry("storage", "cloudfiles", "Rackspace Cloud Files", "rackspace.cloudfiles", "CloudFiles"),
    ProviderEntry("storage", "local", "A local folder", "local", "LocalStorage"),
    ProviderEntry(
        *("storage", "memory", "In memory, for tests", "memory.storage", "MemoryStorage"),
        names={"memory.storage.account": "MemoryStorageAccount"},
    ),
)

# What belongs to no one service: public names by their module in the package.
GENERAL = {
    "calls.caller": "Timeouts",
    "calls.left_out": "left_out",
    "calls.retry": "RetryPolicy",
    "capabilities": "Capabilities",
    "deploy.aio": "AsyncSSHConnection",
    "deploy.client": "SSHConnection",
    "deploy.errors": "DeploymentError",
    "deploy.results": "Deployment DeploymentProgress StepResult",
    "deploy.steps": (
        "CloudInit FileDeployment MultiStepDeployment Reboot SSHKeyDeployment ScriptDeployment ScriptFileDeployment "
        "WaitFor"
    ),
    "errors": (
        "AlreadyExists AuthenticationError ChecksumMismatch CloudError ConfigurationError Conflict "
        "ConnectionFailed ContainerExists ContainerNotFound DeadlineExceeded FileExists HostKeyRefused "
        " IdempotencyMismatch ImageNotFound InvalidRequest KeyPairExists KeyPairNotFound MalformedResponse "
        "NodeFailed NodeNotFound NotEmpty NotFound NotSupported NotVerified ObjectNotFound "
        "PermissionDenied PreconditionFailed ProviderUnavailable QuotaExceeded RateLimited ResourceFailed SizeNotFound "
        "SnapshotNotFound Timeout VolumeNotFound"
    ),
    "registry": "ProviderInfo providers",
    "runtime.deadline": "deadline",
    "runtime.http.tls": "InsecureTLSWarning",
    "runtime.ssh.login": "CommandResult HostKeyWarning",
    "runtime.part_files": "PartialDownload list_partial_downloads remove_partial_download",
    "secret": "Secret",
    "version": "__version__",
}
