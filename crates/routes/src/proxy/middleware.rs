mod access;
mod headers;

use std::collections::BTreeSet;

use portolan_container::{Diagnostic, LabelPlace};
use portolan_labels::aliased::{Fields, Value};
use portolan_labels::suggest;

use super::Route;
use super::asked::End;
use super::unsupported::Unsupported;
use crate::codes::{APPROXIMATED, ROUTE_DROPPED, UNSUPPORTED_FIELD};
use crate::model::{Middleware, RedirectScheme};

/// The middlewares of a route, in the order in which requests go through them, each with what its name ends in.
#[derive(Debug, Default)]
pub(super) struct Chain {
    pub(super) middlewares: Vec<(String, Middleware)>,
    pub(super) diagnostics: Vec<Diagnostic>,
    /// The aliases of the routes that it asks.
    pub(super) asks: BTreeSet<String>,
    /// Whether one of them is wrong or missing that a route cannot be without.
    pub(super) is_broken: bool,
}

/// What one middleware comes to.
#[derive(Debug)]
enum Made {
    /// These, each with the end of its name.
    These(Vec<(&'static str, Middleware)>),
    /// One that has a route's application asked.
    Asks(access::Asked),
    /// Nothing, and nothing is lost.
    Nothing(&'static str),
    /// Nothing that Traefik has: the route goes without it.
    Missing(&'static str),
    /// Nothing that Traefik has, and it keeps people out.
    Fatal(&'static str),
}

/// A middleware's names in lower case and without underscores, what it is called, and how it is made.
type Entry = (&'static [&'static str], &'static str, fn(&mut Fields<'_>, &mut Notes) -> Made);

/// What is worth knowing of a middleware's options.
type Notes = Vec<Unsupported>;

const MIDDLEWARES: &[Entry] = &[
    (&["redirecthttp"], "redirect_http", redirect),
    (&["cidrwhitelist"], "cidr_whitelist", access::cidr_whitelist),
    (&["ratelimit"], "rate_limit", access::rate_limit),
    (&["request", "modifyrequest"], "request", headers::request),
    (&["response", "modifyresponse"], "response", headers::response),
    (&["setxforwarded"], "set_x_forwarded", forwarded),
    (&["hidexforwarded"], "hide_x_forwarded", forwarded),
    (&["realip"], "real_ip", |fields, _| {
        fields.rest();
        Made::Missing("set `forwardedHeaders.trustedIPs` of the entry point")
    }),
    (&["cloudflarerealip"], "cloudflare_real_ip", |fields, _| {
        fields.rest();
        Made::Missing("set `forwardedHeaders.trustedIPs` of the entry point")
    }),
    (&["forwardauth"], "forward_auth", access::forward_auth),
    (&["oidc"], "oidc", |fields, _| {
        fields.rest();
        Made::Fatal("it takes a plugin or Traefik's `forwardAuth`")
    }),
    (&["crowdsec"], "crowdsec", |fields, _| {
        fields.rest();
        Made::Fatal("it takes a plugin")
    }),
    (&["hcaptcha"], "hcaptcha", |fields, _| {
        fields.rest();
        Made::Fatal("it takes a plugin")
    }),
    (&["errorpage", "customerrorpage"], "error_page", |fields, _| {
        fields.rest();
        Made::Missing("Traefik's `errors` takes pages from a service")
    }),
    (&["modifyhtml"], "modify_html", |fields, _| {
        fields.rest();
        Made::Missing("it does not change what answers hold")
    }),
    (&["themed"], "themed", |fields, _| {
        fields.rest();
        Made::Missing("it does not change what answers hold")
    }),
];

/// The middlewares that a route's labels ask for; `end` tells where the route of an alias ends.
pub(super) fn chain(route: &Route<'_>, end: &dyn Fn(&str) -> Option<End>) -> Chain {
    let mut chain = Chain::default();
    let mut made = Vec::new();
    for (spelled, value) in &route.middlewares {
        let folded: String = spelled.chars().filter(|c| *c != '_').flat_map(char::to_lowercase).collect();
        let entry = MIDDLEWARES.iter().find(|(names, ..)| names.contains(&folded.as_str()));
        let Some((_, name, make)) = entry else {
            chain.unknown(spelled, value);
            continue;
        };
        let mut fields = Fields::of(value);
        let mut notes = Notes::new();
        let priority = fields.read("priority", Value::integer).unwrap_or_default();
        if let Some(bypass) = fields.take(&["bypass"]).filter(|bypass| !bypass.is_empty()) {
            let why = "its middlewares know no exceptions, so this one is for all requests";
            notes.push(Unsupported::new("bypass", why, &bypass));
        }
        let of_kind = make(&mut fields, &mut notes);
        let errors = fields.finish();
        let is_wrong = !errors.is_empty();
        for error in errors {
            let mut diagnostic = Diagnostic::from(error);
            diagnostic.code = ROUTE_DROPPED;
            diagnostic.message = format!(
                "the route is not written: validation error of middleware `{name}`: {}",
                diagnostic.message
            );
            chain.diagnostics.push(diagnostic);
        }
        chain.is_broken |= is_wrong;
        if is_wrong {
            continue;
        }
        chain.diagnostics.extend(notes.iter().map(Unsupported::diagnostic));
        let place = value.name_place(spelled);
        match of_kind {
            Made::These(these) => made.push((priority, *name, these)),
            Made::Asks(asked) => {
                chain.asks.insert(asked.route.clone());
                match end(&asked.route) {
                    Some(end) => made.push((priority, *name, vec![("", asked.middleware(&end))])),
                    None => chain.unknown_route(name, &asked.route, place),
                }
            }
            Made::Nothing(why) => chain.tell(false, name, why, place),
            Made::Missing(why) => chain.tell(true, name, why, place),
            Made::Fatal(why) => {
                chain.fail(&format!("middleware `{name}` has no equivalent in Traefik: {why}"), place)
            }
        }
    }
    made.sort_by_key(|(priority, name, _)| (*priority, *name));
    for (_, name, these) in made {
        for (end, middleware) in these {
            let name = if end.is_empty() { name.to_owned() } else { format!("{name}-{end}") };
            chain.middlewares.push((name, middleware));
        }
    }
    chain
}

impl Chain {
    fn unknown(&mut self, spelled: &str, value: &Value<'_>) {
        let known = MIDDLEWARES.iter().map(|(_, name, _)| *name);
        let message = format!("there is no middleware `{spelled}`");
        self.fail(&message, value.name_place(spelled));
        if let (Some(near), Some(last)) = (suggest(spelled, known), self.diagnostics.last_mut()) {
            last.help = Some(format!("did you mean `{near}`?"));
        }
    }

    fn unknown_route(&mut self, name: &str, alias: &str, place: LabelPlace) {
        let message = format!(
            "no container that runs on this engine has the route `{alias}`, which middleware `{name}` asks"
        );
        self.fail(&message, place);
        if let Some(last) = self.diagnostics.last_mut() {
            last.help = Some(format!("start it, or name another in `middlewares.{name}.route`"));
        }
    }

    fn fail(&mut self, why: &str, place: LabelPlace) {
        self.is_broken = true;
        self.diagnostics
            .push(Diagnostic::error(ROUTE_DROPPED, format!("the route is not written: {why}")).at(place));
    }

    fn tell(&mut self, is_missed: bool, name: &str, why: &str, place: LabelPlace) {
        let diagnostic = match is_missed {
            true => {
                let message = format!("middleware `{name}` has no equivalent in Traefik: {why}");
                Diagnostic::warning(UNSUPPORTED_FIELD, message)
            }
            false => Diagnostic::info(APPROXIMATED, format!("middleware `{name}` is not needed: {why}")),
        };
        self.diagnostics.push(diagnostic.at(place));
    }
}

/// Traefik answers 301 to GET and 308 to others, GoDoxy 308 to all.
fn redirect(_: &mut Fields<'_>, _: &mut Notes) -> Made {
    let redirect = RedirectScheme {
        scheme: Some("https".to_owned()),
        permanent: Some(true),
        ..RedirectScheme::default()
    };
    let middleware = Middleware { redirect_scheme: Some(Box::new(redirect)), ..Middleware::default() };
    Made::These(vec![("", middleware)])
}

fn forwarded(_: &mut Fields<'_>, _: &mut Notes) -> Made {
    Made::Nothing(
        "Traefik's entry points take such headers from nobody whom they do not trust, and set their own",
    )
}
