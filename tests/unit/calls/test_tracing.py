"""Without OpenTelemetry a span costs nothing and imports nothing."""

from __future__ import annotations

import subprocess
import sys


def test_no_program_is_made_to_import_opentelemetry() -> None:
    program = (
        "import sys\n"
        "from cumuli.calls.tracing import call_span\n"
        "with call_span('ec2', 'RunInstances', 'https://example.com') as span:\n"
        "    assert span is None\n"
        "assert not [name for name in sys.modules if name.startswith('opentelemetry')]\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
