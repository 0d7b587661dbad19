//! The measure itself: what is compared here must tell things apart, and be the same where nothing differs.

use anyhow::{Result, ensure};
use portolan_tests::netns::{Topology, with_tables};
use portolan_tests::{Need, unmet};

#[test]
fn two_topologies_are_the_same_until_one_is_changed() -> Result<()> {
    if unmet(&[Need::Namespaces])?.is_some() {
        return Ok(());
    }
    with_tables(|| {
        let (mut one, mut two) = (Topology::new()?, Topology::new()?);
        let fresh = one.snapshot()?;
        ensure!(fresh == two.snapshot()?, "{}", fresh.difference(&two.snapshot()?));
        for string in [
            "address add 172.16.5.1/24 dev eth0 valid_lft 300 preferred_lft 100",
            "address add 2001:db8:5::1/64 dev eth1",
            "address flush dev lo",
            "address flush dev eth1",
            "route add default via 10.0.0.1",
            "route add 2001:db8:9::/64 via 2001:db8::1 table 1000",
            "route flush table all",
            "rule add from 10.0.0.0/8 table vpn",
            "rule add pref 0 table 7",
            "rule flush",
            "rule del pref 0",
            "-6 rule add from 2001:db8::/64 goto 40000 pref 100",
            "-6 rule flush",
            "nexthop add id 12 via 10.0.0.1 dev eth0",
            "address del 10.0.0.2/24 dev eth0",
        ] {
            let arguments: Vec<_> = string.split_whitespace().collect();
            let (told, _) = one.ip(&arguments)?;
            ensure!(told.exit == 0, "{string}: {told:?}");
            let changed = one.snapshot()?;
            ensure!(changed != two.snapshot()?, "{string}: no difference");
            two.ip(&arguments)?;
            ensure!(changed == two.snapshot()?, "{string}: {}", changed.difference(&two.snapshot()?));
            one.restore()?;
            two.restore()?;
        }
        ensure!(fresh == one.snapshot()? && fresh == two.snapshot()?);
        Ok(())
    })
}
