"""The part of the compute suite that is about errors, time and the client's life."""

from __future__ import annotations

import pickle
import time
from typing import Any

import pytest

from cumuli.compute.capabilities import ComputeCapability as Can
from cumuli.errors import (
    CloudError,
    ConfigurationError,
    DeadlineExceeded,
    ImageNotFound,
    InvalidRequest,
    KeyPairNotFound,
    NodeNotFound,
    NotSupported,
    SizeNotFound,
    SnapshotNotFound,
    VolumeNotFound,
)
from cumuli.runtime.deadline import deadline
from cumuli.testing.gaps import gap, unwritten
from cumuli.testing.suites.compute_base import ComputeBase, needs
from cumuli.testing.suites.compute_calls import CALLS, Call, strangers
from cumuli.testing.suites.compute_target import Bench

__all__ = ["ComputeErrors"]


class ComputeErrors(ComputeBase):
    """Errors, and what is refused before any request."""

    # Errors

    @pytest.mark.parametrize(
        ("verb", "kind", "error"),
        [
            ("get_node", "node", NodeNotFound),
            ("start_node", "node", NodeNotFound),
            ("stop_node", "node", NodeNotFound),
            ("reboot_node", "node", NodeNotFound),
            ("destroy_node", "node", NodeNotFound),
            ("get_size", "size", SizeNotFound),
            ("get_image", "image", ImageNotFound),
            ("delete_image", "image", ImageNotFound),
            ("get_volume", "volume", VolumeNotFound),
            ("detach_volume", "volume", VolumeNotFound),
            ("destroy_volume", "volume", VolumeNotFound),
            ("create_volume_snapshot", "volume", VolumeNotFound),
            ("destroy_volume_snapshot", "snapshot", SnapshotNotFound),
            ("get_key_pair", "key_pair", KeyPairNotFound),
            ("delete_key_pair", "key_pair", KeyPairNotFound),
        ],
    )
    async def test_not_found(
        self, request: pytest.FixtureRequest, bench: Bench, verb: str, kind: str, error: type[CloudError]
    ) -> None:
        capability = Can(verb)
        if capability not in bench.cloud.capabilities:
            if capability not in bench.target.gaps:
                unwritten(bench.target.name)
            gap(request, bench.target.name, capability, bench.target.gaps[capability])
        special = f"not_found[{verb}]"
        if special in bench.target.gaps:
            gap(request, bench.target.name, special, bench.target.gaps[special])
        unknown = bench.target.unknown.get(kind) or bench.name("nothing")
        with pytest.raises(error) as caught:
            await getattr(bench.cloud, verb)(unknown)
        self._is_complete(caught.value, bench)

    @needs(Can.CREATE_NODE)
    async def test_a_node_of_unknown_parts_is_not_made(self, bench: Bench) -> None:
        target = bench.target
        with pytest.raises(SizeNotFound) as caught:
            await bench.cloud.create_node(bench.name("node"), target.unknown["size"], target.image)
        self._is_complete(caught.value, bench)
        with pytest.raises(ImageNotFound) as caught2:
            await bench.cloud.create_node(bench.name("node"), target.size, target.unknown["image"])
        self._is_complete(caught2.value, bench)

    @staticmethod
    def _is_complete(error: CloudError, bench: Bench) -> None:
        """The error says who was asked for what, what came back, and survives pickling."""
        assert error.provider == bench.cloud.provider
        assert error.operation
        assert error.status is None or 400 <= error.status < 600
        assert error.message
        assert error.retryable is False
        assert str(error).startswith(f"{error.provider} {error.operation}: ")
        again = pickle.loads(pickle.dumps(error))
        assert type(again) is type(error)
        assert (str(again), again.__dict__) == (str(error), error.__dict__)

    @pytest.mark.parametrize("call", CALLS, ids=[call.verb for call in CALLS])
    async def test_lacking_capabilities_are_said_before_any_request(self, bench: Bench, call: Call) -> None:
        """What the client does not declare raises NotSupported at once."""
        if call.capability in bench.cloud.capabilities:
            assert call.capability not in bench.target.gaps, "the gap has closed: take it out of the target's gaps"
            return
        before = bench.requests
        with pytest.raises(NotSupported) as caught:
            await call.make(bench.cloud, bench.target)
        assert isinstance(caught.value, NotImplementedError)
        assert caught.value.provider == bench.cloud.provider
        assert bench.requests == before

    @pytest.mark.parametrize("call", CALLS, ids=[call.verb for call in CALLS])
    async def test_models_of_another_kind_or_provider_are_refused_before_any_request(
        self, bench: Bench, call: Call
    ) -> None:
        if call.capability not in bench.cloud.capabilities:
            return
        before = bench.requests
        for position, kind in call.models.items():
            for stranger in strangers(kind, bench.cloud.provider):
                with pytest.raises(InvalidRequest):
                    await call.make(bench.cloud, bench.target, {position: stranger})
            with pytest.raises(InvalidRequest):
                await call.make(bench.cloud, bench.target, {position: ""})
        assert bench.requests == before

    @needs(Can.LIST_NODES)
    async def test_wrong_arguments_are_refused_before_any_request(self, bench: Bench) -> None:
        cloud, before = bench.cloud, bench.requests
        wrong: Any = "node-1"
        with pytest.raises(InvalidRequest):
            await cloud.list_nodes(ids=wrong)
        wrong = "both"
        with pytest.raises(InvalidRequest):
            await cloud.wait_until_running([], ssh_interface=wrong)
        if Can.CREATE_NODE in cloud.capabilities:
            for name in ("", "two\nlines"):
                with pytest.raises(InvalidRequest):
                    await cloud.create_node(name, bench.target.size, bench.target.image)
        if Can.CREATE_VOLUME in cloud.capabilities:
            with pytest.raises(InvalidRequest):
                await cloud.create_volume(0, "too small")
        assert bench.requests == before

    # Time and life

    @needs(Can.LIST_NODES)
    async def test_a_deadline_ends_the_call(self, bench: Bench) -> None:
        started = time.monotonic()
        with deadline(0.0), pytest.raises(DeadlineExceeded) as caught:
            await bench.cloud.list_nodes()
        assert time.monotonic() - started < 5.0
        assert caught.value.provider == bench.cloud.provider
        assert isinstance(await bench.cloud.list_nodes(), list)

    @needs(Can.LIST_NODES)
    async def test_a_closed_client_says_so(self, bench: Bench) -> None:
        cloud = bench.client()
        async with cloud:
            await cloud.list_nodes()
        with pytest.raises(ConfigurationError):
            await cloud.list_nodes()
        await cloud.aclose()

    async def test_the_client_does_not_show_its_settings(self, bench: Bench) -> None:
        assert "=" not in repr(bench.cloud)
        assert " at 0x" in repr(bench.cloud)
