"""Where the program is that this package brings."""

import os
import shutil
import sysconfig
from pathlib import Path

NAME = "jupyterhub-proxy"


def executable() -> str:
    """The path of ``jupyterhub-proxy``.

    The one that was installed with this module comes first, wherever ``pip`` was told to put it: a hub is
    often started by the path of its Python, with another environment's programs in ``PATH``, or none.
    """
    user = sysconfig.get_preferred_scheme("user")
    directories = (
        sysconfig.get_path("scripts"),
        # `pip install --target` and `--prefix` put programs relative to the modules.
        Path(__file__).parents[1] / "bin",
        Path(__file__).parents[4] / "bin",
        sysconfig.get_path("scripts", scheme=user),
    )
    for directory in directories:
        path = os.path.join(directory, NAME)
        if os.access(path, os.X_OK):
            return path
    if path := shutil.which(NAME):
        return path
    raise FileNotFoundError(f"there is no `{NAME}`; `pip install portolan-jupyterhub` brings it")
