"""A JupyterHub's routes in Traefik's files."""

from .proxy import TraefikTomlProxy

__all__ = ["TraefikTomlProxy"]
