# Print an optspec for argparse to handle cmd's options that are independent of any subcommand.
function __fish_podman_hook_global_optspecs
    string join \n h/help V/version
end

function __fish_podman_hook_needs_command
    # Figure out if the current invocation already has a command.
    set -l cmd (commandline -opc)
    set -e cmd[1]
    argparse -s (__fish_podman_hook_global_optspecs) -- $cmd 2>/dev/null
    or return
    if set -q argv[1]
        # Also print the command, so this can be used to figure out what it is.
        echo $argv[1]
        return 1
    end
    return 0
end

function __fish_podman_hook_using_subcommand
    set -l cmd (__fish_podman_hook_needs_command)
    test -z "$cmd"
    and return 1
    contains -- $cmd[1] $argv
end

complete -c podman-hook -n "__fish_podman_hook_needs_command" -s h -l help -d 'Print help'
complete -c podman-hook -n "__fish_podman_hook_needs_command" -s V -l version -d 'Print version'
complete -c podman-hook -n "__fish_podman_hook_needs_command" -f -a "install" -d 'Have Podman call the hook for each container'
complete -c podman-hook -n "__fish_podman_hook_needs_command" -f -a "uninstall" -d 'Have Podman call the hook no more'
complete -c podman-hook -n "__fish_podman_hook_needs_command" -f -a "sync" -d 'Write the file anew from what is known, without containers that have ended'
complete -c podman-hook -n "__fish_podman_hook_needs_command" -f -a "status" -d 'Tell which containers are known, and what last went wrong'
complete -c podman-hook -n "__fish_podman_hook_needs_command" -f -a "completions" -d 'Print what completes command lines of this program in a shell'
complete -c podman-hook -n "__fish_podman_hook_using_subcommand install" -l output -d 'The directory for Traefik\'s files, whatever the settings say' -r -F
complete -c podman-hook -n "__fish_podman_hook_using_subcommand install" -l hooks-dir -d 'The directory for hooks' -r -F
complete -c podman-hook -n "__fish_podman_hook_using_subcommand install" -l user -d 'For your own containers, and not for root\'s'
complete -c podman-hook -n "__fish_podman_hook_using_subcommand install" -l print -d 'Print what would be written, and write nothing'
complete -c podman-hook -n "__fish_podman_hook_using_subcommand install" -l force -d 'Replace files that somebody else wrote'
complete -c podman-hook -n "__fish_podman_hook_using_subcommand install" -s h -l help -d 'Print help'
complete -c podman-hook -n "__fish_podman_hook_using_subcommand uninstall" -l hooks-dir -d 'The directory for hooks, if another was given to `install`' -r -F
complete -c podman-hook -n "__fish_podman_hook_using_subcommand uninstall" -l user -d 'For your own containers, and not for root\'s'
complete -c podman-hook -n "__fish_podman_hook_using_subcommand uninstall" -s h -l help -d 'Print help'
complete -c podman-hook -n "__fish_podman_hook_using_subcommand sync" -s h -l help -d 'Print help'
complete -c podman-hook -n "__fish_podman_hook_using_subcommand status" -l format -d 'For people or for programs' -r -f -a "text\t'Lines for people'
json\t'JSON for programs'"
complete -c podman-hook -n "__fish_podman_hook_using_subcommand status" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c podman-hook -n "__fish_podman_hook_using_subcommand completions" -s h -l help -d 'Print help'
