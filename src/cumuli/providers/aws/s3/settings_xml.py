"""The XML that settings of S3's are written in, and what is read of it. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence

from cumuli.errors import InvalidRequest, MalformedResponse
from cumuli.providers.aws.s3 import wire
from cumuli.providers.aws.s3.models import AccessControl, Grant, LifecycleRule, Transition
from cumuli.providers.aws.s3.names import xml_text
from cumuli.wire.timestamps import utc

__all__ = [
    "acl_document",
    "acl_of",
    "document",
    "grants_of",
    "grants_text",
    "lifecycle_document",
    "rules_of",
    "tagging_document",
    "versioning_document",
    "wrapped",
]

NAMESPACE = "http://s3.amazonaws.com/doc/2006-03-01/"
SCHEMA = "http://www.w3.org/2001/XMLSchema-instance"


def acl_of(answer: wire.AccessControlPolicy) -> AccessControl:
    """An access control list.

    Raises:
        MalformedResponse: Who is granted something is not told; put back like this, the grant would be gone.
    """
    return AccessControl(owner=answer.owner.id if answer.owner else "", grants=grants_of(answer.access_control_list))


def grants_of(answer: wire.GrantList | None) -> tuple[Grant, ...]:
    """The grants of a list.

    Raises:
        MalformedResponse: As for ``acl_of``.
    """
    listed = answer.grant if answer else []
    for position, item in enumerate(listed):
        if not (item.grantee.id or item.grantee.uri or item.grantee.email_address):
            raise MalformedResponse(f"Grant[{position}] cannot be read: its Grantee has no ID, no URI and no address")
    return tuple(
        Grant(
            permission=item.permission,
            id=item.grantee.id,
            email=item.grantee.email_address,
            uri=item.grantee.uri,
            display_name=item.grantee.display_name,
        )
        for item in listed
    )


def acl_document(acl: AccessControl) -> bytes:
    """An access control list as it is put.

    Raises:
        InvalidRequest: A grant has no grantee, or several.
    """
    owner = f"<Owner><ID>{xml_text(acl.owner)}</ID></Owner>"
    return document("AccessControlPolicy", wrapped("AccessControlList", grants_text(acl.grants)) + owner)


def grants_text(grants: Iterable[Grant]) -> str:
    """Grants as they are put.

    Raises:
        InvalidRequest: A grant has no grantee, or several.
    """
    return "".join(
        wrapped("Grant", _grantee(grant) + wrapped("Permission", xml_text(grant.permission))) for grant in grants
    )


def _grantee(grant: Grant) -> str:
    forms = (
        ("CanonicalUser", "ID", grant.id),
        ("AmazonCustomerByEmail", "EmailAddress", grant.email),
        ("Group", "URI", grant.uri),
    )
    given = [(kind, element, value) for kind, element, value in forms if value is not None]
    if len(given) != 1:
        raise InvalidRequest("a Grant is to one grantee: give one of id, email and uri")
    [(kind, element, value)] = given
    return f'<Grantee xmlns:xsi="{SCHEMA}" xsi:type="{kind}"><{element}>{xml_text(value)}</{element}></Grantee>'


def tagging_document(tags: Mapping[str, str]) -> bytes:
    """A set of tags as it is put."""
    return document("Tagging", f"<TagSet>{_tags(tags)}</TagSet>")


def versioning_document(*, enabled: bool) -> bytes:
    """Whether a bucket keeps versions."""
    return document("VersioningConfiguration", f"<Status>{'Enabled' if enabled else 'Suspended'}</Status>")


def rules_of(answer: wire.LifecycleConfiguration) -> list[LifecycleRule]:
    """The rules of a lifecycle."""
    return [_rule_of(item) for item in answer.rule]


def _rule_of(item: wire.RuleItem) -> LifecycleRule:
    single = item.filter or wire.RuleFilter()
    both = single.and_ or wire.FilterAnd()
    tags = [*both.tag, *([single.tag] if single.tag else [])]
    expiration = item.expiration or wire.Expiration()
    old = item.noncurrent_version_expiration or wire.NoncurrentExpiration()
    abort = item.abort_incomplete_multipart_upload
    return LifecycleRule(
        id=item.id,
        enabled=item.status == "Enabled",
        prefix=item.prefix or single.prefix or both.prefix,
        tags={tag.key: tag.value for tag in tags},
        larger_than=_first(single.object_size_greater_than, both.object_size_greater_than),
        smaller_than=_first(single.object_size_less_than, both.object_size_less_than),
        expire_days=expiration.days,
        expire_date=utc(expiration.date),
        expire_markers=expiration.expired_object_delete_marker,
        transitions=tuple(
            Transition(storage_class=each.storage_class, days=each.days, date=utc(each.date))
            for each in item.transition
        ),
        expire_old_days=old.noncurrent_days,
        keep_old=old.newer_noncurrent_versions,
        old_transitions=tuple(
            Transition(
                storage_class=each.storage_class, days=each.noncurrent_days, keep_old=each.newer_noncurrent_versions
            )
            for each in item.noncurrent_version_transition
        ),
        abort_uploads_days=abort.days_after_initiation if abort else None,
    )


def lifecycle_document(rules: Sequence[LifecycleRule]) -> bytes:
    """The rules of a lifecycle as they are put.

    Raises:
        InvalidRequest: There are none, or one says nothing, or contradicts itself.
    """
    if not rules:
        raise InvalidRequest("there are no rules; to remove those of a bucket, use ex_delete_bucket_lifecycle")
    return document("LifecycleConfiguration", "".join(_rule(rule) for rule in rules))


def _rule(rule: LifecycleRule) -> str:
    actions = _expiration(rule) + "".join(map(_transition, rule.transitions)) + _old(rule)
    if rule.abort_uploads_days is not None:
        actions += wrapped("AbortIncompleteMultipartUpload", wrapped("DaysAfterInitiation", rule.abort_uploads_days))
    if not actions:
        raise InvalidRequest(f"the lifecycle rule {rule.id!r} says nothing: give it at least one action")
    status = "Enabled" if rule.enabled else "Disabled"
    return wrapped("Rule", f"{wrapped('ID', xml_text(rule.id))}{_filter(rule)}<Status>{status}</Status>{actions}")


def _filter(rule: LifecycleRule) -> str:
    parts = [wrapped("Prefix", xml_text(rule.prefix))] if rule.prefix else []
    parts += [_tags({key: value}) for key, value in rule.tags.items()]
    if rule.larger_than is not None:
        parts.append(wrapped("ObjectSizeGreaterThan", rule.larger_than))
    if rule.smaller_than is not None:
        parts.append(wrapped("ObjectSizeLessThan", rule.smaller_than))
    if not parts:
        return "<Filter><Prefix></Prefix></Filter>"
    inside = "".join(parts)
    return wrapped("Filter", inside if len(parts) == 1 else wrapped("And", inside))


def _expiration(rule: LifecycleRule) -> str:
    if (rule.expire_days is not None) + (rule.expire_date is not None) + rule.expire_markers > 1:
        raise InvalidRequest(f"the lifecycle rule {rule.id!r}: give one of expire_days, expire_date and expire_markers")
    if rule.expire_days is not None:
        return wrapped("Expiration", wrapped("Days", rule.expire_days))
    if rule.expire_date is not None:
        return wrapped("Expiration", wrapped("Date", _day(rule.expire_date)))
    if rule.expire_markers:
        return wrapped("Expiration", wrapped("ExpiredObjectDeleteMarker", "true"))
    return ""


def _transition(transition: Transition) -> str:
    if (transition.days is None) == (transition.date is None):
        raise InvalidRequest(f"a Transition to {transition.storage_class} takes either days or date")
    if transition.keep_old is not None:
        raise InvalidRequest(f"the Transition to {transition.storage_class}: keep_old is for those of old_transitions")
    when = wrapped("Days", transition.days) if transition.date is None else wrapped("Date", _day(transition.date))
    return wrapped("Transition", when + wrapped("StorageClass", xml_text(transition.storage_class)))


def _old(rule: LifecycleRule) -> str:
    parts: list[str] = []
    for transition in rule.old_transitions:
        if transition.days is None:
            raise InvalidRequest(f"old versions go to {transition.storage_class} after days, not at a date")
        inside = wrapped("NoncurrentDays", transition.days)
        inside += wrapped("StorageClass", xml_text(transition.storage_class))
        if transition.keep_old is not None:
            inside += wrapped("NewerNoncurrentVersions", transition.keep_old)
        parts.append(wrapped("NoncurrentVersionTransition", inside))
    if rule.expire_old_days is not None:
        inside = wrapped("NoncurrentDays", rule.expire_old_days)
        if rule.keep_old is not None:
            inside += wrapped("NewerNoncurrentVersions", rule.keep_old)
        parts.append(wrapped("NoncurrentVersionExpiration", inside))
    elif rule.keep_old is not None:
        raise InvalidRequest(f"the lifecycle rule {rule.id!r}: keep_old goes with expire_old_days")
    return "".join(parts)


def _tags(tags: Mapping[str, str]) -> str:
    return "".join(
        f"<Tag><Key>{xml_text(key)}</Key><Value>{xml_text(value)}</Value></Tag>" for key, value in tags.items()
    )


def _day(moment: dt.datetime) -> str:
    if moment.tzinfo is None:
        raise InvalidRequest("a date of a lifecycle rule has no time zone; give one in UTC")
    return f"{moment.astimezone(dt.UTC):%Y-%m-%dT00:00:00.000Z}"


def _first(*values: int | None) -> int | None:
    return next((value for value in values if value is not None), None)


def wrapped(element: str, content: object) -> str:
    """An element with this in it, which is XML already."""
    return f"<{element}>{content}</{element}>"


def document(root: str, inside: str) -> bytes:
    """A whole document of S3's."""
    return f'<{root} xmlns="{NAMESPACE}">{inside}</{root}>'.encode()
