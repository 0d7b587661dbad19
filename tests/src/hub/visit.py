"""Visits a hub as its users do, each with a browser of their own: `visit.py URL NAME...`.

Each logs in, has their server started unless it runs, and reads there whose it is. Then each tries the
others' servers. Ends with 0 if everybody reaches their own and nobody another's.
"""

import json
import sys
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import quote

import requests

#: Longer than anything takes on a busy machine.
PATIENCE = 300


def check(holds, *told):
    if not holds:
        raise AssertionError(*told)


def browser():
    session = requests.Session()
    # As a browser has it when a link is followed: hub and servers take cookies for no other kind of request.
    session.headers["Sec-Fetch-Mode"] = "navigate"
    session.max_redirects = 15
    return session


def get(session, url):
    return session.get(url, timeout=PATIENCE)


def path(name):
    """The path of a user's server, as the hub spells it."""
    return f"/user/{quote(name, safe='@~')}/"


def log_in(hub, name):
    """A browser in which this user is logged in, and whose server runs."""
    session = browser()
    page = get(session, f"{hub}/hub/login")
    check(page.status_code == 200, "login", page.status_code, page.url, page.text[:200])
    form = {"username": name, "password": "", "_xsrf": session.cookies["_xsrf"]}
    page = session.post(f"{hub}/hub/login?next=%2Fhub%2Fspawn", data=form, timeout=PATIENCE)
    check(page.status_code == 200, "login", page.status_code, page.url, page.text[:200])
    wait_for_server(session, hub, name)
    return session


def wait_for_server(session, hub, name):
    """Follows what the hub tells of a start, as the page does that it shows meanwhile."""
    url = f"{hub}/hub/api/users/{quote(name, safe='@~')}/server/progress"
    xsrf = next(
        cookie.value for cookie in session.cookies if cookie.name == "_xsrf" and cookie.path == "/hub/"
    )
    with session.get(url, params={"_xsrf": xsrf}, stream=True, timeout=PATIENCE) as told:
        check(told.status_code == 200, "progress", told.status_code, told.url)
        for line in told.iter_lines():
            if line.startswith(b"data:"):
                event = json.loads(line.removeprefix(b"data:"))
                check(not event.get("failed"), event)
                if event.get("ready"):
                    return
    raise AssertionError("the hub tells of no server that is ready")


def reach_own(session, hub, name):
    for url in (f"{hub}{path(name)}", f"{hub}{path(name)}files/owner.txt", f"{hub}{path(name).rstrip('/')}"):
        page = get(session, url)
        chain = [*(step.url for step in page.history), page.url]
        check((page.status_code, page.text) == (200, name), page.status_code, page.text[:200], chain)


def miss_others(session, hub, name, names):
    for other in names:
        if other != name:
            page = get(session, f"{hub}{path(other)}files/owner.txt")
            check(page.status_code == 403, name, "at", other, page.status_code, page.text[:200])


def visit(hub, name):
    try:
        session = log_in(hub, name)
        reach_own(session, hub, name)
        return session, None
    except Exception as error:
        return None, f"{name!r}: {type(error).__name__}: {error}"


def main():
    hub, *names = sys.argv[1:]
    with ThreadPoolExecutor(len(names)) as users:
        visits = list(users.map(lambda name: visit(hub, name), names))
    if any(failures := [error for _, error in visits if error]):
        sys.exit("\n".join(failures))
    # When all run: an absent server would be missed by anybody.
    for (session, _), name in zip(visits, names, strict=True):
        miss_others(session, hub, name, names)


main()
