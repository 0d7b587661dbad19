use std::env;
use std::fs::File;
use std::process::{Command, Stdio};

use portolan_netlink::{Error, Namespace, State};

use crate::scratch::{LONG, address, namespace, skip};

/// Runs a test of this program again without any capability, with the namespace on standard input.
#[test]
fn without_rights() {
    let Some(namespace) = namespace() else { return };
    let theirs = namespace.run(LONG, |_| File::open("/proc/thread-self/ns/net").unwrap()).unwrap();
    #[expect(clippy::disallowed_methods, reason = "capabilities are of a process; ours are needed beside")]
    let output = Command::new("setpriv")
        .args(["--bounding-set=-all", "--inh-caps=-all"])
        .arg(env::current_exe().unwrap())
        .args(["--ignored", "--exact", "rights::inside_without_rights"])
        .stdin(Stdio::from(theirs))
        .output();
    let Ok(output) = output else { return skip("no `setpriv`") };
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && text.contains("1 passed"), "{text}");
}

#[test]
#[ignore = "run by `without_rights`, with what it needs"]
fn inside_without_rights() {
    let error = Namespace::open("/proc/self/fd/0").unwrap().run(LONG, |_| ()).unwrap_err();
    assert!(matches!(error, Error::Enter { .. }), "{error:?}");
    assert!(error.help().unwrap().contains("CAP_SYS_ADMIN"), "{error:?}");

    // Where it is already.
    let own = Namespace::own().unwrap();
    own.run(LONG, State::read).unwrap().unwrap();
    let answers = own.run(LONG, |socket| socket.send(&[address([192, 0, 2, 1])])).unwrap().unwrap();
    assert_eq!(answers[0].text(), "RTNETLINK answers: Operation not permitted");
    assert!(answers[0].help().unwrap().contains("CAP_NET_ADMIN"));

    let error =
        portolan_netlink::Process::open("/proc".as_ref(), 1).and_then(|it| it.namespace()).unwrap_err();
    assert!(error.help().unwrap().contains("CAP_SYS_PTRACE"), "{error:?}");
}
