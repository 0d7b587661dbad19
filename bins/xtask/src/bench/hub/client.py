"""Adds and deletes routes as a JupyterHub does, and measures that: `client.py SUBJECT TIMES SIZE...`.

SUBJECT is `portolan` (ours), `traefik_file` (jupyterhub-traefik-proxy as it is by default) or `floor`: a
Traefik whose file is replaced, with no proxy class in between, which is what its own reloads take. Prints
JSON: seconds.
"""

import asyncio
import json
import os
import shutil
import sys
import time
from pathlib import Path
from types import SimpleNamespace

PUBLIC = ("127.0.0.1", 8000)
BACKEND = ("127.0.0.1", 9000)
TARGET = f"http://{BACKEND[0]}:{BACKEND[1]}"

#: What takes longer than this is measured in part, and told as what the whole takes at that pace.
LIMIT = float(os.environ.get("LIMIT", "240"))

APP = SimpleNamespace(internal_ssl=False, subdomain_host="")
HUB = SimpleNamespace(url="http://127.0.0.1:8081/hub/")


def spec(number):
    return f"/user/u{number}/"


class Portolan:
    """JupyterHub's default class, which starts our program."""

    def __init__(self):
        from jupyterhub.proxy import ConfigurableHTTPProxy

        self.proxy = ConfigurableHTTPProxy(
            command=[os.environ["PROGRAM"]], public_url="http://127.0.0.1:8000", app=APP, hub=HUB
        )

    async def start(self):
        await self.proxy.start()

    async def stop(self):
        process = self.proxy.proxy_process
        self.proxy.stop()
        await asyncio.to_thread(process.wait)

    async def add(self, number):
        await self.proxy.add_route(spec(number), TARGET, {"user": f"u{number}"})

    async def delete(self, number):
        await self.proxy.delete_route(spec(number))


class TraefikFile(Portolan):
    """jupyterhub-traefik-proxy, which starts Traefik itself."""

    def __init__(self):
        from jupyterhub_traefik_proxy.fileprovider import TraefikFileProviderProxy

        self.proxy = TraefikFileProviderProxy(public_url="http://127.0.0.1:8000", app=APP, hub=HUB)

    async def stop(self):
        await self.proxy.stop()


class Floor:
    """The file that Traefik watches, written as cheaply as can be, and nothing else."""

    STATIC = """
entryPoints.http.address = "127.0.0.1:8000"
providers.providersThrottleDuration = "0s"
providers.file.filename = "rules.toml"
"""
    CERTIFICATE = """
[tls.stores.default.defaultCertificate]
certFile = "cert.pem"
keyFile = "key.pem"
"""

    def __init__(self):
        self.routes = {}

    async def start(self):
        self.prepare()
        self.process = await asyncio.create_subprocess_exec("traefik", "--configFile=traefik.toml")
        await reachable(PUBLIC)

    async def stop(self):
        self.process.terminate()
        await self.process.wait()

    async def add(self, number):
        rule = f"PathPrefix(`{spec(number)}`) || Path(`{spec(number)[:-1]}`)"
        self.routes[number] = (
            f"[http.routers.r{number}]\nservice = 's{number}'\nrule = '{rule}'\n"
            f"[[http.services.s{number}.loadBalancer.servers]]\nurl = '{TARGET}'\n"
        )
        self.write()
        await answers(number, 200)

    async def delete(self, number):
        del self.routes[number]
        self.write()
        await answers(number, 404)

    def prepare(self):
        make_certificate()
        self.write()
        Path("traefik.toml").write_text(self.STATIC)

    def write(self):
        Path("rules.tmp").write_text(self.CERTIFICATE + "".join(self.routes.values()))
        os.replace("rules.tmp", "rules.toml")


SUBJECTS = {"portolan": Portolan, "traefik_file": TraefikFile, "floor": Floor}


def make_certificate():
    """One on an elliptic curve: without any, Traefik makes one with RSA at each reload."""
    import datetime

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.timezone.utc)
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(x509.random_serial_number())
    builder = builder.not_valid_before(now).not_valid_after(now + datetime.timedelta(days=1))
    pem = serialization.Encoding.PEM
    Path("cert.pem").write_bytes(builder.sign(key, hashes.SHA256()).public_bytes(pem))
    plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    Path("key.pem").write_bytes(key.private_bytes(pem, *plain))


async def backend():
    """Answers everything, on connections that are kept."""

    async def serve(reader, writer):
        try:
            while await reader.readuntil(b"\r\n\r\n"):
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    return await asyncio.start_server(serve, *BACKEND)


async def reachable(address):
    while True:
        try:
            _, writer = await asyncio.open_connection(*address)
            writer.close()
            return
        except OSError:
            await asyncio.sleep(0.01)


async def answers(number, wanted):
    """Waits until the route's path is answered so through the proxy."""
    reader, writer = await asyncio.open_connection(*PUBLIC)
    try:
        while True:
            writer.write(f"GET {spec(number)}x HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
            head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
            length = int(head.partition("content-length:")[2].split("\r\n")[0])
            await reader.readexactly(length)
            if int(head.split()[1]) == wanted:
                return
            # What asks without pause takes the processor from what it waits for.
            await asyncio.sleep(0.001)
    finally:
        writer.close()


async def timed(*steps):
    started = time.perf_counter()
    for step in steps:
        await step
    return time.perf_counter() - started


class Running:
    """A subject with an empty table, in an empty directory."""

    def __init__(self, subject):
        self.subject = subject

    async def __aenter__(self):
        shutil.rmtree("work", ignore_errors=True)
        os.mkdir("work")
        os.chdir("work")
        self.running = SUBJECTS[self.subject]()
        await self.running.start()
        return self.running

    async def __aexit__(self, *_):
        await self.running.stop()
        os.chdir("..")


async def measure_one(subject, times):
    async with Running(subject) as it:
        # The first few find nothing ready.
        for number in range(3):
            await timed(it.add(number), answers(number, 200))
        return [await timed(it.add(number), answers(number, 200)) for number in range(3, 3 + times)]


async def measure_sequential(subject, size):
    async with Running(subject) as it:
        started = time.perf_counter()
        for number in range(size):
            await it.add(number)
            took = time.perf_counter() - started
            if took > LIMIT:
                return {"seconds": took * size / (number + 1), "whole": False}
        await answers(size - 1, 200)
        return {"seconds": time.perf_counter() - started, "whole": True}


async def measure_concurrent(subject, size, times):
    """All at once, then deletes from a table of that size: until the call returns, and until it shows."""
    async with Running(subject) as it:
        together = asyncio.gather(*(it.add(number) for number in range(size)))
        took = await timed(together, answers(size - 1, 200))
        deletes, gone = [], []
        for number in range(min(times, size)):
            returned = await timed(it.delete(number))
            deletes.append(returned)
            gone.append(returned + await timed(answers(number, 404)))
        return {"seconds": took, "whole": True}, deletes, gone


async def main(subject, times, *sizes):
    times = int(times)
    server = await backend()
    found = {"one": await measure_one(subject, times), "sequential": {}, "concurrent": {}}
    for size in map(int, sizes):
        found["sequential"][size] = await measure_sequential(subject, size)
        if subject != "floor":
            found["concurrent"][size], found["delete"], found["gone"] = await measure_concurrent(
                subject, size, times
            )
    server.close()
    print("\n" + json.dumps(found))


asyncio.run(main(*sys.argv[1:]))
