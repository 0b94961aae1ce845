//! Paths, and the methods that each takes.

/// The actions' names begin behind it.
pub const ACTIONS: &str = "/actions";

/// Something that can be asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Route<'a> {
    /// Run the action of this name, which may be unknown.
    Action(&'a str),
    /// The catalog.
    Catalog,
    /// Its description for programs.
    OpenApi,
    /// Whether it is ready to work.
    Health,
}

impl<'a> Route<'a> {
    /// The route of a path.
    pub fn find(path: &'a str) -> Option<Self> {
        match path {
            ACTIONS => Some(Self::Catalog),
            "/openapi.json" => Some(Self::OpenApi),
            "/healthz" => Some(Self::Health),
            _ => path.strip_prefix(ACTIONS)?.strip_prefix('/').map(Self::Action),
        }
    }

    /// The methods that it takes.
    pub fn methods(self) -> &'static [&'static str] {
        if matches!(self, Self::Action(_)) { &["POST"] } else { &["GET", "HEAD"] }
    }

    /// Whether only those with the key may ask.
    ///
    /// Probes and generators of client code have no key, and what they get tells nothing about the tenant.
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
        for other in ["", "/", "*", "/action", "/actionsx", "//actions", "/ACTIONS", "/healthz/", "\u{1f980}"] {
            assert_eq!(Route::find(other), None, "{other}");
        }
    }
}
