"""Example Cloud's tests, as those of any project of its own."""

pytest_plugins = ["cumuli.testing.flavours", "cumuli.testing.gaps"]
