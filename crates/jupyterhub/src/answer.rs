use serde_json::Value;

/// What a request is answered: as configurable-http-proxy 5 would, to the body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The status code.
    pub status: u16,
    /// The type of the body, where one is said: the texts of errors have none.
    pub content_type: Option<&'static str>,
    /// The body.
    pub body: String,
}

impl Answer {
    /// The route is there, as it was asked for.
    pub const CREATED: Self = Self::empty(201);
    /// The route is gone.
    pub const NO_CONTENT: Self = Self::empty(204);
    /// The token is missing or another.
    pub const FORBIDDEN: Self = Self::empty(403);
    /// No such route.
    pub const NO_ROUTE: Self = Self::empty(404);

    const fn empty(status: u16) -> Self {
        Self { status, content_type: None, body: String::new() }
    }

    /// An error in words.
    pub fn error(status: u16, message: impl Into<String>) -> Self {
        Self { status, content_type: None, body: message.into() }
    }

    /// Data.
    pub fn json(value: &Value) -> Self {
        Self { status: 200, content_type: Some("application/json"), body: value.to_string() }
    }
}
