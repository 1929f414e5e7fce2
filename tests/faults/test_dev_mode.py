"""python -X dev: aiohttp is strict then, and its refusal says so."""

from __future__ import annotations

import subprocess
import sys

import pytest

PROGRAM = """
import asyncio
from polycloud import AsyncS3, MalformedResponse

async def answer(reader, writer):
    await reader.readuntil(b"\\r\\n\\r\\n")
    writer.write(b"HTTP/1.1 200 OK\\r\\nServer: a\\r\\nServer: b\\r\\nContent-Length: 62\\r\\n\\r\\n"
                 b"<ListAllMyBucketsResult><Buckets/></ListAllMyBucketsResult>   ")
    await writer.drain()
    writer.close()

async def main():
    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server, AsyncS3("k", "s", region="us-east-1", endpoint=f"http://127.0.0.1:{port}", proxy="") as s3:
        try:
            print(await s3.list_containers())
        except MalformedResponse as error:
            print(error)

asyncio.run(main())
"""


@pytest.mark.parametrize("strict", [False, True])
def test_a_header_that_comes_twice(strict: bool) -> None:
    options = ["-X", "dev"] if strict else ["-I"]
    done = subprocess.run(
        [sys.executable, *options, "-c", PROGRAM], capture_output=True, text=True, timeout=300, check=True
    )
    assert ("stricter under python -X dev" in done.stdout) is strict
    assert strict or done.stdout == "[]\n"
