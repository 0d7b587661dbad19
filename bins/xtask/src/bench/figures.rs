use std::fmt::Write as _;

/// What was measured of one program.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Figures {
    /// From each event to what was made of it.
    pub(super) milliseconds: Vec<f64>,
    /// To the engine, for each event.
    pub(super) requests: Vec<usize>,
    /// After the last event.
    pub(super) resident_kib: u64,
}

impl Figures {
    fn latency(&self) -> f64 {
        median(&self.milliseconds)
    }

    #[expect(clippy::cast_precision_loss, reason = "figures for people")]
    fn rows(&self) -> [f64; 3] {
        let requests: Vec<f64> = self.requests.iter().map(|&requests| requests as f64).collect();
        [self.latency(), median(&requests), self.resident_kib as f64 / 1024.0]
    }
}

/// Both programs on the same engine.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Comparison {
    pub(super) containers: usize,
    pub(super) theirs: Figures,
    pub(super) ours: Figures,
}

/// A table in Markdown, a row for each size and kind of figure.
pub(super) fn table(comparisons: &[Comparison]) -> String {
    const KINDS: [(&str, usize); 3] = [
        ("event to result, ms (median)", 2),
        ("requests to the engine an event", 0),
        ("resident memory, MiB", 1),
    ];

    let heads = ["containers", "figure", "Traefik", "docker-watcher", "ratio"];
    let mut rows = vec![heads.map(str::to_owned)];
    for it in comparisons {
        for ((kind, digits), (theirs, ours)) in
            KINDS.into_iter().zip(it.theirs.rows().into_iter().zip(it.ours.rows()))
        {
            rows.push([
                it.containers.to_string(),
                kind.to_owned(),
                format!("{theirs:.digits$}"),
                format!("{ours:.digits$}"),
                format!("{:.1}", theirs / ours),
            ]);
        }
    }
    aligned(&rows)
}

/// How the time from event to file grows from the smallest engine to the largest.
pub(super) fn growth(comparisons: &[Comparison]) -> Option<String> {
    let smallest = comparisons.iter().min_by_key(|it| it.containers)?;
    let largest = comparisons.iter().max_by_key(|it| it.containers)?;
    if smallest.containers == largest.containers {
        return None;
    }
    let ratio =
        |figures: fn(&Comparison) -> &Figures| figures(largest).latency() / figures(smallest).latency();
    Some(format!(
        "From {} containers to {}, the time from event to result grows {:.1} times in Traefik, {:.1} times in docker-watcher.",
        smallest.containers,
        largest.containers,
        ratio(|it| &it.theirs),
        ratio(|it| &it.ours),
    ))
}

/// Words to the left, figures to the right.
fn aligned(rows: &[[String; 5]]) -> String {
    const LEFT: usize = 1;

    let width = |column: usize| {
        rows.iter().filter_map(|row| row.get(column)).map(String::len).max().unwrap_or_default()
    };
    let mut out = String::new();
    for (number, row) in rows.iter().enumerate() {
        for (column, cell) in row.iter().enumerate() {
            let width = width(column);
            let _ = if column == LEFT {
                write!(out, "| {cell:<width$} ")
            } else {
                write!(out, "| {cell:>width$} ")
            };
        }
        out.push_str("|\n");
        if number == 0 {
            for column in 0..row.len() {
                let mut dashes = "-".repeat(width(column));
                if column != LEFT {
                    dashes.pop();
                    dashes.push(':');
                }
                let _ = write!(out, "| {dashes} ");
            }
            out.push_str("|\n");
        }
    }
    out
}

/// The middle of the values, between the two middle ones where their number is even; NaN where there is none.
pub(super) fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let at = |index: usize| sorted.get(index).copied().unwrap_or(f64::NAN);
    let (low, high) = (sorted.len().saturating_sub(1) / 2, sorted.len() / 2);
    f64::midpoint(at(low), at(high))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn comparison(containers: usize, theirs: f64, ours: f64) -> Comparison {
        let figures = |milliseconds: f64, requests, resident_kib| Figures {
            milliseconds: vec![milliseconds; 3],
            requests: vec![requests; 3],
            resident_kib,
        };
        Comparison {
            containers,
            theirs: figures(theirs, containers + 1, 102_400),
            ours: figures(ours, 1, 10_240),
        }
    }

    #[test]
    fn the_table_has_ratios() {
        let expected = "\
| containers | figure                          | Traefik | docker-watcher | ratio |
| ---------: | ------------------------------- | ------: | -------------: | ----: |
|         10 | event to result, ms (median)    |    6.00 |           2.00 |   3.0 |
|         10 | requests to the engine an event |      11 |              1 |  11.0 |
|         10 | resident memory, MiB            |   100.0 |           10.0 |  10.0 |
";
        assert_eq!(table(&[comparison(10, 6.0, 2.0)]), expected);
    }

    #[test]
    fn growth_is_from_the_smallest_to_the_largest() {
        let comparisons = [comparison(1000, 600.0, 3.0), comparison(10, 6.0, 2.0)];
        assert_eq!(
            growth(&comparisons).as_deref(),
            Some(
                "From 10 containers to 1000, the time from event to result grows 100.0 times in Traefik, 1.5 times in docker-watcher."
            )
        );
        assert_eq!(growth(&comparisons[..1]), None);
    }

    #[test]
    fn medians() {
        let check =
            |values: &[f64], expected: f64| assert!((median(values) - expected).abs() < 1e-9, "{values:?}");
        check(&[3.0], 3.0);
        check(&[9.0, 1.0, 2.0], 2.0);
        check(&[4.0, 1.0, 2.0, 3.0], 2.5);
        assert!(median(&[]).is_nan());
    }
}
