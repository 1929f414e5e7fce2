"""Metadata with line ends and blanks goes out, and comes back, as it is."""

from __future__ import annotations

import json
from urllib.parse import parse_qsl
from xml.sax.saxutils import escape

import pytest

from cumuli import MemoryCompute
from cumuli.compute.arguments import checked_tags
from cumuli.providers.aws.ec2 import wire as ec2
from cumuli.providers.aws.ec2.calls import tags_of
from cumuli.providers.aws.query import query_request
from cumuli.providers.gogrid import wire as gogrid
from cumuli.providers.openstack.compute.models import OpenStackNode
from cumuli.providers.openstack.compute.wire import Server, node_of
from cumuli.wire.lenient import decode_json
from cumuli.wire.xml import decode, decode_untyped
from cumuli.wire.xml_shapes import LONG

TEXTS = ["a\r\nb", "a\nb", "a\rb", "\ta\t", "  a  ", "\r\n", "\n", "\r", " ", "", 'a\r\n<b> & "c"\r\n']
# Of XML's own rules (1.0, 2.11): a bare carriage return is a line feed to every reader, so who means one escapes it.
ESCAPED = {"\r": "&#13;"}

every_text = pytest.mark.parametrize("text", TEXTS, ids=repr)


def instances(text: str, count: int) -> bytes:
    tags = f"<tagSet><item><key>note</key><value>{escape(text, ESCAPED)}</value></item></tagSet>"
    items = "".join(f"<item><instanceId>i-{number}</instanceId>{tags}</item>" for number in range(count))
    reservation = f"<item><reservationId>r</reservationId><instancesSet>{items}</instancesSet></item>"
    root = "DescribeInstancesResponse"
    return f"<{root}><reservationSet>{reservation}</reservationSet></{root}>".encode()


@every_text
def test_tags_are_sent_as_they_are(text: str) -> None:
    tags = checked_tags({"note": text})
    request = query_request(
        "https://ec2.example.com", "/", action="CreateTags", version="2016-11-15", parameters={"Tag": [tags]}
    )
    assert isinstance(request.body, bytes)
    assert dict(parse_qsl(request.body.decode(), keep_blank_values=True))["Tag.1.note"] == text


@every_text
@pytest.mark.parametrize("count", [1, 400], ids=["short", "long"])
def test_ec2_tags_come_back_as_they_were(text: str, count: int) -> None:
    document = instances(text, count)
    assert (len(document) >= LONG) == (count > 1)
    answer = decode(document, ec2.DescribeInstancesResponse, root="DescribeInstancesResponse")
    read = [tags_of(instance.tag_set) for instance in answer.reservation_set[0].instances_set]
    assert read == [{"note": text}] * count


@every_text
@pytest.mark.parametrize("count", [1, 400], ids=["short", "long"])
def test_long_listings_keep_line_ends(text: str, count: int) -> None:
    """``DescribeTags`` has its records in the root, so that a long answer is read by their shapes."""
    item = f"<item><resourceId>i</resourceId><key>note</key><value>{escape(text, ESCAPED)}</value></item>"
    document = f"<DescribeTagsResponse><tagSet>{item * count}</tagSet></DescribeTagsResponse>".encode()
    assert (len(document) >= LONG) == (count > 1)
    answer = decode(document, ec2.DescribeTagsResponse, root="DescribeTagsResponse")
    assert [tag.value for tag in answer.tag_set] == [text] * count


@every_text
def test_what_no_struct_is_declared_for_keeps_line_ends(text: str) -> None:
    document = f"<Answer><note>{escape(text, ESCAPED)}</note></Answer>".encode()
    assert decode_untyped(document, root="Answer") == {"note": text}


@every_text
def test_openstack_metadata_goes_and_comes_as_it_is(text: str) -> None:
    sent = {"id": "s", "status": "ACTIVE", "metadata": checked_tags({"note": text})}
    assert node_of(decode_json(json.dumps(sent).encode(), Server), provider="openstack", kind=OpenStackNode).tags == {
        "note": text
    }
    # One odd field beside it has the answer read field by field.
    odd = json.dumps(sent | {"created": 7}).encode()
    assert node_of(decode_json(odd, Server), provider="openstack", kind=OpenStackNode).tags == {"note": text}


@every_text
def test_gogrid_descriptions_come_back_as_they_were(text: str) -> None:
    server = {"id": 7, "state": {"id": 2, "name": "On"}, "description": text}
    answer = gogrid.decode(json.dumps({"status": "success", "list": [server]}).encode(), gogrid.Server)
    node = gogrid.node_of(answer.items[0])
    assert node is not None
    assert node.description == text


@every_text
def test_the_verb_takes_them(text: str) -> None:
    with MemoryCompute() as cloud:
        node = cloud.create_node("web", cloud.list_sizes()[0], cloud.list_images()[0], tags={"note": text})
        assert cloud.get_node(node.id).tags == {"note": text}
