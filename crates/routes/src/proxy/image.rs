use super::Scheme;

/// What the image of this name serves, and where (GoDoxy).
pub(super) fn known(name: &str) -> Option<(Scheme, u16)> {
    find(HTTP, name)
        .map(|port| (Scheme::Http, port))
        .or_else(|| find(HTTPS, name).map(|port| (Scheme::Https, port)))
        .or_else(|| find(TCP, name).map(|port| (Scheme::Tcp, port)))
}

/// What a route of this alias serves, and where (GoDoxy).
pub(super) fn known_alias(alias: &str) -> Option<(Scheme, u16)> {
    find(&[("portainer", 9443), ("crafty", 8080)], alias).map(|port| (Scheme::Https, port))
}

fn find(table: &[(&str, u16)], name: &str) -> Option<u16> {
    table.iter().find(|(entry, _)| *entry == name).map(|(_, port)| *port)
}

const HTTP: &[(&str, u16)] = &[
    ("adguardhome", 3000),
    ("bazarr", 6767),
    ("calibre-web", 8083),
    ("changedetection.io", 3000),
    ("dockge", 5001),
    ("gitea", 3000),
    ("gogs", 3000),
    ("grafana", 3000),
    ("home-assistant", 8123),
    ("homebridge", 8581),
    ("httpd", 80),
    ("immich", 3001),
    ("jellyfin", 8096),
    ("lidarr", 8686),
    ("microbin", 8080),
    ("nginx", 80),
    ("nginx-proxy-manager", 81),
    ("open-webui", 8080),
    ("plex", 32400),
    ("prometheus", 9090),
    ("prowlarr", 9696),
    ("radarr", 7878),
    ("radarr-sma", 7878),
    ("rsshub", 1200),
    ("rss-bridge", 80),
    ("sonarr", 8989),
    ("sonarr-sma", 8989),
    ("uptime-kuma", 3001),
    ("whisparr", 6969),
];

const HTTPS: &[(&str, u16)] = &[("portainer-be", 9443), ("portainer-ce", 9443)];

const TCP: &[(&str, u16)] = &[
    ("mssql", 1433),
    ("mysql", 3306),
    ("mariadb", 3306),
    ("postgres", 5432),
    ("pgvecto-rs", 5432),
    ("pgvector", 5432),
    ("rabbitmq", 5672),
    ("redis", 6379),
    ("memcached", 11211),
    ("mongo", 27017),
    ("minecraft-server", 25565),
];
