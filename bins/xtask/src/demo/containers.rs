/// A container of the demo.
#[derive(Clone, Copy, Debug)]
pub(super) struct Part {
    /// Its name, which its page gives too; the demo's own prefix comes before it.
    pub(super) name: &'static str,
    pub(super) image: Image,
    pub(super) labels: &'static [&'static str],
    /// What the demo says of it.
    pub(super) words: &'static str,
}

/// The image of a container: all hold the same files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Image {
    Web,
    Database,
}

impl Image {
    pub(super) const ALL: [Self; 2] = [Self::Web, Self::Database];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Web => "web",
            Self::Database => "postgres",
        }
    }

    pub(super) fn port(self) -> u16 {
        match self {
            Self::Web => 80,
            Self::Database => 5432,
        }
    }
}

const SHOP: &[&str] = &[
    "traefik.http.routers.shop.rule=Host(`shop.example`)",
    "traefik.http.services.shop.loadbalancer.server.port=80",
];

/// The containers, in the order in which they start.
pub(super) const PARTS: [Part; 4] = [
    Part { name: "shop-1", image: Image::Web, labels: SHOP, words: "one of two replicas of a shop" },
    Part { name: "shop-2", image: Image::Web, labels: SHOP, words: "the other one: the same labels" },
    Part {
        name: "blog",
        image: Image::Web,
        labels: &[
            "traefik.http.routers.blog.rule=Host(`blog.example`) && PathPrefix(`/posts`)",
            "traefik.http.routers.blog.middlewares=posts",
            "traefik.http.middlewares.posts.stripprefix.prefixes=/posts",
        ],
        words: "a blog under a path, which a middleware takes off",
    },
    Part {
        name: "database",
        image: Image::Database,
        labels: &[],
        words: "a database that nobody asked to publish",
    },
];
