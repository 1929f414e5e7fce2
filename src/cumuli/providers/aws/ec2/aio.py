"""``AsyncEC2``: Amazon EC2's client. ``EC2`` is generated from it."""

from __future__ import annotations

import re
from typing import ClassVar, Unpack

from cumuli.calls.options import ClientOptions, make_caller, make_runtime
from cumuli.credential_arguments import CredentialArguments
from cumuli.errors import InvalidRequest
from cumuli.providers.aws.ec2.aio_account import AsyncEC2Account
from cumuli.providers.aws.ec2.aio_addresses import AsyncEC2Addresses
from cumuli.providers.aws.ec2.aio_images import AsyncEC2Images
from cumuli.providers.aws.ec2.aio_instances import AsyncEC2Instances
from cumuli.providers.aws.ec2.aio_interfaces import AsyncEC2Interfaces
from cumuli.providers.aws.ec2.aio_launch_templates import AsyncEC2LaunchTemplates
from cumuli.providers.aws.ec2.aio_networks import AsyncEC2Networks
from cumuli.providers.aws.ec2.aio_routing import AsyncEC2Routing
from cumuli.providers.aws.ec2.aio_spot import AsyncEC2Spot
from cumuli.providers.aws.ec2.aio_tags import AsyncEC2Tags
from cumuli.providers.aws.ec2.aio_volumes import AsyncEC2Volumes
from cumuli.providers.aws.ec2.driver import EC2Driver
from cumuli.providers.aws.ec2.models import PROVIDER
from cumuli.providers.aws.identity.credentials import KEYS_OR_PROFILE, CredentialsLike
from cumuli.providers.aws.identity.session import AWSSession
from cumuli.providers.aws.sts import CallerIdentity, TokenService
from cumuli.runtime import asynchronous_runtime
from cumuli.runtime.protocol import RuntimeFactory
from cumuli.secret import Secret
from cumuli.wire.xml import XMLValue

__all__ = ["AsyncEC2"]

ACTION = re.compile(r"[A-Z][A-Za-z0-9]{1,99}")


class AsyncEC2(
    AsyncEC2Instances,
    AsyncEC2LaunchTemplates,
    AsyncEC2Spot,
    AsyncEC2Images,
    AsyncEC2Volumes,
    AsyncEC2Addresses,
    AsyncEC2Networks,
    AsyncEC2Interfaces,
    AsyncEC2Routing,
    AsyncEC2Tags,
    AsyncEC2Account,
):
    """Amazon EC2 (Query API of 2016-11-15), and other services that speak its protocol.

    One client serves one region. ``list_nodes()`` gives terminated nodes too for as long as AWS lists
    them, which is about an hour. EC2's IPv6 addresses are globally routable, and so are public ones,
    except for those of a private pool. ``list_images()`` lists every public image there is, as AWS does;
    ``list_images(owner="self")`` lists one's own, ``owner="amazon"`` those of AWS.
    """

    credential_arguments: ClassVar[CredentialArguments] = KEYS_OR_PROFILE

    def __init__(
        self,
        key: str | None = None,
        secret: str | Secret | None = None,
        token: str | Secret | None = None,
        *,
        region: str | None = None,
        endpoint: str | None = None,
        profile: str | None = None,
        credentials: CredentialsLike | None = None,
        _runtime: RuntimeFactory = asynchronous_runtime,
        **options: Unpack[ClientOptions],
    ) -> None:
        """Make a client; nothing is read or sent until it is used.

        Args:
            key: Access key id. Without it and ``credentials``, credentials are looked for as AWS's
                own tools do: environment, shared files, and with ``cumuli[aws]`` the rest.
            secret: Secret access key.
            token: Session token of temporary credentials.
            region: Region's name. Default: ``AWS_REGION``, ``AWS_DEFAULT_REGION``, the profile's.
            endpoint: URL of another service that speaks the protocol. Default:
                ``AWS_ENDPOINT_URL_EC2``, ``AWS_ENDPOINT_URL``, the profile's, AWS's own.
            profile: Profile of AWS's shared files. Default: ``AWS_PROFILE``, or ``default``.
            credentials: ``AWSCredentials``, a provider or a function that finds them, instead of key,
                secret and token.
            _runtime: What does the I/O.
            **options: What every client takes; see ``ClientOptions``.

        Raises:
            ConfigurationError: The arguments contradict each other, or cannot be right.
        """
        runtime = make_runtime(_runtime, options, aws=True)
        session = AWSSession(
            runtime,
            "ec2",
            key=key,
            secret=secret,
            token=token,
            credentials=credentials,
            region=region,
            endpoint=endpoint,
            profile=profile,
            options=options,
        )
        session.caller = make_caller(runtime, options, provider=PROVIDER, authorizer=session)
        self._tokens = TokenService(runtime, session, options, provider=PROVIDER)
        self._ec2 = EC2Driver(session.caller, session.place)
        super().__init__(self._ec2)

    async def ex_get_caller_identity(self) -> CallerIdentity:
        """Who AWS takes this client for: its account, and the user or role. Every key may ask that.

        The operation of AWS's Security Token Service: ``GetCallerIdentity``. A client with an ``endpoint`` of its own
        asks there, unless ``AWS_ENDPOINT_URL_STS`` names another.

        Raises:
            AuthenticationError: AWS does not know the key, the secret is wrong, or the token has ended.
        """
        return await self._do(self._tokens.caller_identity())

    async def ex_call(self, action: str, **params: object) -> dict[str, XMLValue]:
        """Make any call of EC2's, signed, and give its answer.

        For operations that have no method here. Parameters have AWS's names on the wire: lists go to
        names in the singular (``InstanceId=["i-1", "i-2"]``), structures are dicts
        (``Filter=[{"Name": "vpc-id", "Value": ["vpc-1"]}]``), bytes are sent in base64.

        EC2's operation: the one that is named. Calls that only read (``Describe…``, ``Get…``, ``List…``,
        ``Search…``) and calls with a ``ClientToken`` are retried; others are not repeated once they may
        have taken effect.

        Args:
            action: Name of the operation, such as ``"DescribeRegions"``.
            **params: Its parameters; those that are None are not sent.

        Returns:
            The answer's elements by name: text, dicts, and lists for what has ``item`` elements. Nothing
            is converted; what is empty is ``""``.

        Raises:
            InvalidRequest: AWS knows no such operation, or a parameter is wrong.
        """
        if not ACTION.fullmatch(action):
            raise InvalidRequest(f"{action!r} is not an operation of EC2's; their names look like DescribeRegions")
        repeatable = action.startswith(("Describe", "Get", "List", "Search")) or bool(params.get("ClientToken"))
        return await self._do(self._ec2.calls.raw(action, params, repeatable=repeatable))
