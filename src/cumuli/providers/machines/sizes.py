"""The sizes of machines: how much memory and processor time they may use of this computer's."""

from __future__ import annotations

from cumuli.compute.models import NodeSize

__all__ = ["LOCATION", "PROVIDER", "SIZES"]

PROVIDER = "machines"
# There is one place for them.
LOCATION = "local"
SIZES = {
    name: NodeSize(id=name, name=name, ram=ram, cpus=cpus, provider=PROVIDER)
    for name, ram, cpus in (
        ("tiny", 256, 0.5),
        ("small", 512, 1.0),
        ("medium", 1024, 1.0),
        ("large", 2048, 2.0),
        ("huge", 4096, 4.0),
    )
}
