use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::Value;

use crate::bench::figures::median;

/// What was measured of one proxy, in seconds.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Figures {
    /// From each add to the first answer through the proxy.
    one: Vec<f64>,
    sequential: BTreeMap<usize, Run>,
    concurrent: BTreeMap<usize, Run>,
    /// Each delete, from the largest table, until the call has returned.
    delete: Vec<f64>,
    /// The same until nothing is served any more.
    gone: Vec<f64>,
}

/// So many adds.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Run {
    seconds: f64,
    /// Whether all were made: else this is what they would take at the pace of those that were.
    whole: bool,
}

impl Figures {
    /// Those that the client has printed.
    pub(super) fn read(told: &Value) -> Self {
        let list = |name: &str| {
            let values = told.get(name).and_then(Value::as_array).into_iter().flatten();
            values.filter_map(Value::as_f64).collect()
        };
        let runs = |name: &str| {
            let runs = told.get(name).and_then(Value::as_object).into_iter().flatten();
            let run = |(size, run): (&String, &Value)| {
                let whole = run.get("whole")?.as_bool()?;
                Some((size.parse().ok()?, Run { seconds: run.get("seconds")?.as_f64()?, whole }))
            };
            runs.filter_map(run).collect()
        };
        Self {
            one: list("one"),
            sequential: runs("sequential"),
            concurrent: runs("concurrent"),
            delete: list("delete"),
            gone: list("gone"),
        }
    }

    /// A figure for each row.
    fn column(&self, rows: &Rows) -> Vec<Option<Run>> {
        let middle =
            |values: &[f64]| (!values.is_empty()).then(|| Run { seconds: median(values), whole: true });
        let mut column = vec![middle(&self.one)];
        for size in &rows.0 {
            column.extend([self.sequential.get(size).copied(), self.concurrent.get(size).copied()]);
        }
        column.extend([middle(&self.delete), middle(&self.gone)]);
        column
    }
}

/// The sizes of tables.
struct Rows(Vec<usize>);

impl Rows {
    fn names(&self) -> Vec<String> {
        let mut names = vec!["one add until served, ms (median)".to_owned()];
        for size in &self.0 {
            names.extend([format!("{size} adds one after another, ms"), format!("{size} adds at once, ms")]);
        }
        let most = self.0.iter().max().copied().unwrap_or_default();
        names.push(format!("one delete of {most}, ms (median)"));
        names.push(format!("one delete of {most} until not served, ms (median)"));
        names
    }
}

/// A table in Markdown: Traefik alone, jupyterhub-traefik-proxy, ours, and the ratios of the last to the others.
pub(super) fn table(floor: &Figures, theirs: &Figures, ours: &Figures) -> String {
    let rows = Rows(ours.sequential.keys().copied().collect());
    let heads =
        ["Traefik alone", "jupyterhub-traefik-proxy", "jupyterhub-proxy", "theirs : ours", "ours : alone"];
    let names = rows.names();
    let width = names.iter().map(String::len).max().unwrap_or_default();
    let mut out = format!("| {:<width$} ", "");
    heads.iter().for_each(|head| out.push_str(&format!("| {head} ")));
    let _ = write!(out, "|\n| {:-<width$} ", "");
    heads.iter().for_each(|head| out.push_str(&format!("| {:->1$}: ", "", head.len() - 1)));
    out.push_str("|\n");
    let columns = [floor, theirs, ours].map(|figures| figures.column(&rows));
    for (number, name) in names.iter().enumerate() {
        let [floor, theirs, ours] = columns.each_ref().map(|column| column.get(number).copied().flatten());
        let cells = [time(floor), time(theirs), time(ours), ratio(theirs, ours), ratio(ours, floor)];
        let _ = write!(out, "| {name:<width$} ");
        for (cell, head) in cells.iter().zip(heads) {
            let _ = write!(out, "| {cell:>0$} ", head.len());
        }
        out.push_str("|\n");
    }
    out
}

/// Milliseconds; with a sign before what was not run to the end.
fn time(run: Option<Run>) -> String {
    let Some(run) = run else { return "-".to_owned() };
    let sign = if run.whole { "" } else { "~ " };
    format!("{sign}{:.1}", run.seconds * 1000.0)
}

fn ratio(of: Option<Run>, to: Option<Run>) -> String {
    of.zip(to).map_or_else(|| "-".to_owned(), |(of, to)| format!("{:.2}", of.seconds / to.seconds))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_table_has_ratios_and_tells_what_was_not_run_to_the_end() {
        let figures = |one: f64, factor: f64, whole: bool| {
            let run = |seconds: f64| json!({ "seconds": seconds * factor, "whole": whole });
            Figures::read(&json!({
                "one": [one, one],
                "sequential": { "100": run(1.0) },
                "concurrent": { "100": run(0.25) },
                "delete": [0.01, 0.01, 0.02],
                "gone": [0.02],
            }))
        };
        let floor = Figures::read(&json!({
            "one": [0.002], "sequential": { "100": { "seconds": 1.0, "whole": true } },
        }));
        let expected = "\
|                                                 | Traefik alone | jupyterhub-traefik-proxy | jupyterhub-proxy | theirs : ours | ours : alone |
| ----------------------------------------------- | ------------: | -----------------------: | ---------------: | ------------: | -----------: |
| one add until served, ms (median)               |           2.0 |                    900.0 |              3.0 |        300.00 |         1.50 |
| 100 adds one after another, ms                  |        1000.0 |               ~ 100000.0 |           1000.0 |        100.00 |         1.00 |
| 100 adds at once, ms                            |             - |                ~ 25000.0 |            250.0 |        100.00 |            - |
| one delete of 100, ms (median)                  |             - |                     10.0 |             10.0 |          1.00 |            - |
| one delete of 100 until not served, ms (median) |             - |                     20.0 |             20.0 |          1.00 |            - |
";
        let (theirs, ours) = (figures(0.9, 100.0, false), figures(0.003, 1.0, true));
        assert_eq!(table(&floor, &theirs, &ours), expected);
    }
}
