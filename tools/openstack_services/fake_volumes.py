"""The volume driver of the real Cinder: its own fake one, made to say that it fills volumes from images."""

from __future__ import annotations

from cinder.tests.fake_driver import FakeLoggingVolumeDriver


class Volumes(FakeLoggingVolumeDriver):
    """Volumes that exist in the books alone."""

    def clone_image(self, *_arguments: object) -> tuple[dict[str, object], bool]:
        """The volume has the image's content now, as with storage that clones by itself."""
        return {}, True
