# Print an optspec for argparse to handle cmd's options that are independent of any subcommand.
function __fish_docker_watcher_global_optspecs
    string join \n h/help V/version
end

function __fish_docker_watcher_needs_command
    # Figure out if the current invocation already has a command.
    set -l cmd (commandline -opc)
    set -e cmd[1]
    argparse -s (__fish_docker_watcher_global_optspecs) -- $cmd 2>/dev/null
    or return
    if set -q argv[1]
        # Also print the command, so this can be used to figure out what it is.
        echo $argv[1]
        return 1
    end
    return 0
end

function __fish_docker_watcher_using_subcommand
    set -l cmd (__fish_docker_watcher_needs_command)
    test -z "$cmd"
    and return 1
    contains -- $cmd[1] $argv
end

complete -c docker-watcher -n "__fish_docker_watcher_needs_command" -s h -l help -d 'Print help'
complete -c docker-watcher -n "__fish_docker_watcher_needs_command" -s V -l version -d 'Print version'
complete -c docker-watcher -n "__fish_docker_watcher_needs_command" -f -a "run" -d 'Follow the engines and keep the file in step'
complete -c docker-watcher -n "__fish_docker_watcher_needs_command" -f -a "render" -d 'Print or write the dynamic configuration once'
complete -c docker-watcher -n "__fish_docker_watcher_needs_command" -f -a "check" -d 'Tell what is wrong with labels, before or while containers run'
complete -c docker-watcher -n "__fish_docker_watcher_needs_command" -f -a "explain" -d 'Tell what a container\'s labels come to'
complete -c docker-watcher -n "__fish_docker_watcher_needs_command" -f -a "status" -d 'Tell how things stand with the watcher that runs: engines, routes, findings, the last write'
complete -c docker-watcher -n "__fish_docker_watcher_needs_command" -f -a "net" -d 'Carry out one label value by hand: addresses, routes and rules'
complete -c docker-watcher -n "__fish_docker_watcher_needs_command" -f -a "agent" -d 'Let a watcher on another machine read which containers there are here, and nothing else'
complete -c docker-watcher -n "__fish_docker_watcher_needs_command" -f -a "install" -d 'Write the systemd unit, enable it and start it'
complete -c docker-watcher -n "__fish_docker_watcher_needs_command" -f -a "uninstall" -d 'Stop and disable the service, and remove the unit that `install` wrote'
complete -c docker-watcher -n "__fish_docker_watcher_needs_command" -f -a "completions" -d 'Print what completes command lines of this program in a shell'
complete -c docker-watcher -n "__fish_docker_watcher_using_subcommand run" -l config -d 'The settings file [default: /etc/portolan/docker-watcher.yml, if there is one]' -r -F
complete -c docker-watcher -n "__fish_docker_watcher_using_subcommand run" -l engine -d 'An engine\'s address, such as unix:///run/docker.sock or ssh://user@host; again for more engines' -r
complete -c docker-watcher -n "__fish_docker_watcher_using_subcommand run" -l output -d 'The directory that Traefik watches' -r -F
complete -c docker-watcher -n "__fish_docker_watcher_using_subcommand run" -l exposed-by-default -d 'Whether containers without `traefik.enable` are routed' -r
complete -c docker-watcher -n "__fish_docker_watcher_using_subcommand run" -l default-rule -d 'The rule of routers without one, a Go template' -r
complete -c docker-watcher -n "__fish_docker_watcher_using_subcommand run" -l constraints -d 'Which containers are looked at, such as Label(`tier`, `front`)' -r
complete -c docker-watcher -n "__fish_docker_watcher_using_subcommand run" -l network -d 'The network by which containers are reached, where they choose none' -r
complete -c docker-watcher -n "__fish_docker_watcher_using_subcommand run" -l use-bind-port-ip -d 'Whether the address and port that a port is published on are used' -r
complete -c docker-watcher -n "__fish_docker_watcher_using_subcommand run" -l allow-empty-services -d 'Whether services of unhealthy containers stay, without servers' -r
complete -c docker-watcher -n "__fish_docker_watcher_using_subcommand run" -l default-route -d 'What routes a container whose labels ask for nothing' -r
complete -c docker-watcher -n "__fish_docker_watcher_using_subcommand run" -l blacklist -d 'A settings file whose `blacklist` is used in place of the other sources\'' -r -F
complete -c docker-watcher -n "__fish_docker_watcher_using_subcommand run" -l format -d 'The format of the file' -r -f -a "yaml\t''
toml\t''"
complete -c docker-watcher -n "__fish_docker_watcher_using_subcommand run" -l status-socket -d 'The Unix socket at which `status` is answered; an empty text for none [default: /run/portolan/docker-watcher.sock]' -r
complete -c docker-watcher -n "__fish_docker_watcher_using_subcommand run" -l status-listen -d 'Where the status page is served, with metrics and an API: `ADDRESS:PORT`, or a port on loopback [default: nowhere]' -r
complete -c docker-watcher -n "__fish_docker_watcher_using_subcommand run" -l no-blacklist -d 'Route databases and tools too'
complete -c docker-watcher -n "__fish_docker_watcher_using_subcommand run" -l dry-run -d 'Change nothing: look at the containers once and print what would become of their network labels'
complete -c docker-watcher -n "__fish_docker_watcher_using_subcommand run" -s h -l help -d 'Print help'
complete -c docker-watcher -n "__fish_docker_watcher_using_subcommand render" -l config -d 'The settings file [default: /etc/portolan/docker-watcher.yml, if there is one]' -r -F
complete -c docker-watcher -n "__fish_docker_watcher_using_subcommand render" -l engine -d 'An engine\'s address, such as unix:///run/docker.sock or ssh://user@host; again for more engines' -r
complete -c docker-watcher -n "__fish_docker_watcher_using_subcommand render" -l output -d 'The directory that Traefik watches' -r -F
complete -c docker-watcher -n "__fish_docker_watcher_using_subcommand render" -l exposed-by-default -d 'Whether containers without `traefik.enable` are routed' -r
complete -c docker-watcher -n "__fish_docker_watcher_using_subcommand render" -l default-rule -d 'The rule of routers without one, a Go template' -r
complete -c docker-watcher -n "__fish_docker_watcher_using_subcommand render" -l constraints -d 'Which containers are looked at, such as Label(`tier`, `front`)' -r
complete -c docker-watcher -n "__fish_docker_watcher_using_subcommand render" -l network -d 'The network by which containers are reached, where they choose none' -r
complete -c docker-watcher -n "__fish_docker_watcher_using_subcommand render" -l use-bind-port-ip -d 'Whether the address and port that a port is published on are used' -r
complete -c docker-watcher -n "__fish_docker_watcher_using_subcommand render" -l allow-empty-services -d 'Whether services of unhealthy containers stay, without servers' -r
complete -c docker-watcher -n "__fish_docker_watcher_using_subcommand render" -l default-route -d 'What routes a container whose labels ask for nothing' -r
complete -c docker-watcher -n "__fish_docker_watcher_using_subcommand render" -l blacklist -d 'A settings file whose `blacklist` is used in place of the other sources\'' -r -F
complete -c docker-watcher -n "__fish_docker_watcher_using_subcommand render" -l format -d 'The format to print' -r -f -a "yaml\t'As Traefik loads it'
toml\t'As Traefik loads it'
json\t'For tools'"
complete -c docker-watcher -n "__fish_docker_watcher_using_subcommand render" -l no-blacklist -d 'Route databases and tools too'
complete -c docker-watcher -n "__fish_docker_watcher_using_subcommand render" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c docker-watcher -n "__fish_docker_watcher_using_subcommand check" -l format -d 'How findings are printed' -r -f -a "text\t'For people: the line, the place in it, what to do'
json\t'For tools: a list of objects'
github\t'For GitHub\'s workflows: an annotation a line'
sarif\t'For code scanning: SARIF 2.1.0'"
complete -c docker-watcher -n "__fish_docker_watcher_using_subcommand check" -l static -d 'Traefik\'s static configuration, to know its entry points, certificate resolvers and files' -r -F
complete -c docker-watcher -n "__fish_docker_watcher_using_subcommand check" -l dynamic -d 'A file or directory of dynamic configuration that defines what labels may name; again for more' -r -F
complete -c docker-watcher -n "__fish_docker_watcher_using_subcommand check" -l config -d 'The settings file [default: /etc/portolan/docker-watcher.yml, if there is one]' -r -F
complete -c docker-watcher -n "__fish_docker_watcher_using_subcommand check" -l engine -d 'An engine\'s address, such as unix:///run/docker.sock or ssh://user@host; again for more engines' -r
complete -c docker-watcher -n "__fish_docker_watcher_using_subcommand check" -l output -d 'The directory that Traefik watches' -r -F
complete -c docker-watcher -n "__fish_docker_watcher_using_subcommand check" -l exposed-by-default -d 'Whether containers without `traefik.enable` are routed' -r
complete -c docker-watcher -n "__fish_docker_watcher_using_subcommand check" -l default-rule -d 'The rule of routers without one, a Go template' -r
complete -c docker-watcher -n "__fish_docker_watcher_using_subcommand check" -l constraints -d 'Which containers are looked at, such as Label(`tier`, `front`)' -r
complete -c docker-watcher -n "__fish_docker_watcher_using_subcommand check" -l network -d 'The network by which containers are reached, where they choose none' -r
complete -c docker-watcher -n "__fish_docker_watcher_using_subcommand check" -l use-bind-port-ip -d 'Whether the address and port that a port is published on are used' -r
complete -c docker-watcher -n "__fish_docker_watcher_using_subcommand check" -l allow-empty-services -d 'Whether services of unhealthy containers stay, without servers' -r
complete -c docker-watcher -n "__fish_docker_watcher_using_subcommand check" -l default-route -d 'What routes a container whose labels ask for nothing' -r
complete -c docker-watcher -n "__fish_docker_watcher_using_subcommand check" -l blacklist -d 'A settings file whose `blacklist` is used in place of the other sources\'' -r -F
complete -c docker-watcher -n "__fish_docker_watcher_using_subcommand check" -l deny-warnings -d 'Exit with 1 for warnings too'
complete -c docker-watcher -n "__fish_docker_watcher_using_subcommand check" -l fix -d 'Mend in the files what is certain: a name with one letter wrong, a name that has a new one'
complete -c docker-watcher -n "__fish_docker_watcher_using_subcommand check" -l no-blacklist -d 'Route databases and tools too'
complete -c docker-watcher -n "__fish_docker_watcher_using_subcommand check" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c docker-watcher -n "__fish_docker_watcher_using_subcommand explain" -l format -d 'How it is printed' -r -f -a "text\t'For people: what is a part of what by indentation'
json\t'For tools: a list of objects, one for each container that is meant'"
complete -c docker-watcher -n "__fish_docker_watcher_using_subcommand explain" -l config -d 'The settings file [default: /etc/portolan/docker-watcher.yml, if there is one]' -r -F
complete -c docker-watcher -n "__fish_docker_watcher_using_subcommand explain" -l engine -d 'An engine\'s address, such as unix:///run/docker.sock or ssh://user@host; again for more engines' -r
complete -c docker-watcher -n "__fish_docker_watcher_using_subcommand explain" -l output -d 'The directory that Traefik watches' -r -F
complete -c docker-watcher -n "__fish_docker_watcher_using_subcommand explain" -l exposed-by-default -d 'Whether containers without `traefik.enable` are routed' -r
complete -c docker-watcher -n "__fish_docker_watcher_using_subcommand explain" -l default-rule -d 'The rule of routers without one, a Go template' -r
complete -c docker-watcher -n "__fish_docker_watcher_using_subcommand explain" -l constraints -d 'Which containers are looked at, such as Label(`tier`, `front`)' -r
complete -c docker-watcher -n "__fish_docker_watcher_using_subcommand explain" -l network -d 'The network by which containers are reached, where they choose none' -r
complete -c docker-watcher -n "__fish_docker_watcher_using_subcommand explain" -l use-bind-port-ip -d 'Whether the address and port that a port is published on are used' -r
complete -c docker-watcher -n "__fish_docker_watcher_using_subcommand explain" -l allow-empty-services -d 'Whether services of unhealthy containers stay, without servers' -r
complete -c docker-watcher -n "__fish_docker_watcher_using_subcommand explain" -l default-route -d 'What routes a container whose labels ask for nothing' -r
complete -c docker-watcher -n "__fish_docker_watcher_using_subcommand explain" -l blacklist -d 'A settings file whose `blacklist` is used in place of the other sources\'' -r -F
complete -c docker-watcher -n "__fish_docker_watcher_using_subcommand explain" -l no-blacklist -d 'Route databases and tools too'
complete -c docker-watcher -n "__fish_docker_watcher_using_subcommand explain" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c docker-watcher -n "__fish_docker_watcher_using_subcommand status" -l config -d 'The settings file [default: /etc/portolan/docker-watcher.yml, if there is one]' -r -F
complete -c docker-watcher -n "__fish_docker_watcher_using_subcommand status" -l status-socket -d 'The Unix socket of the watcher [default: /run/portolan/docker-watcher.sock]' -r
complete -c docker-watcher -n "__fish_docker_watcher_using_subcommand status" -l format -d 'How it is printed' -r -f -a "text\t'For people: a table'
json\t'For tools: an object on a line'"
complete -c docker-watcher -n "__fish_docker_watcher_using_subcommand status" -l watch -d 'Tell again at each change, until interrupted'
complete -c docker-watcher -n "__fish_docker_watcher_using_subcommand status" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c docker-watcher -n "__fish_docker_watcher_using_subcommand net" -l pid -d 'In the network namespace of this process' -r
complete -c docker-watcher -n "__fish_docker_watcher_using_subcommand net" -l netns -d 'In the network namespace of this file' -r -F
complete -c docker-watcher -n "__fish_docker_watcher_using_subcommand net" -l format -d 'How that is printed' -r -f -a "text\t'What becomes of each string, with the messages'
json\t'The messages alone: a list of `type`, `flags` and `hex`, the whole message with sequence and port zero'"
complete -c docker-watcher -n "__fish_docker_watcher_using_subcommand net" -l config -d 'The settings file [default: /etc/portolan/docker-watcher.yml, if there is one]' -r -F
complete -c docker-watcher -n "__fish_docker_watcher_using_subcommand net" -l engine -d 'An engine\'s address, such as unix:///run/docker.sock or ssh://user@host; again for more engines' -r
complete -c docker-watcher -n "__fish_docker_watcher_using_subcommand net" -l output -d 'The directory that Traefik watches' -r -F
complete -c docker-watcher -n "__fish_docker_watcher_using_subcommand net" -l exposed-by-default -d 'Whether containers without `traefik.enable` are routed' -r
complete -c docker-watcher -n "__fish_docker_watcher_using_subcommand net" -l default-rule -d 'The rule of routers without one, a Go template' -r
complete -c docker-watcher -n "__fish_docker_watcher_using_subcommand net" -l constraints -d 'Which containers are looked at, such as Label(`tier`, `front`)' -r
complete -c docker-watcher -n "__fish_docker_watcher_using_subcommand net" -l network -d 'The network by which containers are reached, where they choose none' -r
complete -c docker-watcher -n "__fish_docker_watcher_using_subcommand net" -l use-bind-port-ip -d 'Whether the address and port that a port is published on are used' -r
complete -c docker-watcher -n "__fish_docker_watcher_using_subcommand net" -l allow-empty-services -d 'Whether services of unhealthy containers stay, without servers' -r
complete -c docker-watcher -n "__fish_docker_watcher_using_subcommand net" -l default-route -d 'What routes a container whose labels ask for nothing' -r
complete -c docker-watcher -n "__fish_docker_watcher_using_subcommand net" -l blacklist -d 'A settings file whose `blacklist` is used in place of the other sources\'' -r -F
complete -c docker-watcher -n "__fish_docker_watcher_using_subcommand net" -s 4 -d 'IPv4, as `ip -4`'
complete -c docker-watcher -n "__fish_docker_watcher_using_subcommand net" -s 6 -d 'IPv6, as `ip -6`'
complete -c docker-watcher -n "__fish_docker_watcher_using_subcommand net" -l as-ip -d 'Do exactly what `ip` would do: nothing is looked up first, refused as a danger, or left out because it is done already'
complete -c docker-watcher -n "__fish_docker_watcher_using_subcommand net" -l dry-run -d 'Send nothing, and print what would be sent'
complete -c docker-watcher -n "__fish_docker_watcher_using_subcommand net" -l no-blacklist -d 'Route databases and tools too'
complete -c docker-watcher -n "__fish_docker_watcher_using_subcommand net" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c docker-watcher -n "__fish_docker_watcher_using_subcommand agent; and not __fish_seen_subcommand_from init" -l listen -d 'The address and port to listen at, such as 192.0.2.7:8890' -r
complete -c docker-watcher -n "__fish_docker_watcher_using_subcommand agent; and not __fish_seen_subcommand_from init" -l tls-ca -d 'The certificate of the authority that has signed the clients\' certificates' -r -F
complete -c docker-watcher -n "__fish_docker_watcher_using_subcommand agent; and not __fish_seen_subcommand_from init" -l tls-cert -d 'The agent\'s certificate' -r -F
complete -c docker-watcher -n "__fish_docker_watcher_using_subcommand agent; and not __fish_seen_subcommand_from init" -l tls-key -d 'The private key of that' -r -F
complete -c docker-watcher -n "__fish_docker_watcher_using_subcommand agent; and not __fish_seen_subcommand_from init" -l engine -d 'The engine\'s socket [default: `DOCKER_HOST`, else the local one]' -r
complete -c docker-watcher -n "__fish_docker_watcher_using_subcommand agent; and not __fish_seen_subcommand_from init" -s h -l help -d 'Print help'
complete -c docker-watcher -n "__fish_docker_watcher_using_subcommand agent; and not __fish_seen_subcommand_from init" -f -a "init" -d 'Make the certificates of an agent and of who may ask it'
complete -c docker-watcher -n "__fish_docker_watcher_using_subcommand agent; and __fish_seen_subcommand_from init" -l directory -d 'Where the files are written' -r -F
complete -c docker-watcher -n "__fish_docker_watcher_using_subcommand agent; and __fish_seen_subcommand_from init" -l force -d 'Replace files that are there'
complete -c docker-watcher -n "__fish_docker_watcher_using_subcommand agent; and __fish_seen_subcommand_from init" -s h -l help -d 'Print help'
complete -c docker-watcher -n "__fish_docker_watcher_using_subcommand install" -l config -d 'The settings file of the service [default: /etc/portolan/docker-watcher.yml, if there is one]' -r -F
complete -c docker-watcher -n "__fish_docker_watcher_using_subcommand install" -l output -d 'The directory that Traefik watches; made if it is absent [default: as the settings say]' -r -F
complete -c docker-watcher -n "__fish_docker_watcher_using_subcommand install" -l unit-dir -d 'Where the unit is written' -r -F
complete -c docker-watcher -n "__fish_docker_watcher_using_subcommand install" -l print -d 'Print the unit and do nothing'
complete -c docker-watcher -n "__fish_docker_watcher_using_subcommand install" -l no-start -d 'Enable the service, but don\'t start it now'
complete -c docker-watcher -n "__fish_docker_watcher_using_subcommand install" -l no-network -d 'Without addresses, routes and rules in containers: the service needs no capability then'
complete -c docker-watcher -n "__fish_docker_watcher_using_subcommand install" -l no-scripts -d 'Without scripts'
complete -c docker-watcher -n "__fish_docker_watcher_using_subcommand install" -l force -d 'Replace a unit that `install` did not write'
complete -c docker-watcher -n "__fish_docker_watcher_using_subcommand install" -s h -l help -d 'Print help'
complete -c docker-watcher -n "__fish_docker_watcher_using_subcommand uninstall" -l unit-dir -d 'Where the unit is' -r -F
complete -c docker-watcher -n "__fish_docker_watcher_using_subcommand uninstall" -s h -l help -d 'Print help'
complete -c docker-watcher -n "__fish_docker_watcher_using_subcommand completions" -s h -l help -d 'Print help'
