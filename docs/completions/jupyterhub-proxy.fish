# Print an optspec for argparse to handle cmd's options that are independent of any subcommand.
function __fish_jupyterhub_proxy_global_optspecs
    string join \n host-routing default-target= state-file= pid-file= log-level= ip= port= ssl-key= ssl-cert= redirect-port= redirect-to= trusted-proxy= api-ip= api-port= api-socket= auth-token-file= api-ssl-key= api-ssl-cert= api-ssl-ca= api-ssl-request-cert api-ssl-reject-unauthorized client-ssl-key= client-ssl-cert= client-ssl-ca= client-ssl-request-cert client-ssl-reject-unauthorized insecure error-target= error-path= error-listen= metrics-ip= metrics-port= external traefik= static-config-file= dynamic-config-file= dynamic-mode= traefik-entrypoint= traefik-api-entrypoint= traefik-api-url= traefik-api-username= traefik-api-hashed-password= traefik-metrics own-default-certificate served-within= acme-email= acme-domain= acme-storage= acme-server= h/help V/version
end

function __fish_jupyterhub_proxy_needs_command
    # Figure out if the current invocation already has a command.
    set -l cmd (commandline -opc)
    set -e cmd[1]
    argparse -s (__fish_jupyterhub_proxy_global_optspecs) -- $cmd 2>/dev/null
    or return
    if set -q argv[1]
        # Also print the command, so this can be used to figure out what it is.
        echo $argv[1]
        return 1
    end
    return 0
end

function __fish_jupyterhub_proxy_using_subcommand
    set -l cmd (__fish_jupyterhub_proxy_needs_command)
    test -z "$cmd"
    and return 1
    contains -- $cmd[1] $argv
end

complete -c jupyterhub-proxy -n "__fish_jupyterhub_proxy_needs_command" -l default-target -d 'Where requests go that no route takes: the route `/`' -r
complete -c jupyterhub-proxy -n "__fish_jupyterhub_proxy_needs_command" -l state-file -d 'Keep routes in this file, over a restart too [default: in memory alone]' -r -F
complete -c jupyterhub-proxy -n "__fish_jupyterhub_proxy_needs_command" -l pid-file -d 'Write the number of this process into this file' -r -F
complete -c jupyterhub-proxy -n "__fish_jupyterhub_proxy_needs_command" -l log-level -d 'How much is said; Traefik is told the same' -r -f -a "debug\t''
info\t''
warn\t''
error\t''"
complete -c jupyterhub-proxy -n "__fish_jupyterhub_proxy_needs_command" -l ip -d 'Address [default: all]' -r
complete -c jupyterhub-proxy -n "__fish_jupyterhub_proxy_needs_command" -l port -d 'Port' -r
complete -c jupyterhub-proxy -n "__fish_jupyterhub_proxy_needs_command" -l ssl-key -d 'The key for HTTPS' -r -F
complete -c jupyterhub-proxy -n "__fish_jupyterhub_proxy_needs_command" -l ssl-cert -d 'The certificate for HTTPS' -r -F
complete -c jupyterhub-proxy -n "__fish_jupyterhub_proxy_needs_command" -l redirect-port -d 'A port without TLS from which users are sent to HTTPS' -r
complete -c jupyterhub-proxy -n "__fish_jupyterhub_proxy_needs_command" -l redirect-to -d 'The port that they are sent to, where it is another than --port' -r
complete -c jupyterhub-proxy -n "__fish_jupyterhub_proxy_needs_command" -l trusted-proxy -d 'A proxy before this one, as a network, whose word is taken on where a request comes from; again for more' -r
complete -c jupyterhub-proxy -n "__fish_jupyterhub_proxy_needs_command" -l api-ip -d 'Address' -r
complete -c jupyterhub-proxy -n "__fish_jupyterhub_proxy_needs_command" -l api-port -d 'Port [default: the one after --port]' -r
complete -c jupyterhub-proxy -n "__fish_jupyterhub_proxy_needs_command" -l api-socket -d 'A Unix socket in place of both' -r -F
complete -c jupyterhub-proxy -n "__fish_jupyterhub_proxy_needs_command" -l auth-token-file -d 'The file that holds the token [the token itself: the variable CONFIGPROXY_AUTH_TOKEN]' -r -F
complete -c jupyterhub-proxy -n "__fish_jupyterhub_proxy_needs_command" -l api-ssl-key -d 'The key for HTTPS' -r -F
complete -c jupyterhub-proxy -n "__fish_jupyterhub_proxy_needs_command" -l api-ssl-cert -d 'The certificate for HTTPS' -r -F
complete -c jupyterhub-proxy -n "__fish_jupyterhub_proxy_needs_command" -l api-ssl-ca -d 'The authority that signs the hub\'s certificate' -r -F
complete -c jupyterhub-proxy -n "__fish_jupyterhub_proxy_needs_command" -l client-ssl-key -d 'The key of our certificate' -r -F
complete -c jupyterhub-proxy -n "__fish_jupyterhub_proxy_needs_command" -l client-ssl-cert -d 'Our certificate' -r -F
complete -c jupyterhub-proxy -n "__fish_jupyterhub_proxy_needs_command" -l client-ssl-ca -d 'The authority that signs theirs [default: the system\'s]' -r -F
complete -c jupyterhub-proxy -n "__fish_jupyterhub_proxy_needs_command" -l error-target -d 'Below which the hub has them: `URL/503?url=PATH`' -r
complete -c jupyterhub-proxy -n "__fish_jupyterhub_proxy_needs_command" -l error-path -d 'A directory with pages such as `503.html`, and `error.html` for all others' -r -F
complete -c jupyterhub-proxy -n "__fish_jupyterhub_proxy_needs_command" -l error-listen -d 'Where Traefik asks us for them [default: a free port of 127.0.0.1; with --external not at all]' -r
complete -c jupyterhub-proxy -n "__fish_jupyterhub_proxy_needs_command" -l metrics-ip -d 'Address' -r
complete -c jupyterhub-proxy -n "__fish_jupyterhub_proxy_needs_command" -l metrics-port -d 'Port: `/metrics` for Prometheus, with the names of configurable-http-proxy' -r
complete -c jupyterhub-proxy -n "__fish_jupyterhub_proxy_needs_command" -l traefik -d 'The program' -r -F
complete -c jupyterhub-proxy -n "__fish_jupyterhub_proxy_needs_command" -l static-config-file -d 'Traefik\'s static configuration [default: the first `traefik.toml` of ours in /etc/traefik, $HOME/.traefik or the working directory, else one in the working directory]' -r -F
complete -c jupyterhub-proxy -n "__fish_jupyterhub_proxy_needs_command" -l dynamic-config-file -d 'The file of routes, as TOML or YAML by its ending [default: `rules.toml`, found as the other]' -r -F
complete -c jupyterhub-proxy -n "__fish_jupyterhub_proxy_needs_command" -l dynamic-mode -d 'Its permissions, such as 640 [default: as they are, and 600 for a new one]' -r
complete -c jupyterhub-proxy -n "__fish_jupyterhub_proxy_needs_command" -l traefik-entrypoint -d 'Traefik\'s name of the entry point that users come in by [default: `https` with --ssl-cert, else `http`]' -r
complete -c jupyterhub-proxy -n "__fish_jupyterhub_proxy_needs_command" -l traefik-api-entrypoint -d 'Traefik\'s name of the entry point of its API' -r
complete -c jupyterhub-proxy -n "__fish_jupyterhub_proxy_needs_command" -l traefik-api-url -d 'Where that is [default: `http://127.0.0.1:8099`, or a free port if that is taken and Traefik is ours]' -r
complete -c jupyterhub-proxy -n "__fish_jupyterhub_proxy_needs_command" -l traefik-api-username -d 'Who may use Traefik\'s API and dashboard' -r
complete -c jupyterhub-proxy -n "__fish_jupyterhub_proxy_needs_command" -l traefik-api-hashed-password -d 'The password as `htpasswd` hashes it [the password itself: the variable JUPYTERHUB_PROXY_TRAEFIK_API_PASSWORD; without either, nobody may]' -r
complete -c jupyterhub-proxy -n "__fish_jupyterhub_proxy_needs_command" -l served-within -d 'How many seconds a change may take until Traefik serves it; after that the hub is told to try again' -r
complete -c jupyterhub-proxy -n "__fish_jupyterhub_proxy_needs_command" -l acme-email -d 'Whom the authority writes to' -r
complete -c jupyterhub-proxy -n "__fish_jupyterhub_proxy_needs_command" -l acme-domain -d 'A name; again for more' -r
complete -c jupyterhub-proxy -n "__fish_jupyterhub_proxy_needs_command" -l acme-storage -d 'Where Traefik keeps what it got' -r -F
complete -c jupyterhub-proxy -n "__fish_jupyterhub_proxy_needs_command" -l acme-server -d 'Another authority than Let\'s Encrypt' -r
complete -c jupyterhub-proxy -n "__fish_jupyterhub_proxy_needs_command" -l host-routing -d 'Host routing: the first part of each route\'s path is a host'
complete -c jupyterhub-proxy -n "__fish_jupyterhub_proxy_needs_command" -l api-ssl-request-cert -d 'Ask the hub for a certificate'
complete -c jupyterhub-proxy -n "__fish_jupyterhub_proxy_needs_command" -l api-ssl-reject-unauthorized -d 'Refuse a hub without a good one'
complete -c jupyterhub-proxy -n "__fish_jupyterhub_proxy_needs_command" -l client-ssl-request-cert -d 'Taken for a hub\'s sake: a server that speaks HTTPS always shows a certificate'
complete -c jupyterhub-proxy -n "__fish_jupyterhub_proxy_needs_command" -l client-ssl-reject-unauthorized -d 'Taken for a hub\'s sake: a certificate is verified unless --insecure is given'
complete -c jupyterhub-proxy -n "__fish_jupyterhub_proxy_needs_command" -l insecure -d 'Take any certificate of theirs'
complete -c jupyterhub-proxy -n "__fish_jupyterhub_proxy_needs_command" -l external -d 'Leave Traefik and its static configuration to somebody else, and write the file of routes alone'
complete -c jupyterhub-proxy -n "__fish_jupyterhub_proxy_needs_command" -l traefik-metrics -d 'With --external: Traefik counts requests (`metrics.prometheus.manualRouting`), so that the hub learns who is idle'
complete -c jupyterhub-proxy -n "__fish_jupyterhub_proxy_needs_command" -l own-default-certificate -d 'With --external: nobody else names a default certificate, so ours may be it, and changes are served sooner'
complete -c jupyterhub-proxy -n "__fish_jupyterhub_proxy_needs_command" -s h -l help -d 'Print help'
complete -c jupyterhub-proxy -n "__fish_jupyterhub_proxy_needs_command" -s V -l version -d 'Print version'
complete -c jupyterhub-proxy -n "__fish_jupyterhub_proxy_needs_command" -f -a "completions" -d 'Print what completes command lines of this program in a shell'
complete -c jupyterhub-proxy -n "__fish_jupyterhub_proxy_using_subcommand completions" -s h -l help -d 'Print help'
