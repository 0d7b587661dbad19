use std::time::{Duration, Instant};

use netlink_packet_core::{NLM_F_DUMP, NLM_F_REQUEST};
use portolan_netlink::{Answer, Error, Request, Socket};

use crate::scratch::{LONG, bad, done, good, namespace, silent};

fn unreachable() -> Answer {
    Answer { errno: 101, message: Some("Nexthop has invalid gateway".to_owned()) }
}

#[test]
fn the_kernel_says_it_in_its_own_words() {
    let Some(namespace) = namespace() else { return };
    let answers = namespace.run(LONG, |socket| socket.send(&[bad()])).unwrap().unwrap();
    assert_eq!(answers, [unreachable()]);
    assert_eq!(answers[0].text(), "Error: Nexthop has invalid gateway.");
}

#[test]
fn answers_come_back_in_place() {
    let Some(namespace) = namespace() else { return };
    // With an error first and last, in the middle, on both sides of where a batch ends; more than one batch.
    let wrong = [0, 31, 63, 64, 100, 199];
    let check = |first: usize, change: &dyn Fn(usize, Request) -> Request| {
        let request = |at| change(at, if wrong.contains(&at) { bad() } else { good(first + at) });
        let requests: Vec<_> = (0..200).map(request).collect();
        let answers = namespace.run(LONG, |socket| socket.send(&requests)).unwrap().unwrap();
        let expected: Vec<_> =
            (0..200).map(|at| if wrong.contains(&at) { unreachable() } else { done() }).collect();
        assert_eq!(answers, expected);
    };
    check(0, &|_, request| request);
    check(200, &|_, request| silent(request));
    check(400, &|at, request| if at % 3 == 0 { silent(request) } else { request });

    let again = namespace.run(LONG, |socket| socket.send(&[good(1), good(9_999)])).unwrap().unwrap();
    assert_eq!(again, [Answer { errno: 17, message: None }, done()], "they have been sent");
    assert_eq!(namespace.run(LONG, |socket| socket.send(&[])).unwrap().unwrap(), []);
}

#[test]
fn a_table_that_there_is_not() {
    let Some(namespace) = namespace() else { return };
    let header = [2, 0, 0, 0, 100, 0, 0, 0, 0, 0, 0, 0];
    let request = Request { kind: 26, flags: NLM_F_REQUEST | NLM_F_DUMP, body: header.to_vec() };
    let (refused, later) =
        namespace.run(LONG, |socket| (socket.dump(&request), socket.send(&[good(1)]))).unwrap();
    let Err(Error::Refused { what: "routes", answer }) = refused else { panic!("{refused:?}") };
    // Of a dump with `ipv4: ` before it, of a deletion without.
    assert!(answer.text().ends_with("FIB table does not exist."), "{answer:?}");
    assert_eq!(later.unwrap(), [done()], "the socket is good for more");
}

#[test]
fn a_dump_that_the_kernel_does_not_know() {
    let mut socket = Socket::open(LONG).unwrap();
    let refused = socket.dump(&Request { kind: 26, flags: NLM_F_REQUEST | NLM_F_DUMP, body: vec![2] });
    let Err(Error::Refused { answer, .. }) = refused else { panic!("{refused:?}") };
    assert_eq!(answer.errno, 22);
}

#[test]
fn what_gets_no_answer_ends_in_time() {
    let timeout = Duration::from_millis(20);
    let mut socket = Socket::open(timeout).unwrap();
    // Nothing to do, and nobody asked how it went.
    let silence = Request { kind: 1, flags: NLM_F_REQUEST, body: Vec::new() };
    let begun = Instant::now();
    let result = socket.dump(&silence);
    assert!(matches!(result, Err(Error::Timeout { after }) if after == timeout), "{result:?}");
    assert!(begun.elapsed() >= timeout);
    assert_eq!(socket.send(&[silence]).unwrap(), [done()], "this one is followed by a question");
}
