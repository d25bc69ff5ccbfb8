#!/usr/bin/env python3
"""The protocol fixture on python-socketio and aiohttp: one line on stdout when it listens. Heartbeats are whole seconds."""
import asyncio
import sys

import engineio.payload
import socketio
from aiohttp import web

engineio.payload.Payload.max_decode_packets = 1000  # 16 otherwise: a payload of more is refused
server = socketio.AsyncServer(async_mode="aiohttp", ping_interval=1, ping_timeout=1, max_http_buffer_size=1_000_000)


def serve(namespace):
    async def connect(sid, environ, auth=None):
        await server.emit("auth", auth if auth is not None else {}, to=sid, namespace=namespace)

    async def message(sid, *args):
        await server.emit("message-back", args, to=sid, namespace=namespace)

    async def message_with_ack(sid, *args):
        return args

    server.on("connect", connect, namespace=namespace)
    server.on("message", message, namespace=namespace)
    server.on("message-with-ack", message_with_ack, namespace=namespace)


async def main():
    for namespace in ("/", "/custom"):
        serve(namespace)
    application = web.Application()
    server.attach(application)
    runner = web.AppRunner(application)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", int(sys.argv[1]) if len(sys.argv) > 1 else 0)
    await site.start()
    print(f"listening on http://127.0.0.1:{runner.addresses[0][1]}", flush=True)
    await asyncio.Event().wait()


asyncio.run(main())
