"""mimic, Rackspace's own mock: what pins it. It needs older versions than others here, and a venv of its own."""
