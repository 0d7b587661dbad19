//! What stands in a label.

use portolan_container::Code;

/// A string in a label `docker-events.*` that cannot be carried out: it is not of the language of `ip`.
///
/// Severity: error. Listed under: Addresses, routes and rules.
///
/// ## What it is
///
/// A string in a label `docker-events.address`, `.route`, `.rule` or `.host-route` is not one that `ip` would take after that word. It is left
/// out. The other strings of the container, before it and after it, are carried out, unless `network.onError` is `rollback`: then none is.
///
/// ## Why it matters
///
/// The container runs without that address, route or rule.
///
/// ## Example
///
/// ```yaml compose.yaml
/// services:
///   app:
///     image: example.com/app
///     expose: [80]
///     labels:
///       docker-events.route: delete default;add default vai 172.20.20.1
///       docker-events.rule: add from 172.20.20.0/24 table 100 | tee log
/// ```
///
/// ```sh
/// docker-watcher render compose.yaml
/// ```
///
/// ```text
/// error[network-string]: demo-app-1: either "to" is duplicate, or "vai" is a garbage
///  --> label of demo-app-1:1:48
///   |
/// 1 | docker-events.route=delete default;add default vai 172.20.20.1
///   |                                                ^^^
/// error[network-string]: demo-app-1: argument "|" is wrong: Failed to parse rule type
///  --> label of demo-app-1:1:54
///   |
/// 1 | docker-events.rule=add from 172.20.20.0/24 table 100 | tee log
///   |                                                      ^
///   |
///   = help: no shell reads this: quotes, `#`, `|` and so on have no meaning
/// ```
///
/// ## Instead
///
/// The message is that of `ip`, so that it can be looked up, and the mark is under the word that it is about. Write the string as you would
/// after `ip route` on a command line, without `ip route` itself, and separate strings by semicolons.
///
/// There is no shell: quotes, `#`, `|`, `&&`, `*` and `$(…)` are words like any other, which `ip` does not know. `show`, `list` and
/// `get` are refused too, since they change nothing.
/// To try a string: `docker-watcher net --dry-run CONTAINER route 'add default via 172.20.20.1'`.
///
/// ## Where the rule comes from
///
/// The grammar is that of `ip` in iproute2 6.1, with its abbreviations; [the reference](../reference/labels.md#docker-events) says what there is
/// beyond it.
pub const STRING: Code = Code("network-string");

/// A variable in `docker-events.host-route` that has no value, or one that is not a single word.
///
/// Severity: error. Listed under: Addresses, routes and rules.
///
/// ## What it is
///
/// A string has a variable that cannot be replaced: nobody gives it a value, its value is not one word, or it stands where there are no variables. The
/// string is left out; the others are carried out, unless `network.onError` is `rollback`: then none is.
///
/// ## Why it matters
///
/// A route or an address with a piece missing would be another one. Without it the container runs as if the string were not there.
///
/// ## Example
///
/// ```yaml compose.yaml
/// services:
///   vpn:
///     image: example.com/vpn
///     expose: [80]
///     labels:
///       docker-events.host-route: replace $${VPN_NET}/24 via $$GATEWAY
///       docker-events.route: replace 10.8.0.0/16 via $$GATEWAY
/// ```
///
/// ```yaml docker-watcher.yml
/// network:
///   variables:
///     VPN_NET: 10.8.0.0
/// ```
///
/// ```sh
/// docker-watcher render --config docker-watcher.yml compose.yaml
/// ```
///
/// ```text
/// error[network-variable]: demo-vpn-1: `$`: there are variables in `docker-events.host-route` only
///  --> label of demo-vpn-1:1:45
///   |
/// 1 | docker-events.route=replace 10.8.0.0/16 via $GATEWAY
///   |                                             ^^^^^^^^
///   |
///   = help: write the value itself; in a Compose file `$NAME` is replaced by Compose
/// error[network-variable]: demo-vpn-1: variable `GATEWAY` has no value
///  --> label of demo-vpn-1:1:52
///   |
/// 1 | docker-events.host-route=replace ${VPN_NET}/24 via $GATEWAY
///   |                                                    ^^^^^^^^
///   |
///   = help: set it under `network.variables` in the settings, or in the environment of the service
/// ```
///
/// ## Instead
///
/// Set the variable below [`network.variables`](../reference/settings.md#networkvariables), or in the environment of the service; the settings win.
/// A value is one word or a part of one: it is put in once and never taken apart again.
///
/// Variables are for `docker-events.host-route` alone, and for the watcher, on whose machine the route is made. In a Compose file write `$$GATEWAY`
/// for them: Compose itself replaces `$GATEWAY`, before the container is made, and does so in all labels.
///
/// ## Where the rule comes from
///
/// docker-events, whose shell replaced variables in all labels by its own environment. It replaced those that are not set by nothing, so
/// that a route could go astray without a word, and took apart what values have.
pub const VARIABLE: Code = Code("network-variable");

/// A label below `docker-events.` that nobody reads.
///
/// Severity: warning. Listed under: Addresses, routes and rules.
///
/// ## What it is
///
/// A label begins with `docker-events.`, and nobody reads it. It is most probably misspelt.
///
/// ## Why it matters
///
/// What the label was to set up is not, and no other program reads it either.
///
/// ## Example
///
/// ```yaml compose.yaml
/// services:
///   app:
///     image: example.com/app
///     expose: [80]
///     labels:
///       docker-events.routes: replace default via 172.20.20.1
/// ```
///
/// ```sh
/// docker-watcher render compose.yaml
/// ```
///
/// ```text
/// warning[network-unknown-label]: demo-app-1: nobody reads this label
///  --> label of demo-app-1:1:15
///   |
/// 1 | docker-events.routes=replace default via 172.20.20.1
///   |               ^^^^^^
///   |
///   = help: did you mean `docker-events.route`?
/// ```
///
/// ## Instead
///
/// Use one of the four labels: `docker-events.address`, `docker-events.route`, `docker-events.rule`, `docker-events.host-route`. Their case matters. For
/// anything else that shall happen when a container starts there are [scripts](../guide/scripts.md).
///
/// ## Where the rule comes from
///
/// docker-events reads these four, and leaves all others alone without a word.
pub const UNKNOWN: Code = Code("network-unknown-label");

/// Something in a string that `ip` would warn of and ignore.
///
/// Severity: warning. Listed under: Addresses, routes and rules.
///
/// ## What it is
///
/// A word in a string has no effect, and `ip` would say so and go on: a flag that only the kernel sets, or one for IPv6 in front of an address
/// that is not known to be one. The rest of the string is carried out.
///
/// ## Why it matters
///
/// Whoever wrote the word expects something of it that does not happen.
///
/// ## Example
///
/// ```yaml compose.yaml
/// services:
///   app:
///     image: example.com/app
///     expose: [80]
///     labels:
///       docker-events.address: add nodad 2001:db8::5/64 dev eth0
/// ```
///
/// ```sh
/// docker-watcher render compose.yaml
/// ```
///
/// ```text
/// warning[network-ignored]: demo-app-1: `ip address add nodad 2001:db8::5/64 dev eth0`: nodad option can be set only for IPv6 addresses
///  --> label of demo-app-1:1:23
///   |
/// 1 | docker-events.address=add nodad 2001:db8::5/64 dev eth0
///   |                       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
/// ```
///
/// ## Instead
///
/// Remove the word, or put it where it counts: flags for IPv6 such as `nodad` stand behind the address, as in `add 2001:db8::5/64 dev eth0 nodad`.
/// `-6` before the string does as well.
///
/// ## Where the rule comes from
///
/// The warning is that of `ip` in iproute2 6.1, word for word.
pub const IGNORED: Code = Code("network-ignored");
