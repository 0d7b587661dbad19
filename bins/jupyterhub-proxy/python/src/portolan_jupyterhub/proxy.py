"""The class that a hub is configured with."""

import os

from jupyterhub.proxy import ConfigurableHTTPProxy
from jupyterhub.utils import new_token
from traitlets import List, Unicode, default

from .executable import executable


class TraefikTomlProxy(ConfigurableHTTPProxy):
    """A proxy whose routes are in a file that Traefik watches.

    The file is kept by the program ``jupyterhub-proxy``, to which the hub speaks as it does to its default
    proxy. What is added here is the command line of that program, from the options that TraefikTomlProxy has
    always had.

    ``should_start`` says who runs Traefik. If it is false, the hub starts ``jupyterhub-proxy`` all the same,
    to keep the dynamic file alone, unless ``auth_token`` (or ``CONFIGPROXY_AUTH_TOKEN``) says that one runs
    elsewhere already and answers at ``api_url``.
    """

    toml_static_config_file = Unicode(
        config=True,
        help="""Traefik's static configuration, written when the hub starts Traefik.

        Default: ``traefik.toml`` in ``/etc/traefik``, ``$HOME/.traefik`` or the working directory.
        """,
    )

    toml_dynamic_config_file = Unicode(
        config=True,
        help="""Traefik's dynamic configuration: the routes.

        Default: ``rules.toml`` in ``/etc/traefik``, ``$HOME/.traefik`` or the working directory.
        """,
    )

    traefik_entrypoint = Unicode(
        config=True,
        help="""Traefik's name of the entry point that users come in by.

        Default: ``https`` if the hub has a certificate, else ``http``.
        """,
    )

    traefik_api_url = Unicode(
        config=True, help="""Where Traefik's API answers. Default: ``http://127.0.0.1:8099``."""
    )

    traefik_api_username = Unicode(config=True, help="""The user that Traefik's API asks for.""")

    traefik_api_password = Unicode(config=True, help="""The password that Traefik's API asks for.""")

    state_file = Unicode(
        "jupyterhub-proxy.json",
        config=True,
        help="""Where the routes outlive a restart of the hub while Traefik goes on serving them.

        Used only if somebody else runs Traefik: one that the hub starts stops with the hub.
        """,
    )

    options = List(
        Unicode(),
        config=True,
        help="""Further options of ``jupyterhub-proxy``, such as ``--trusted-proxy``.""",
    )

    #: Whether Traefik starts and stops with the hub.
    runs_traefik = True

    #: Whether nobody but us knows the token, so that nothing can be there yet that answers to it.
    _token_is_new = False

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.runs_traefik = self.should_start
        if not self.should_start and self.auth_token and self._token_is_new:
            self.should_start = True
            # Traefik listens where its static configuration says, which is not ours to know: the hub waits
            # for what it starts, and that listens here.
            self.public_url = self.api_url

    @default("auth_token")
    def _auth_token_default(self):
        token = os.environ.get("CONFIGPROXY_AUTH_TOKEN", "")
        if not token:
            self._token_is_new = True
            token = new_token()
        return token

    @default("command")
    def _command_default(self):
        options = {
            "--dynamic-config-file": self.toml_dynamic_config_file,
            "--traefik-entrypoint": self.traefik_entrypoint,
            "--traefik-api-url": self.traefik_api_url,
            "--traefik-api-username": self.traefik_api_username,
        }
        if self.runs_traefik:
            command = [executable()]
            options["--static-config-file"] = self.toml_static_config_file
        else:
            command = [executable(), "--external"]
            options["--state-file"] = self.state_file
        for option, value in options.items():
            if value:
                command += [option, value]
        return command + self.options

    async def start(self):
        """Start ``jupyterhub-proxy``, and with it Traefik if the hub runs that."""
        if self.traefik_api_password:
            # Not on the command line, which every user of the machine can read. Servers and services inherit
            # the variables that the hub is told to keep, and no others.
            os.environ["JUPYTERHUB_PROXY_TRAEFIK_API_PASSWORD"] = self.traefik_api_password
        await super().start()
