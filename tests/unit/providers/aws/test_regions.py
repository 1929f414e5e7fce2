"""Regions, partitions and endpoints, against botocore's own list."""

from collections.abc import Iterator

import botocore.loaders
import botocore.session
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cumuli.errors import ConfigurationError
from cumuli.providers.aws.regions import Place, check_region, partition_of, place_of, service_origin

SESSION = botocore.session.Session()
SUFFIXES = {
    partition["id"]: partition["outputs"]["dnsSuffix"]
    for partition in botocore.loaders.Loader().load_data("partitions")["partitions"]
}


def known() -> Iterator[tuple[str, str]]:
    for partition in SESSION.get_available_partitions():
        for region in SESSION.get_available_regions("ec2", partition):
            yield partition, region


@pytest.mark.parametrize(("partition", "region"), list(known()))
def test_every_region_that_botocore_knows(partition: str, region: str) -> None:
    assert check_region(region) == region
    assert partition_of(region).id == partition
    suffix = SUFFIXES[partition]
    assert service_origin("ec2", region) == f"https://ec2.{region}.{suffix}"


def test_the_list_is_not_empty() -> None:
    assert len(list(known())) > 30


def test_a_region_that_is_new_is_allowed() -> None:
    assert service_origin("s3", "eu-northeast-12") == "https://s3.eu-northeast-12.amazonaws.com"


@pytest.mark.parametrize(
    ("region", "hint"),
    [
        ("us-esat-1", "did you mean us-east-1"),
        ("us-gov-wset-1", "did you mean us-gov-west-1"),
        ("us-east-1a", "availability zone, whose region is us-east-1"),
        ("useast1", "names look like eu-west-1"),
        ("", "names look like"),
        ("us-east-1.evil.example/", "names look like"),
        ("us-east-1\r\n", "names look like"),
    ],
)
def test_a_region_that_cannot_be(region: str, hint: str) -> None:
    with pytest.raises(ConfigurationError, match=hint):
        place_of("ec2", region, None)


@given(st.text(max_size=30))
def test_no_text_makes_another_host(region: str) -> None:
    try:
        origin = service_origin("ec2", region)
    except ConfigurationError:
        return
    assert origin.startswith(f"https://ec2.{region}.")
    assert all(letter.isascii() and (letter.isalnum() or letter in "-.:/") for letter in origin)


@pytest.mark.parametrize(
    ("endpoint", "origin", "path"),
    [
        ("http://127.0.0.1:5000", "http://127.0.0.1:5000", ""),
        ("http://127.0.0.1:5000/", "http://127.0.0.1:5000", ""),
        ("https://Cloud.Example/services/ec2/", "https://cloud.example", "/services/ec2"),
        ("https://[::1]:8443", "https://[::1]:8443", ""),
    ],
)
def test_a_custom_endpoint_allows_any_region(endpoint: str, origin: str, path: str) -> None:
    assert place_of("ec2", "RegionOne", endpoint) == Place(region="RegionOne", origin=origin, path=path)


@pytest.mark.parametrize(
    ("endpoint", "message"),
    [
        ("localhost:5000", "not of the form"),
        ("127.0.0.1", "not of the form"),
        ("", "not of the form"),
        ("ftp://host", "not of the form"),
        ("http://", "not of the form"),
        ("http://host:port", "is no URL"),
        ("http://[::1", "is no URL"),
        ("http://me:hunter2@host", "no user, query or fragment"),
        ("http://host/?hunter2", "no user, query or fragment"),
        ("me:hunter2@host", "not of the form"),
    ],
)
def test_an_endpoint_that_cannot_be(endpoint: str, message: str) -> None:
    with pytest.raises(ConfigurationError, match=message) as caught:
        place_of("ec2", "us-east-1", endpoint)
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize("region", ["", "a b", "a/b", "a\n", "-a"])
def test_a_custom_endpoint_needs_a_region_that_can_be_signed(region: str) -> None:
    with pytest.raises(ConfigurationError, match="no region's name has"):
        place_of("ec2", region, "http://localhost")


def test_a_region_is_taken_in_either_case() -> None:
    place = place_of("ec2", "EU-West-1", None)
    assert (place.region, place.origin) == ("eu-west-1", "https://ec2.eu-west-1.amazonaws.com")
    # Elsewhere the case may mean something.
    assert place_of("ec2", "RegionOne", "http://127.0.0.1").region == "RegionOne"
