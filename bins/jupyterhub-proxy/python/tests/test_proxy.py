"""What the class makes of a hub's configuration."""

from types import SimpleNamespace

import pytest
from portolan_jupyterhub import TraefikTomlProxy, proxy
from traitlets.config import Config

PROGRAM = "/opt/hub/bin/jupyterhub-proxy"


@pytest.fixture(autouse=True)
def installed(monkeypatch):
    monkeypatch.setattr(proxy, "executable", lambda: PROGRAM)
    monkeypatch.delenv("CONFIGPROXY_AUTH_TOKEN", raising=False)


def configured(public_url="http://:8000", **options):
    config = Config({"TraefikTomlProxy": options})
    app = SimpleNamespace(internal_ssl=False, subdomain_host="")
    return TraefikTomlProxy(config=config, app=app, public_url=public_url)


def test_without_options_the_program_finds_its_files():
    made = configured()
    assert made.command == [PROGRAM]
    assert made.should_start
    assert made.runs_traefik
    assert made.public_url == "http://:8000"
    assert made.auth_token


def test_options_become_those_of_the_program():
    made = configured(
        toml_static_config_file="/srv/traefik.toml",
        toml_dynamic_config_file="/srv/rules.toml",
        traefik_api_username="api_admin",
        traefik_api_password="admin",
        options=["--served-within", "20"],
    )
    assert made.command == [
        PROGRAM,
        *["--dynamic-config-file", "/srv/rules.toml"],
        *["--traefik-api-username", "api_admin"],
        *["--static-config-file", "/srv/traefik.toml"],
        *["--served-within", "20"],
    ]


def test_a_traefik_that_somebody_else_runs_is_left_alone():
    made = configured(
        should_start=False, toml_static_config_file="traefik.toml", toml_dynamic_config_file="rules.toml"
    )
    assert made.command == [
        PROGRAM,
        "--external",
        *["--dynamic-config-file", "rules.toml"],
        *["--state-file", "jupyterhub-proxy.json"],
    ]
    assert made.should_start
    assert not made.runs_traefik
    # The hub waits for the program and for nothing else.
    assert made.public_url == made.api_url == "http://127.0.0.1:8001"


def test_with_a_token_the_program_runs_elsewhere():
    made = configured(should_start=False, auth_token="secret", api_url="http://10.0.0.7:8001")
    assert not made.should_start
    assert (made.auth_token, made.api_url) == ("secret", "http://10.0.0.7:8001")


def test_a_token_in_the_environment_says_so_too(monkeypatch):
    monkeypatch.setenv("CONFIGPROXY_AUTH_TOKEN", "secret")
    assert not configured(should_start=False).should_start


async def test_the_password_is_not_on_the_command_line(monkeypatch):
    made = configured(traefik_api_password="admin")
    started = {}

    class Started(Exception):
        pass

    def popen(command, env, **_):
        started.update(command=command, env=env)
        raise Started

    monkeypatch.setattr("jupyterhub.proxy.Popen", popen)
    made.hub = SimpleNamespace(url="http://127.0.0.1:8081/hub/")
    with pytest.raises(Started):
        await made.start()
    assert "admin" not in " ".join(started["command"])
    assert "admin" in started["env"].values()
