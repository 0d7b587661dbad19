"""A plugin of pytest: the names that JupyterHub's tests ask for are this machine, wherever they run.

Its tests with subdomains need a name of which every subdomain is this machine, which takes a server of names.
And the machine's own name has an address that there is none of in a network of our own.
"""

import socket

LOCAL = "127.0.0.1"
OWN = socket.gethostname()

resolve = socket.getaddrinfo
resolve_by_name = socket.gethostbyname


def is_local(host):
    if isinstance(host, bytes):
        host = host.decode()
    return host is not None and (host == OWN or host.endswith("localhost.jovyan.org"))


def getaddrinfo(host, *arguments, **options):
    return resolve(LOCAL if is_local(host) else host, *arguments, **options)


def gethostbyname(host):
    return LOCAL if is_local(host) else resolve_by_name(host)


socket.getaddrinfo = getaddrinfo
socket.gethostbyname = gethostbyname
