"""Adds routes as a hub does, all at once: `adds.py API TOKEN COUNT TARGET [PROCESS AFTER]`.

Route N, `/user/uN/`, leads to `TARGET/N`. After so many have been answered, the process is killed, and
whoever watches it starts another. Ends with 0 once every one has been answered.
"""

import asyncio
import os
import signal
import sys
from types import SimpleNamespace

from jupyterhub.proxy import ConfigurableHTTPProxy


async def main(api, token, count, target, process=None, after=0):
    proxy = ConfigurableHTTPProxy(
        api_url=api,
        auth_token=token,
        should_start=False,
        app=SimpleNamespace(internal_ssl=False, subdomain_host=""),
    )
    added = 0

    async def add(number):
        nonlocal added
        await proxy.add_route(f"/user/u{number}/", f"{target}/{number}", {"user": f"u{number}"})
        added += 1
        if process and added == int(after):
            os.kill(int(process), signal.SIGKILL)

    await asyncio.gather(*(add(number) for number in range(int(count))))
    routes = await proxy.get_all_routes()
    print(len(routes))


asyncio.run(main(*sys.argv[1:]))
