//! Paths and the methods each of them allows.

/// Prefix of the actions' paths.
pub const ACTIONS: &str = "/actions";

/// A resource of the service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Route<'a> {
    /// The page for people.
    Console,
    /// Run the action of this name, which may be unknown.
    Action(&'a str),
    /// The catalog.
    Catalog,
    /// The OpenAPI description.
    OpenApi,
    /// Whether the service is configured.
    Health,
    /// Whether the service answers at all.
    Live,
}

impl<'a> Route<'a> {
    /// The route of a path.
    pub fn find(path: &'a str) -> Option<Self> {
        match path {
            "/" => Some(Self::Console),
            ACTIONS => Some(Self::Catalog),
            "/openapi.json" => Some(Self::OpenApi),
            "/healthz" => Some(Self::Health),
            "/livez" => Some(Self::Live),
            _ => path.strip_prefix(ACTIONS)?.strip_prefix('/').map(Self::Action),
        }
    }

    /// The methods it allows.
    pub fn methods(self) -> &'static [&'static str] {
        if matches!(self, Self::Action(_)) { &["POST"] } else { &["GET", "HEAD"] }
    }

    /// Whether a request needs the key.
    ///
    /// Probes, browsers and client generators have none, and what they get reveals nothing about the tenant.
    pub fn needs_key(self) -> bool {
        matches!(self, Self::Action(_) | Self::Catalog)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_its_paths_and_no_others() {
        assert_eq!(Route::find("/actions"), Some(Route::Catalog));
        assert_eq!(Route::find("/actions/list_incidents"), Some(Route::Action("list_incidents")));
        assert_eq!(Route::find("/actions/"), Some(Route::Action("")));
        assert_eq!(Route::find("/actions/../healthz"), Some(Route::Action("../healthz")));
        for other in ["", "//", "*", "/action", "/actionsx", "//actions", "/ACTIONS", "/healthz/", "\u{1f980}"] {
            assert_eq!(Route::find(other), None, "{other}");
        }
    }
}
