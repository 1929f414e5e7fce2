"""``cumuli certify``: the conformance suites as a product.

In order: ``places`` (what is tried), ``plan`` (what that makes, at most), ``runs`` (marks of a run, and its journal),
``targets`` (a target of the suites for any provider), ``watch`` (the driver, watched), ``exchanges`` (what went over
the wire, redacted), ``plugin`` and ``child`` (pytest in a process of its own), ``running`` (all of it), ``sweeping``
(what dead runs left), ``evidence`` and ``report`` (what is written).

Only ``behaviours``, ``plugin`` and ``targets`` import pytest, of the extra ``testing``; they are for the child.
"""
