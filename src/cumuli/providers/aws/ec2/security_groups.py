"""Security groups."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Literal

from cumuli.calls.lost_answers import deleting
from cumuli.calls.paging import Page, iterate_pages
from cumuli.errors import AlreadyExists, InvalidRequest, NotFound
from cumuli.providers.aws.ec2 import wire
from cumuli.providers.aws.ec2.calls import EC2Calls, next_cursor, page_of, tag_specification, tags_of
from cumuli.providers.aws.ec2.models import SecurityGroup, SecurityGroupRule
from cumuli.providers.aws.query import filters

__all__ = ["Direction", "SecurityGroups", "check_rule"]

Direction = Literal["Ingress", "Egress"]


class SecurityGroups:
    """The calls on security groups."""

    def __init__(self, calls: EC2Calls) -> None:
        self._calls = calls

    async def list_security_groups(
        self, *, ids: Sequence[str] | None, matching: Mapping[str, str | Sequence[str]], cursor: str | None
    ) -> Page[SecurityGroup]:
        answer = await self._calls.ask(
            wire.DescribeSecurityGroupsResponse,
            {**page_of("GroupId", ids, cursor), "Filter": filters(matching)},
            whole=ids is not None or "group-name" in matching,
        )
        groups = [group_of(item) for item in answer.security_group_info]
        return Page(groups, next_cursor(ids, cursor, answer.next_token))

    async def security_group_ids(self, names: Sequence[str], *, subnet: str | None) -> list[str]:
        """The ids of groups by their names, in a subnet's network or else in the default one.

        Raises:
            NotFound: There is no group of that name in that network.
        """
        network = await self._network_of(subnet)
        matching = {"group-name": names, "vpc-id": network}

        async def fetch(cursor: str | None) -> Page[SecurityGroup]:
            return await self.list_security_groups(ids=None, matching=matching, cursor=cursor)

        found = {group.name: group.id async for group in iterate_pages(fetch, key=lambda group: group.id)}
        missing = [name for name in names if name not in found]
        if missing:
            raise NotFound(f"there is no security group named {', '.join(missing)} in {network}")
        return [found[name] for name in names]

    async def _network_of(self, subnet: str | None) -> str:
        if subnet is not None:
            subnets = (await self._calls.ask(wire.DescribeSubnetsResponse, {"SubnetId": [subnet]})).subnet_set
            if subnets:
                return subnets[0].vpc_id
            raise NotFound(f"there is no subnet {subnet} in this region")
        networks = (
            await self._calls.ask(wire.DescribeVpcsResponse, {"Filter": filters({"is-default": "true"})})
        ).vpc_set
        if networks:
            return networks[0].vpc_id
        raise NotFound("this region has no default network; give a subnet (ex_subnet)")

    async def create_security_group(
        self, *, name: str, description: str, network: str | None, tags: Mapping[str, str]
    ) -> SecurityGroup:
        # Not repeatable: the second one would fail because of the first one's name.
        answer = await self._calls.make(
            wire.CreateSecurityGroupResponse,
            {
                "GroupName": name,
                "GroupDescription": description,
                "VpcId": network,
                "TagSpecification": tag_specification("security-group", tags),
            },
            what=f"the security group {name!r}",
            look="look for it with ex_list_security_groups before you try again",
        )
        return SecurityGroup(id=answer.group_id, name=name, description=description, network=network, tags=dict(tags))

    async def authorize_security_group(
        self, direction: Direction, group_id: str, rules: Sequence[SecurityGroupRule]
    ) -> None:
        # Not repeatable: AWS refuses a rule that is there already, so the second one would fail.
        await self._calls.act(
            f"AuthorizeSecurityGroup{direction}",
            {"GroupId": group_id, "IpPermissions": [permission(rule) for rule in rules]},
            repeatable=False,
        )

    async def authorize_everything(self, group_id: str) -> None:
        """Let everything in; what it lets in already is no error."""
        for everywhere in ("0.0.0.0/0", "::/0"):
            rule = permission(SecurityGroupRule(protocol="-1", cidr=everywhere))
            with suppress(AlreadyExists):
                # Repeatable: a rule that is there already is what is wanted, whoever put it there.
                await self._calls.act(
                    "AuthorizeSecurityGroupIngress", {"GroupId": group_id, "IpPermissions": [rule]}, repeatable=True
                )

    async def revoke_security_group(
        self, direction: Direction, group_id: str, rules: Sequence[SecurityGroupRule]
    ) -> None:
        # Not repeatable: AWS may refuse to revoke what the first one has revoked, and that refusal is the
        # one for a rule that never was, because of which the others stay.
        await self._calls.act(
            f"RevokeSecurityGroup{direction}",
            {"GroupId": group_id, "IpPermissions": [permission(rule) for rule in rules]},
            repeatable=False,
        )

    async def delete_security_group(self, group_id: str) -> None:
        # Repeatable: ids are never used again.
        await deleting(self._calls.act("DeleteSecurityGroup", {"GroupId": group_id}, repeatable=True))


def check_rule(rule: SecurityGroupRule) -> SecurityGroupRule:
    """The rule, if it has exactly one peer.

    Raises:
        InvalidRequest: It has none, or several.
    """
    peers = [peer for peer in (rule.cidr, rule.group, rule.prefix_list) if peer]
    if len(peers) != 1:
        raise InvalidRequest(
            f"a rule for {rule.protocol} has {len(peers)} peers; give one of cidr, group and prefix_list"
        )
    return rule


def permission(rule: SecurityGroupRule) -> dict[str, object]:
    """A rule as an element of the ``IpPermissions`` parameter."""
    description = rule.description
    peer: dict[str, object]
    if rule.cidr is not None:
        kind, name = ("Ipv6Ranges", "CidrIpv6") if ":" in rule.cidr else ("IpRanges", "CidrIp")
        peer = {kind: [{name: rule.cidr, "Description": description}]}
    elif rule.group is not None:
        peer = {"Groups": [{"GroupId": rule.group, "UserId": rule.group_owner, "Description": description}]}
    else:
        peer = {"PrefixListIds": [{"PrefixListId": rule.prefix_list, "Description": description}]}
    return {"IpProtocol": rule.protocol, "FromPort": rule.from_port, "ToPort": rule.to_port, **peer}


def group_of(item: wire.SecurityGroupItem) -> SecurityGroup:
    """The model of one group."""
    owner = item.owner_id
    return SecurityGroup(
        id=item.group_id,
        name=item.group_name,
        description=item.group_description,
        network=item.vpc_id,
        owner=owner,
        ingress=tuple(rule for each in item.ip_permissions for rule in _rules(each, owner)),
        egress=tuple(rule for each in item.ip_permissions_egress for rule in _rules(each, owner)),
        tags=tags_of(item.tag_set),
    )


def _rules(item: wire.IpPermission, owner: str | None) -> Iterator[SecurityGroupRule]:
    """AWS lumps rules of the same ports together; here each peer has a rule of its own."""
    protocol, first, last = item.ip_protocol, item.from_port, item.to_port
    for range_ in item.ip_ranges:
        yield SecurityGroupRule(
            protocol=protocol, from_port=first, to_port=last, cidr=range_.cidr_ip, description=range_.description
        )
    for range6 in item.ipv6_ranges:
        yield SecurityGroupRule(
            protocol=protocol, from_port=first, to_port=last, cidr=range6.cidr_ipv6, description=range6.description
        )
    for pair in item.groups:
        yield SecurityGroupRule(
            protocol=protocol,
            from_port=first,
            to_port=last,
            group=pair.group_id,
            group_owner=pair.user_id if pair.user_id != owner else None,
            description=pair.description,
        )
    for each in item.prefix_list_ids:
        yield SecurityGroupRule(
            protocol=protocol,
            from_port=first,
            to_port=last,
            prefix_list=each.prefix_list_id,
            description=each.description,
        )
