# What tests add to a hub's configuration: anybody may log in, servers are light, and all is kept in the
# working directory.
import os
from pathlib import Path

c = get_config()  # noqa: F821


def say_whose(spawner):
    """Leave in a user's home what their server alone can give."""
    home = Path(spawner.home_dir)
    home.mkdir(parents=True, exist_ok=True)
    (home / "owner.txt").write_text(spawner.user.name)


c.JupyterHub.bind_url = "http://127.0.0.1:8000"
c.JupyterHub.authenticator_class = "dummy"
c.Authenticator.allow_all = True
# Users' servers outlive the hub that started them.
c.JupyterHub.cleanup_servers = False
c.JupyterHub.spawner_class = "simple"
c.SimpleLocalProcessSpawner.home_dir_template = os.path.abspath("homes/{username}")
c.Spawner.pre_spawn_hook = say_whose
c.Spawner.default_url = "/files/owner.txt"
c.Spawner.args = ["--allow-root", "--ServerApp.terminals_enabled=False"]
# A busy machine starts all of them at once.
c.Spawner.start_timeout = 300
c.Spawner.http_timeout = 300
c.JupyterHub.tornado_settings = {"slow_spawn_timeout": 0}
