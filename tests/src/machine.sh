# Shows this machine's files where nothing of what is written is kept: `machine.sh DIRECTORY REPOSITORY HUB WATCHER HOOK PROXY ENGINE...`, in a
# mount namespace of its own. DIRECTORY is on a disk, HUB is a Python environment with a JupyterHub or empty, WATCHER,
# HOOK and PROXY are the programs under test; ENGINE is the program that runs there in the end.
set -eu
directory=$1 repository=$2 hub=$3 watcher=$4 hook=$5 proxy=$6
shift 6

mkdir "$directory"/{machine,docker,containers}
mount -t tmpfs tmpfs "$directory/machine"
mkdir "$directory"/machine/{upper,work,root}
mount -t overlay overlay -o "lowerdir=/,upperdir=$directory/machine/upper,workdir=$directory/machine/work" "$directory/machine/root"
root=$directory/machine/root

for path in proc sys dev; do
    mount --rbind "/$path" "$root/$path"
done
for path in run tmp srv; do
    mount -t tmpfs tmpfs "$root/$path"
done
# Nothing of the machine's own engines: neither their containers nor their settings.
rm -rf "$root"/etc/{docker,containers,portolan,traefik} "$root"/root/{.docker,.config/containers} "$root"/usr/local/bin/{docker-watcher,podman-hook,jupyterhub-proxy}
mkdir -p "$root"/var/lib/{docker,containers} "$root/etc/containers" "$root/usr/local/bin" "$root/old"
mount --bind "$directory/docker" "$root/var/lib/docker"
mount --bind "$directory/containers" "$root/var/lib/containers"
cp "$directory/containers.conf" "$root/etc/containers/containers.conf"
cp "$directory/policy.json" "$root/etc/containers/policy.json"

# A clone in which the programs are built.
mkdir -p "$root/srv/portolan/target/release"
for part in examples docs bins; do
    mkdir "$root/srv/portolan/$part"
    mount --bind "$repository/$part" "$root/srv/portolan/$part"
done
for program in "$watcher" "$hook" "$proxy"; do
    cp "$program" "$root/srv/portolan/target/release/"
done
if [ -n "$hub" ]; then
    mkdir "$root/srv/portolan/hub"
    mount --bind "$hub" "$root/srv/portolan/hub"
fi
# Who reads here is root.
printf '#!/bin/sh\nexec "$@"\n' >"$root/usr/local/bin/sudo"
chmod 755 "$root/usr/local/bin/sudo"

cd "$root"
pivot_root . old
umount --lazy old
touch /run/machine
exec env --ignore-environment PATH=/usr/bin:/usr/sbin:/bin:/sbin:/usr/local/bin HOME=/root "$@"
