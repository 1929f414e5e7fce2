"""The TLS settings of a client, for both runtimes."""

from __future__ import annotations

import os
import warnings
from typing import TYPE_CHECKING

from cumuli.errors import ConfigurationError
from cumuli.runtime.protocol import TransportSettings

if TYPE_CHECKING:
    import ssl

__all__ = ["InsecureTLSWarning", "openssl_version", "system_authorities", "tls_context", "trust_advice"]


class InsecureTLSWarning(UserWarning):
    """A client was told not to verify certificates: anybody on the way can read and change its calls.

    Where that is meant: ``warnings.filterwarnings("ignore", category=cumuli.InsecureTLSWarning)``.
    """


def tls_context(settings: TransportSettings) -> ssl.SSLContext:
    """The context that the settings ask for. Call it once per client: it warns when nothing is verified.

    Raises:
        ConfigurationError: A CA bundle or client certificate cannot be read.
    """
    import ssl  # the library is not needed, and not paid for, before the first https connection

    verify = settings.verify
    named = named_bundle(settings)
    context = _with_bundle(*named) if named else ssl.create_default_context()
    if verify is False:
        warnings.warn(
            "TLS certificates are not verified (verify=False): credentials and data can be read and changed on "
            "the way; give verify the path of the CA bundle that signed the server's certificate instead",
            InsecureTLSWarning,
            stacklevel=2,
        )
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    context.set_alpn_protocols(["http/1.1"])
    # Python asks OpenSSL 3 to take a connection that is cut for one that was closed. A body whose end is the
    # connection's end would then be whole wherever somebody cuts it.
    context.options &= ~getattr(ssl, "OP_IGNORE_UNEXPECTED_EOF", 0)
    if settings.cert is not None:
        _load_certificate(context, settings.cert)
    return context


def named_bundle(settings: TransportSettings) -> tuple[str, str] | None:
    """The CA bundle that is used in the place of the system's, as (who names it, its path).

    ``SSL_CERT_FILE`` and ``SSL_CERT_DIR`` are OpenSSL's own business: they say where the system's are.
    """
    if isinstance(settings.verify, str):
        return "verify", settings.verify
    if settings.verify:
        for name in settings.ca_variables:
            path = os.environ.get(name)
            if path:
                return name, path
    return None


def system_authorities() -> tuple[bool, str]:
    """Whether this system trusts any certificate authority, and where OpenSSL looks for them."""
    import ssl

    paths = ssl.get_default_verify_paths()
    loaded = ssl.create_default_context().cert_store_stats()["x509_ca"]
    # Those of a folder are loaded when they are needed.
    prepared = os.path.isdir(paths.openssl_capath) and bool(os.listdir(paths.openssl_capath))
    return bool(loaded) or prepared, paths.cafile or paths.openssl_capath


def openssl_version() -> str:
    """OpenSSL's name and version."""
    import ssl

    return ssl.OPENSSL_VERSION


def trust_advice(settings: TransportSettings) -> str:
    """What to do about a certificate that is not trusted."""
    named = named_bundle(settings)
    if named is None:
        return "for a private CA, give verify= the path of its bundle (--ca-bundle on the command line)"
    return (
        f"the CAs are those of {named[0]}, {named[1]}; add the missing one, or give verify= the path of another bundle "
        "(--ca-bundle on the command line)"
    )


def _with_bundle(setting: str, path: str) -> ssl.SSLContext:
    import ssl

    try:
        if os.path.isdir(path):
            return ssl.create_default_context(capath=path)
        return ssl.create_default_context(cafile=path)
    except (OSError, ValueError) as error:  # ssl.SSLError is an OSError
        raise ConfigurationError(
            f"{setting} names the CA bundle {path!r}, which cannot be used ({_reason(error)}); "
            "give the path of a PEM file, or of a folder prepared by 'openssl rehash'"
        ) from error


def _load_certificate(context: ssl.SSLContext, cert: str | tuple[str, str]) -> None:
    certificate, key = (cert, None) if isinstance(cert, str) else cert
    try:
        # A password callback that fails keeps OpenSSL from asking for a passphrase on the terminal.
        context.load_cert_chain(certificate, key, password=_refuse_passphrase)
    except (OSError, ValueError) as error:
        files = certificate if key is None else f"{certificate} and {key}"
        raise ConfigurationError(
            f"the client certificate {files} cannot be used ({_reason(error)}); "
            "cert takes the path of a PEM file with certificate and unencrypted key, or the two paths"
        ) from error


def _refuse_passphrase() -> str:
    raise ValueError("the key is encrypted")


def _reason(error: Exception) -> str:
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return str(error) or type(error).__name__
