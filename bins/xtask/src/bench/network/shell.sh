# Network labels the shell way, as services of this kind do it: `shell.sh ENGINE`. One client for each question, one shell, one
# nsenter and one ip for each string.
export DOCKER_HOST=$1
# All of it ends with this shell, which is the first of its process group.
trap 'trap - TERM; kill 0' TERM

docker events --filter type=container --filter event=start --format '{{.ID}}' | while read -r id; do
    for kind in address route rule host-route; do
        value=$(docker inspect --format "{{index .Config.Labels \"docker-events.$kind\"}}" "$id")
        enter=
        if [ "$kind" != host-route ]; then
            enter="nsenter -n -t $(docker inspect --format '{{.State.Pid}}' "$id")"
        fi
        IFS=';' read -ra strings <<<"$value"
        for string in "${strings[@]}"; do
            sh -c "$enter ip ${kind#host-} $string"
        done
    done
done &
wait
