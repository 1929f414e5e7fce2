"""Public clouds that the OpenStack tools know by name: what ``profile: NAME`` in ``clouds.yaml`` stands for."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

__all__ = ["VENDORS", "Vendor", "unknown_vendor"]

DEFAULT_DOMAINS = {"user_domain_name": "Default", "project_domain_name": "Default"}


class Vendor(msgspec.Struct, frozen=True, kw_only=True):
    """One public cloud.

    Attributes:
        auth_url: Its identity service, with ``{region_name}`` in it where each region has its own; empty
            where it is each customer's own.
        regions: Its regions, the usual one first.
        auth: What else goes into ``auth``.
        settings: What else there is to know of it.
        told_at: Where the tools fetch the rest from, for those that do not carry it with them.
        closed: Why it cannot be used any more, or empty.
    """

    auth_url: str = ""
    regions: tuple[str, ...] = ()
    auth: Mapping[str, str] = {}
    settings: Mapping[str, str] = {}
    told_at: str = ""
    closed: str = ""

    def as_entry(self) -> dict[str, object]:
        """As it would stand in ``clouds-public.yaml``."""
        auth = {**({"auth_url": self.auth_url} if self.auth_url else {}), **self.auth}
        regions: dict[str, object] = {"regions": list(self.regions)} if self.regions else {}
        return {"auth": auth, **regions, **self.settings}


VENDORS: Mapping[str, Vendor] = {
    "auro": Vendor(auth_url="https://api.van2.auro.io:5000/v3", regions=("RegionOne",), auth=DEFAULT_DOMAINS),
    "betacloud": Vendor(closed="betacloud.de has ceased business"),
    "binero": Vendor(auth_url="https://auth.binero.cloud:5000/v3", regions=("europe-se-1",)),
    "bluebox": Vendor(regions=("RegionOne",)),
    "catalyst": Vendor(auth_url="https://api.cloud.catalyst.net.nz:5000/v2.0", regions=("nz-por-1", "nz_wlg_2")),
    "citycloud": Vendor(
        auth_url="https://{region_name}.citycloud.com:5000/v3/",
        regions=("Buf1", "Fra1", "Sto2", "Kna1", "dx1", "tky1"),
    ),
    "conoha": Vendor(auth_url="https://identity.{region_name}.conoha.io", regions=("sin1", "sjc1", "tyo1")),
    "dreamcompute": Vendor(auth_url="https://iad2.dream.io:5000", regions=("RegionOne",)),
    "elastx": Vendor(auth_url="https://ops.elastx.cloud:5000/v3", regions=("se-sto",)),
    "entercloudsuite": Vendor(auth_url="https://api.entercloudsuite.com/", regions=("it-mil1", "nl-ams1", "de-fra1")),
    "fuga": Vendor(auth_url="https://identity.api.fuga.io:5000", regions=("cystack",), auth=DEFAULT_DOMAINS),
    "ibmcloud": Vendor(closed="its API does not answer any more"),
    "internap": Vendor(closed="Internap is HorizonIQ now"),
    "limestonenetworks": Vendor(auth_url="https://auth.cloud.lstn.net:5000/v3", regions=("us-dfw-1", "us-slc")),
    "otc": Vendor(auth_url="https://iam.{region_name}.otc.t-systems.com/v3", regions=("eu-de", "eu-nl")),
    "otc-swiss": Vendor(auth_url="https://iam-pub.eu-ch2.sc.otc.t-systems.com/v3", regions=("eu-ch2",)),
    "ovh": Vendor(told_at="https://ovhcloud.com/.well-known/openstack/api"),
    "ovh-us": Vendor(
        auth_url="https://auth.cloud.ovh.us/",
        regions=("US-EAST-VA-1", "US-WEST-OR-1", "US-EAST-VA", "US-WEST-OR"),
        auth=DEFAULT_DOMAINS,
    ),
    "rackspace": Vendor(
        auth_url="https://identity.api.rackspacecloud.com/v2.0/",
        regions=("DFW", "HKG", "IAD", "ORD", "SYD", "LON"),
        settings={"compute_service_name": "cloudServersOpenStack"},
    ),
    "switchcloud": Vendor(auth_url="https://identity.compute.cloud.switch.ch/v3", regions=("zhw", "zhc")),
    "switchengines": Vendor(auth_url="https://keystone.cloud.switch.ch:5000/v3", regions=("LS", "ZH")),
    "ultimum": Vendor(closed="ultimum-cloud.com has ceased business"),
    "unitedstack": Vendor(closed="its API does not answer any more"),
    "vexxhost": Vendor(told_at="https://vexxhost.com/.well-known/openstack/api"),
    "zetta": Vendor(auth_url="https://identity.api.zetta.io/v3", regions=("no-osl1",)),
}


def unknown_vendor(name: str) -> str:
    """Why a profile is not known, and what to do."""
    place = VENDORS[name].told_at if name in VENDORS else f"{name}/.well-known/openstack/api" if "://" in name else ""
    if place:
        return f"which the OpenStack tools fetch from {place} and cumuli does not: give the auth_url that stands there"
    known = ", ".join(name for name, vendor in VENDORS.items() if vendor.auth_url)
    return (
        "which is in no clouds-public.yaml, and is not one of the clouds that are known by name "
        f"({known}): give the auth_url"
    )
