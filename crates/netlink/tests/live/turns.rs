use std::fs::File;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

use portolan_netlink::{Error, Namespace};

use crate::scratch::{LONG, namespace};

/// Long enough to get in, were one let in.
const SHORT: Duration = Duration::from_millis(50);

/// Another file of the same namespace.
fn again(namespace: &Namespace) -> (Namespace, File) {
    let open = |_: &mut _| (Namespace::own().unwrap(), File::open("/proc/thread-self/ns/net").unwrap());
    let (second, file) = namespace.run(LONG, open).unwrap();
    assert_eq!(second.id(), namespace.id());
    (second, file)
}

#[test]
fn threads_take_turns() {
    let Some(first) = namespace() else { return };
    let (second, _) = again(&first);
    let (entered, mut others) = channel();
    thread::scope(|scope| {
        let (second, waiting) = (&second, &mut others);
        let held = first.run(LONG, move |_| {
            scope.spawn(move || second.run(LONG, move |_| entered.send(()).unwrap()).unwrap());
            waiting.recv_timeout(SHORT)
        });
        assert_eq!(held.unwrap(), Err(RecvTimeoutError::Timeout), "one at a time");
        others.recv_timeout(LONG).expect("the second gets its turn");
    });
}

#[test]
fn a_turn_is_not_waited_for_without_end() {
    let Some(first) = namespace() else { return };
    let (second, _) = again(&first);
    let locked = first.run(LONG, |_| second.run(SHORT, |_| ())).unwrap().unwrap_err();
    assert!(
        matches!(locked, Error::Locked { namespace, after: SHORT } if namespace == first.id()),
        "{locked:?}"
    );
    second.run(SHORT, |_| ()).expect("it is free now");
}

#[test]
fn another_namespace_has_turns_of_its_own() {
    let (Some(first), Some(second)) = (namespace(), namespace()) else { return };
    assert_ne!(first.id(), second.id());
    first.run(LONG, |_| second.run(SHORT, |_| ())).unwrap().unwrap();
}

#[test]
fn a_panic_gives_the_turn_back() {
    let Some(first) = namespace() else { return };
    let panicked =
        thread::scope(|scope| scope.spawn(|| first.run(LONG, |_| panic!("on purpose"))).join().is_err());
    assert!(panicked);
    first.run(SHORT, |_| ()).unwrap();
}

#[test]
fn another_process_is_waited_for() {
    let Some(namespace) = namespace() else { return };
    // As another process has it: a lock is the open file's, not the process's.
    let (_, theirs) = again(&namespace);
    theirs.lock().unwrap();
    let (entered, ours) = channel();
    thread::scope(|scope| {
        scope.spawn(|| namespace.run(LONG, move |_| entered.send(()).unwrap()).unwrap());
        assert_eq!(ours.recv_timeout(SHORT), Err(RecvTimeoutError::Timeout));
        theirs.unlock().unwrap();
        ours.recv_timeout(LONG).expect("it is free now");
    });

    namespace.run(LONG, |_| assert!(theirs.try_lock().is_err(), "they wait for us")).unwrap();
    theirs.try_lock().unwrap();
}

#[test]
fn what_is_in_a_container_cannot_hold_up_its_labels() {
    let Some(namespace) = namespace() else { return };
    let (_, theirs) = again(&namespace);
    theirs.lock().unwrap();
    let begun = Instant::now();
    namespace.run(LONG, |_| ()).unwrap();
    assert!(begun.elapsed() < LONG / 2);
}
