use portolan_container::Image;

/// Image names of any author and registry, with what they are.
const IMAGES: &[(&str, &str)] = &[
    ("couchdb", "is a database"),
    ("elasticsearch", "is a search engine"),
    ("kibana", "is the console of a search engine"),
    ("mariadb", "is a database"),
    ("meilisearch", "is a search engine"),
    ("memcached", "is a cache"),
    ("mongo", "is a database"),
    ("mysql", "is a database"),
    ("neo4j", "is a database"),
    ("postgres", "is a database"),
    ("rabbitmq", "is a message queue"),
    ("redis", "is a database"),
    ("solr", "is a search engine"),
    ("telegraf", "collects metrics"),
    ("watchtower", "updates containers"),
];

/// Images of one author alone: author, name, what they are.
const WHOLE_IMAGES: &[(&str, &str, &str)] = &[
    ("asia.gcr.io/zenika-hub", "alpine-chrome", "is a browser without a screen"),
    ("eu.gcr.io/zenika-hub", "alpine-chrome", "is a browser without a screen"),
    ("gcr.io/zenika-hub", "alpine-chrome", "is a browser without a screen"),
    ("getwud", "wud", "updates containers"),
    ("us.gcr.io/zenika-hub", "alpine-chrome", "is a browser without a screen"),
];

/// Authors on Docker Hub, with what they make.
const AUTHORS: &[(&str, &str)] = &[
    ("browserless", "makes browsers without a screen"),
    ("docker", "makes the tools of a container engine"),
    ("moby", "makes the tools of a container engine"),
    ("selenium", "makes browsers without a screen"),
    ("zabbix", "makes monitoring backends"),
    ("zenika", "makes browsers without a screen"),
];

/// Paths inside the container.
const MOUNTS: &[(&str, &str)] = &[
    ("/var/lib/mariadb", "holds the data of MariaDB"),
    ("/var/lib/memcached", "holds the data of Memcached"),
    ("/var/lib/mongodb", "holds the data of MongoDB"),
    ("/var/lib/mysql", "holds the data of MySQL"),
    ("/var/lib/postgresql/data", "holds the data of PostgreSQL"),
    ("/var/lib/rabbitmq", "holds the data of RabbitMQ"),
];

/// Ports inside the container, of any protocol.
const PORTS: &[(u16, &str)] = &[
    (3306, "is that of MySQL and MariaDB"),
    (5432, "is that of PostgreSQL"),
    (6379, "is that of Redis"),
    (11211, "is that of Memcached"),
    (27017, "is that of MongoDB"),
];

/// What the image of this author and name is, if it is on the list.
pub(crate) fn image(author: &str, name: &str) -> Option<&'static str> {
    let whole = WHOLE_IMAGES.iter().find(|entry| (entry.0, entry.1) == (author, name));
    find(IMAGES, &name).or(whole.map(|entry| entry.2))
}

/// What this author on Docker Hub makes, if it is on the list.
pub(crate) fn author(author: &str) -> Option<&'static str> {
    find(AUTHORS, &author)
}

/// What is kept at this path, if it is on the list.
pub(crate) fn mount(path: &str) -> Option<&'static str> {
    find(MOUNTS, &path)
}

/// Whose port this is, if it is on the list.
pub(crate) fn port(number: u16) -> Option<&'static str> {
    find(PORTS, &number)
}

/// The author without the registry, if that is Docker Hub.
///
/// Docker names its images without the registry, Podman the same images with it.
pub(crate) fn author_on_hub(image: &Image) -> &str {
    image.author.strip_prefix("docker.io/").unwrap_or(&image.author)
}

fn find<K: PartialEq>(table: &[(K, &'static str)], key: &K) -> Option<&'static str> {
    table.iter().find(|(entry, _)| entry == key).map(|(_, what)| *what)
}
