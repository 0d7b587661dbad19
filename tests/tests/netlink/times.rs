//! Times, whose numbers are those of two functions of C's library.

use anyhow::{Result, ensure};
use portolan_tests::netns::with_tables;
use portolan_tests::{Need, unmet};

use crate::ours;
use crate::random::Random;
use crate::sequence::Call;
use crate::twin::{Subject, Twin};

/// What times are put together from, in this order: some of nothing.
const PIECES: [&[&str]; 6] = [
    &["", "", "", "+", "-"],
    &["", "0", "0x", "0X", "0x0", "00"],
    &["", "1", "12", "8", "a", "fF", "9007199254740993", "ffffffffffffffffffffff"],
    &["", ".", ".", ".", ".", "..", ".8", ".5", ".c0000000000000000000000001", ".000000001"],
    &["", "", "", "p3", "P-2", "p+4", "p", "p-1074", "p9999999999", "e2", "E-1", "e", "e+", "e999", "p+x"],
    &["", "", "s", "ms", "SECS", "msec", "sec", "m", "ss", " "],
];

const TIMES: usize = 400;

#[test]
fn a_time_is_read_as_by_the_real_ip() -> Result<()> {
    if unmet(&[Need::Namespaces])?.is_some() {
        return Ok(());
    }
    with_tables(|| {
        let names = ours::names();
        let ours: &Subject<'_> = &|topology, call| ours::call(topology, &names, call);
        let mut twin = Twin::new(ours)?;
        let mut random = Random::new(3);
        let call = |_| {
            let time: String = PIECES.iter().map(|pieces| random.pick(pieces)).collect();
            let keyword = random.pick(&["rtt", "rttvar", "rto_min"]);
            let text = format!("replace 10.77.0.0/16 dev eth0 {keyword} {}", time.trim());
            Call { option: None, kind: "route".to_owned(), text }
        };
        let calls: Vec<Call> = (0..TIMES).map(call).collect();
        let differs = |_: &Call, pair: &crate::twin::Pair| {
            pair.real.exit != pair.other.exit || !pair.difference.is_empty()
        };
        let found = twin.first_difference(&calls, &differs)?;
        ensure!(found.is_none(), "{found:?}: {:?}", found.as_ref().map(|(at, _)| &calls[*at]));
        let [_, done, changed] = twin.counts;
        ensure!(
            done > TIMES / 20 && changed > TIMES / 40,
            "{done} were carried out, {changed} changed something"
        );
        Ok(())
    })
}
