# Runs an engine where nothing of it can stay behind: `sandbox.sh outer DIRECTORY CGROUP PROGRAM [ARGUMENT...]`.
#
# Orders come on standard input, a word a line: `start` and `kill` (as `kill -9` does). Each is answered with the same
# word once it is done. The end of the input, which comes with the end of the test's process in whatever way, ends all.
role=$1 directory=$2 cgroup=$3
shift 3

outer() {
    unshare --mount --pid --fork --kill-child --mount-proc bash "$directory/sandbox.sh" inner "$directory" "$cgroup" "$@"
    find /sys/fs/cgroup -depth -type d -path "*/$cgroup*" -exec rmdir {} + 2>/dev/null
    rm -rf --one-file-system "$directory"
}

inner() {
    # An engine finds no other engine's sockets, and leaves none.
    mount -t tmpfs tmpfs /run
    engine=
    while read -r order; do
        case $order in
        start)
            "$@" </dev/null >>"$directory/engine.log" 2>&1 &
            engine=$!
            ;;
        kill)
            kill -KILL "$engine"
            wait "$engine"
            ;;
        esac 2>/dev/null
        echo "$order"
    done
    # Bounded: with this process the namespace ends, and with that whatever is left in it.
    kill -TERM "$engine"
    for _ in {1..50}; do
        kill -0 "$engine" || break
        sleep 0.1
    done
}

"$role" "$@"
