//! Routes into a network namespace: a message each over one socket, beside `nsenter ip -batch`. As root; else it is left out.

#![expect(clippy::expect_used, clippy::print_stdout, reason = "a benchmark that cannot run ends")]

use std::collections::BTreeMap;
use std::time::Duration;

use divan::Bencher;
use nix::unistd::Uid;
use portolan_netlink::{
    Allow, Kind, Link, Links, Names, Namespace, Place, Request, State, Step, parts, plan,
};
use portolan_tests::{NetworkNamespace, command, output};

fn main() {
    if Uid::effective().is_root() {
        divan::main();
    } else {
        println!("left out: a network namespace takes root");
    }
}

const LIMIT: Duration = Duration::from_secs(5);

/// Routes that are there after the first time, so that each time does the same.
fn routes(count: usize) -> Vec<String> {
    (0..count).map(|number| format!("replace 198.18.{number}.0/24 dev lo")).collect()
}

fn requests(count: usize) -> Vec<Request> {
    let labels = BTreeMap::from([(Kind::Route.label(), routes(count).join(";"))]);
    let (parts, findings) = parts(&labels, &Names::built_in(), &|_| None);
    assert!(findings.is_empty(), "{findings:?}");
    let lo = Link { index: 1, name: "lo".to_owned(), ..Link::default() };
    let state = State { links: Links::new(vec![lo]), ..State::default() };
    let steps = plan(&parts, &state, Place::Container, Allow::default()).steps;
    let request = |step| match step {
        Step::Send { request, .. } => Some(request),
        _ => None,
    };
    let requests: Vec<_> = steps.into_iter().filter_map(request).collect();
    assert_eq!(requests.len(), count);
    requests
}

/// Enters the namespace for each batch, on a thread of its own, with a new socket.
#[divan::bench(args = [8, 64])]
fn messages(bencher: Bencher<'_, '_>, count: usize) {
    let own = NetworkNamespace::new().expect("a namespace");
    own.enter().expect("is entered");
    let namespace = Namespace::own().expect("is open");
    let requests = requests(count);
    bencher.bench_local(|| {
        let answers =
            namespace.run(LIMIT, |socket| socket.send(&requests)).expect("is entered").expect("answers");
        assert!(answers.iter().all(|answer| answer.errno == 0), "{answers:?}");
    });
}

/// The same by the programs.
#[divan::bench(args = [8, 64], sample_count = 100, sample_size = 1)]
fn ip_batch(bencher: Bencher<'_, '_>, count: usize) {
    let own = NetworkNamespace::new().expect("a namespace");
    own.enter().expect("is entered");
    // The thread's: that of the process is another.
    let net = format!("--net=/proc/{}/task/{}/ns/net", std::process::id(), nix::unistd::gettid());
    let lines: String = routes(count).iter().map(|route| format!("route {route}\n")).collect();
    bencher.bench_local(|| {
        output(command("nsenter").args([&net, "ip", "-batch", "-"]), lines.as_bytes()).expect("succeeds")
    });
}
