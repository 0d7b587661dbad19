use std::collections::BTreeMap;

use anyhow::{Context, Result, bail, ensure};

/// Metrics that a program has told in the text format of OpenMetrics 1.0, by series: `name{label="value"}`.
#[derive(Clone, Debug, PartialEq)]
pub struct Metrics(BTreeMap<String, f64>);

/// A family of metrics, as its description says.
struct Family<'t> {
    name: &'t str,
    kind: &'t str,
}

impl Metrics {
    /// Reads the text.
    ///
    /// # Errors
    /// What Prometheus would refuse, and more: a series that no description is before or whose name does not fit its kind, a series
    /// that is told twice, buckets that are not cumulative.
    pub fn parse(text: &str) -> Result<Self> {
        let body = text.strip_suffix("# EOF\n").context("the end is not marked")?;
        let mut series = BTreeMap::new();
        let mut families = Vec::new();
        let mut family = Family { name: "", kind: "" };
        for line in body.lines() {
            if let Some(comment) = line.strip_prefix("# ") {
                let mut words = comment.splitn(3, ' ');
                let (word, name, rest) = (words.next(), words.next().context("a name")?, words.next());
                match (word, rest) {
                    (Some("HELP"), Some(help)) => ensure!(!help.is_empty(), "`{name}` is not described"),
                    (Some("TYPE"), Some(kind)) => {
                        ensure!(!families.contains(&name), "`{name}` stands in two places");
                        families.push(name);
                        family = Family { name, kind };
                    }
                    (Some("UNIT"), Some(unit)) => ensure!(name.ends_with(unit), "`{name}` has another unit"),
                    _ => bail!("what is `{line}`?"),
                }
                continue;
            }
            let (key, value) = line.rsplit_once(' ').with_context(|| format!("no value in `{line}`"))?;
            family.check(key)?;
            let value: f64 = value.parse().with_context(|| format!("no number in `{line}`"))?;
            ensure!(series.insert(key.to_owned(), value).is_none(), "`{key}` is told twice");
        }
        let metrics = Self(series);
        metrics.check_buckets(body)?;
        Ok(metrics)
    }

    /// The value of a series, spelled as it is told.
    ///
    /// # Errors
    /// Where there is none.
    pub fn get(&self, series: &str) -> Result<f64> {
        self.0.get(series).copied().with_context(|| format!("there is no `{series}` in {:#?}", self.0))
    }

    /// The buckets of each histogram grow, and the last has all.
    fn check_buckets(&self, body: &str) -> Result<()> {
        let histograms = body
            .lines()
            .filter_map(|line| line.strip_prefix("# TYPE ").and_then(|rest| rest.strip_suffix(" histogram")));
        for name in histograms {
            let prefix = format!("{name}_bucket{{");
            let lines = body.lines().filter(|line| line.starts_with(&prefix));
            let counts: Vec<f64> = lines.filter_map(|line| line.rsplit_once(' ')?.1.parse().ok()).collect();
            ensure!(counts.is_sorted() && counts.len() > 1, "the buckets of `{name}`: {counts:?}");
            let all = self.get(&format!("{name}_bucket{{le=\"+Inf\"}}"))?;
            ensure!(counts.last() == Some(&all) && all.eq(&self.get(&format!("{name}_count"))?), "`{name}`");
            ensure!(self.get(&format!("{name}_sum"))? >= 0.0, "the sum of `{name}`");
        }
        Ok(())
    }
}

impl Family<'_> {
    /// Whether a series is one of the family.
    fn check(&self, series: &str) -> Result<()> {
        let (name, labels) = series.split_once('{').unwrap_or((series, "}"));
        ensure!(labels.ends_with('}') && labels.matches('"').count() % 2 == 0, "labels of `{series}`");
        let suffix = name.strip_prefix(self.name).with_context(|| format!("`{series}` is not described"))?;
        let suffixes: &[&str] = match self.kind {
            "counter" => &["_total"],
            "gauge" => &[""],
            "histogram" => &["_bucket", "_sum", "_count"],
            "info" => &["_info"],
            other => bail!("`{}` is a `{other}`", self.name),
        };
        ensure!(suffixes.contains(&suffix), "`{series}` is no {}", self.kind);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "# HELP a Things.\n# TYPE a counter\na_total{b=\"c\"} 7\n\
        # HELP d_seconds Times.\n# TYPE d_seconds histogram\n# UNIT d_seconds seconds\nd_seconds_sum 0.5\nd_seconds_count 2\n\
        d_seconds_bucket{le=\"1.0\"} 1\nd_seconds_bucket{le=\"+Inf\"} 2\n# EOF\n";

    #[test]
    fn what_is_told_is_read() -> Result<()> {
        let metrics = Metrics::parse(GOOD)?;
        assert_eq!(metrics.get("a_total{b=\"c\"}")?.to_string(), "7");
        assert!(metrics.get("a_total").is_err());
        Ok(())
    }

    #[test]
    fn mistakes_are_found() {
        let changes = [
            ("# EOF\n", ""),
            ("a_total", "a"),
            ("a_total{b=\"c\"} 7", "a_total{b=\"c\"} x"),
            ("# TYPE a counter\n", ""),
            ("} 1\n", "} 3\n"),
            ("count 2", "count 3"),
            (" seconds\n", " bytes\n"),
            ("{b=\"c\"}", "{b=\"c}"),
            ("a_total{b=\"c\"} 7\n", "a_total{b=\"c\"} 7\na_total{b=\"c\"} 7\n"),
        ];
        for (part, other) in changes {
            assert!(GOOD.contains(part), "{part}");
            assert!(Metrics::parse(&GOOD.replace(part, other)).is_err(), "`{other}` in place of `{part}`");
        }
    }
}
