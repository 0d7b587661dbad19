use std::path::Path;
use std::process::ExitCode;

use portolan_netlink::{
    AddressFamily, Context, Dialect, Done, Error, Filter, Links, Namespace, OnError, Parsed, Plan, Refusal,
    Request, Socket, State, Step, carry_out, parse, step, system,
};
use portolan_settings::Settings;

use super::Asked;
use crate::cli::NetArguments;
use crate::{configure, report};

/// Does what `ip` would do with the string, and no more: its words on standard error, its code.
pub(super) fn run(arguments: &NetArguments, asked: &Asked) -> anyhow::Result<ExitCode> {
    let (names, complaints) = system::names(Path::new("/"));
    for complaint in complaints {
        report::line("warning", &complaint, None);
    }
    let family = match arguments.family() {
        Some("-4") => AddressFamily::Inet,
        Some(_) => AddressFamily::Inet6,
        None => AddressFamily::Unspec,
    };
    let context = Context { names: &names, dialect: Dialect::Ip, family };
    let parsed = parse(asked.kind.object(), &asked.text, context);
    if let Err(refusal) = &parsed
        && refusal.lookups.is_empty()
    {
        return Ok(refuse(&refusal.clone().in_namespace(&Links::default())));
    }
    // Only to find out where: the rest of the settings is not for `ip`.
    let settings = if asked.container.is_some() || arguments.pid.is_some() {
        configure::settings(&arguments.common, Vec::new())?
    } else {
        Settings::default()
    };
    let (namespace, _) = asked.place(arguments, &settings)?;
    match parsed {
        Ok(parsed) => done(arguments, &parsed, &namespace, &settings),
        Err(refusal) => {
            let refusal = namespace.run(settings.network.timeout, |socket| first(refusal, socket));
            Ok(refuse(&refusal.map_err(report::network)?.map_err(report::network)?))
        }
    }
}

/// What `ip` would complain of: something that is not there, or what is given.
fn first(refusal: Refusal, socket: &mut Socket) -> Result<Refusal, Error> {
    Ok(refusal.in_namespace(&State::read(socket)?.links))
}

fn done(
    arguments: &NetArguments,
    parsed: &Parsed,
    namespace: &Namespace,
    settings: &Settings,
) -> anyhow::Result<ExitCode> {
    for warning in &parsed.warnings {
        report::plain(warning);
    }
    let outcome = namespace.run(settings.network.timeout, |socket| -> Result<_, Error> {
        let state = State::read(socket)?;
        let plan = Plan { steps: vec![step(&parsed.action, &state)] };
        if arguments.dry_run {
            return Ok((plan, None));
        }
        let mut outcome = carry_out(&plan, socket, &state, OnError::Continue)?;
        Ok((plan, outcome.steps.pop()))
    });
    let (plan, done) = outcome.map_err(report::network)?.map_err(report::network)?;
    if arguments.dry_run {
        if let [Step::Refused(refusal)] = plan.steps.as_slice() {
            return Ok(refuse(refusal));
        }
        super::print(&conversation(&plan), arguments.format)?;
    }
    Ok(match done {
        Some(Done::Failed(answer)) => {
            plan.steps.first().map_or(ExitCode::FAILURE, |step| refuse(&step.failed(&answer)))
        }
        Some(Done::Refused(refusal)) => refuse(&refusal),
        _ => ExitCode::SUCCESS,
    })
}

/// The messages as `ip` would send them: a flush looks again whether anything is left.
fn conversation(plan: &Plan) -> Vec<&Request> {
    let mut requests = plan.requests();
    if let [Step::Flush { filter, dump, forecast }] = plan.steps.as_slice() {
        let again = match filter.as_ref() {
            Filter::Addresses(filter) => !filter.once(),
            Filter::Routes(_) => true,
            Filter::Rules(_) => false,
        };
        if again && !forecast.is_empty() {
            requests.push(dump);
        }
    }
    requests
}

fn refuse(refusal: &Refusal) -> ExitCode {
    report::plain(&refusal.text);
    ExitCode::from(refusal.exit.code())
}
