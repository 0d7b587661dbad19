# Makes a user that exists in this mount namespace alone: `rootless.sh NAME NUMBER SUBORDINATE DIRECTORY HOME RUNTIME_DIRECTORY`.
set -eu
name=$1 number=$2 subordinate=$3 directory=$4 home=$5 runtime_directory=$6

# Adds a line to what the sandbox shows as a system's file.
add() {
    local copy=$directory/${1##*/}
    cat "$1" >"$copy" 2>/dev/null || true
    echo "$2" >>"$copy"
    chmod 644 "$copy"
    mount --bind "$copy" "$1"
}
add /etc/passwd "$name:x:$number:$number::$home:/bin/sh"
add /etc/group "$name:x:$number:"
add /etc/subuid "$name:$subordinate:65536"
add /etc/subgid "$name:$subordinate:65536"

mkdir -p "$home" "$runtime_directory"
chown "$number:$number" "$home" "$runtime_directory"
chmod 700 "$home" "$runtime_directory"

# A node of the sandbox's own: the machine's stays root's.
mkdir -p /run/devices
mknod /run/devices/tun c 10 200
chmod 666 /run/devices/tun
mount --bind /run/devices/tun /dev/net/tun
