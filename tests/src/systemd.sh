# Boots a systemd on a view of this machine's files that keeps nothing: `systemd.sh DIRECTORY CGROUP PROCESS`, in a mount
# namespace of its own. DIRECTORY has what the sandbox shows at /srv, PROCESS is one whose processes it shows at
# /engine/proc, CGROUP is where it puts its services.
set -eu
directory=$1 cgroup=$2 process=$3

root=$directory/root
mkdir -p "$root"
mount -t tmpfs tmpfs "$root"
mkdir "$root"/{upper,work,root}
mount -t overlay overlay -o "lowerdir=/,upperdir=$root/upper,workdir=$root/work" "$root/root"
root=$root/root

# None of the machine's own units, mounts or settings: only what a service has below it.
for path in /etc/systemd /run /tmp /dev /srv; do
    mount -t tmpfs tmpfs "$root$path"
done
mkdir -p "$root"/etc/systemd/system "$root"/etc/units "$root"/dev/{pts,shm,mqueue} "$root"/engine/proc "$root"/old
for target in sysinit basic multi-user shutdown; do
    printf '[Unit]\nDescription=%s\nDefaultDependencies=no\n' "$target" >"$root/etc/units/$target.target"
done
for device in null zero full random urandom tty; do
    touch "$root/dev/$device"
    mount --bind "/dev/$device" "$root/dev/$device"
done
mount -t devpts devpts "$root/dev/pts" -o newinstance,ptmxmode=0666
ln -s pts/ptmx "$root/dev/ptmx"
mount --bind "$directory" "$root/srv"
# From a process in there: which processes a proc file system shows is a matter of who mounts it.
nsenter --pid="/proc/$process/ns/pid" mount -t proc proc "$root/engine/proc"

echo $$ >"$cgroup/cgroup.procs"
exec unshare --pid --cgroup --uts --ipc --fork --kill-child=KILL bash -euc '
    cd "$1"
    mount -t proc proc proc
    mount -t sysfs sysfs sys
    mount -t cgroup2 cgroup2 sys/fs/cgroup
    pivot_root . old
    umount --lazy old
    exec env --ignore-environment PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin container=portolan \
        SYSTEMD_UNIT_PATH=/etc/systemd/system:/etc/units SYSTEMD_GENERATOR_PATH=/nonexistent \
        chroot . "$2" --unit=multi-user.target --log-target=null
' bash "$root" "$(realpath /usr/lib/systemd/systemd || realpath /lib/systemd/systemd)"
