use std::collections::BTreeMap;

/// What Traefik has counted, by service: its metrics in the text format of Prometheus.
///
/// ```
/// use portolan_jupyterhub::Samples;
///
/// let text = r#"traefik_service_requests_total{code="200",method="GET",protocol="http",service="hub_user_zoe@file"} 3"#;
/// let later = text.replace("} 3", "} 4");
/// let (before, after) = (Samples::parse(text), Samples::parse(&later));
/// assert_eq!(after.active_since(&before).collect::<Vec<_>>(), ["hub_user_zoe"]);
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Samples(BTreeMap<String, Traffic>);

/// The requests of one service.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Traffic {
    /// By status code; a websocket counts once it has closed, with code 0.
    pub by_status: BTreeMap<u16, u64>,
    /// How many of them were websockets.
    pub websockets: u64,
}

impl Samples {
    /// Reads the metrics; lines of other kinds and lines that are none are left out.
    pub fn parse(text: &str) -> Self {
        let mut services = BTreeMap::<String, Traffic>::new();
        for line in text.lines() {
            let Some(sample) = line.strip_prefix("traefik_service_requests_total{") else { continue };
            let Some((labels, value)) = sample.rsplit_once("} ") else { continue };
            let Some(service) = label(labels, "service").and_then(|name| name.strip_suffix("@file")) else {
                continue;
            };
            let Some(status) = label(labels, "code").and_then(|code| code.parse().ok()) else { continue };
            // Counters are written as floating-point numbers: `1e+06`.
            let Ok(count) = value.trim().parse::<f64>() else { continue };
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the cast saturates")]
            let count = count as u64;
            let traffic = services.entry(service.to_owned()).or_default();
            let counted = traffic.by_status.entry(status).or_default();
            *counted = counted.saturating_add(count);
            if label(labels, "protocol") == Some("websocket") {
                traffic.websockets = traffic.websockets.saturating_add(count);
            }
        }
        Self(services)
    }

    /// Services that were used since, by their names in the file: a request was answered with less than 300, or a websocket closed. So it
    /// is with configurable-http-proxy too.
    pub fn active_since<'a>(&'a self, before: &'a Self) -> impl Iterator<Item = &'a str> {
        let used = |(name, traffic): &(&String, &Traffic)| {
            // A Traefik that was started anew counts from nothing.
            before.0.get(*name).map_or(0, Traffic::activity) != traffic.activity() && traffic.activity() > 0
        };
        self.0.iter().filter(used).map(|(name, _)| name.as_str())
    }

    /// Those services alone whose names are such.
    #[must_use]
    pub fn of(&self, is_such: impl Fn(&str) -> bool) -> Self {
        Self(
            self.0
                .iter()
                .filter(|(name, _)| is_such(name))
                .map(|(name, it)| (name.clone(), it.clone()))
                .collect(),
        )
    }

    /// What was counted of a service, nothing if it is not there.
    pub fn service(&self, name: &str) -> Option<&Traffic> {
        self.0.get(name)
    }

    /// All services.
    pub fn traffic(&self) -> impl Iterator<Item = (&str, &Traffic)> {
        self.0.iter().map(|(name, traffic)| (name.as_str(), traffic))
    }
}

impl Traffic {
    fn activity(&self) -> u64 {
        self.by_status.iter().filter(|(status, _)| **status < 300).map(|(_, count)| count).sum()
    }
}

/// The value of a label. Values with escapes are none of ours.
fn label<'a>(labels: &'a str, name: &str) -> Option<&'a str> {
    labels.split("\",").find_map(|label| {
        let (key, value) = label.split_once("=\"")?;
        (key == name).then(|| value.trim_end_matches('"'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = r#"# HELP traefik_service_requests_total How many HTTP requests processed on a service.
# TYPE traefik_service_requests_total counter
traefik_service_requests_total{code="200",method="GET",protocol="http",service="hub_a@file"} 2
traefik_service_requests_total{code="204",method="PUT",protocol="http",service="hub_a@file"} 1
traefik_service_requests_total{code="502",method="GET",protocol="http",service="hub_b@file"} 1e+06
traefik_service_requests_total{code="0",method="GET",protocol="websocket",service="hub_c@file"} 1
traefik_service_requests_total{code="200",method="GET",protocol="http",service="x@docker"} 9
traefik_service_requests_total{code="200"
traefik_open_connections{entrypoint="http",protocol="TCP"} 3
"#;

    #[test]
    fn requests_are_counted_by_service() {
        let samples = Samples::parse(TEXT);
        let traffic: Vec<_> = samples.traffic().collect();
        assert_eq!(traffic.iter().map(|(name, _)| *name).collect::<Vec<_>>(), ["hub_a", "hub_b", "hub_c"]);
        assert_eq!(traffic[0].1.by_status, [(200, 2), (204, 1)].into());
        assert_eq!(traffic[1].1.by_status, [(502, 1_000_000)].into());
        assert_eq!(traffic[2].1.websockets, 1);
    }

    #[test]
    fn use_is_what_succeeded() {
        let active = |before: &str, after: &str| {
            Samples::parse(after).active_since(&Samples::parse(before)).map(str::to_owned).collect::<Vec<_>>()
        };
        assert_eq!(active("", TEXT), ["hub_a", "hub_c"]);
        assert_eq!(active(TEXT, TEXT), [""; 0]);
        assert_eq!(active(TEXT, &TEXT.replace("1e+06", "2e+06")), [""; 0]);
        assert_eq!(active(TEXT, &TEXT.replace("\"hub_a@file\"} 2", "\"hub_a@file\"} 0")), ["hub_a"]);
        assert_eq!(active(TEXT, ""), [""; 0]);
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read(text in "(traefik_service_requests_total\\{[a-z=\",]{0,20}\\} ?[0-9.eE+-]{0,6}\n|.{0,30}\n){0,4}") {
            Samples::parse(&text);
        }
    }
}
