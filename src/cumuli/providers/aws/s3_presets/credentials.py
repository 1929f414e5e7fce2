"""Keys of services that speak S3's protocol, from the environment variables that their own tools read."""

from __future__ import annotations

import os
from collections.abc import Callable

from cumuli.errors import ConfigurationError
from cumuli.providers.aws.identity.credentials import AWSCredentials, as_secret, checked_access_key

__all__ = ["found_credentials"]


def found_credentials(key_variable: str, secret_variable: str) -> Callable[[], AWSCredentials]:
    """A function that reads a pair of variables when credentials are first needed.

    AWS's own variables and files are left alone: those keys are another service's.
    """

    def find() -> AWSCredentials:
        key, secret = os.environ.get(key_variable), os.environ.get(secret_variable)
        if not key or not secret:
            raise ConfigurationError(f"give key and secret, or set {key_variable} and {secret_variable}")
        return AWSCredentials(
            access_key=checked_access_key(key, key_variable), secret=as_secret(secret), source="the environment"
        )

    return find
