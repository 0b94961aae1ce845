//! Everything that can go wrong, as faults of the emulator: the rows of the matrix.

use defender_emulator::{Action as Effect, Fault, Matches, Point};
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::contract::Nature;

/// The most connections that a call makes.
const CONNECTIONS_MAX: u64 = 12;

/// Where something goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// At Microsoft Graph.
    Graph,
    /// At the token endpoint of Entra ID.
    TokenEndpoint,
}

/// Something that goes wrong.
#[derive(Clone, Debug)]
pub(crate) struct Trouble {
    pub(crate) title: &'static str,
    pub(crate) nature: Nature,
    effect: Effect,
    /// How often; every time if absent.
    times: Option<u32>,
    /// In guest time.
    delay_seconds: u64,
    /// The only place where it can occur, if it cannot occur everywhere.
    pub(crate) only: Option<Place>,
    /// Whether it belongs to the quick matrix.
    pub(crate) quick: bool,
    /// Whether it needs the machine to itself.
    pub(crate) heavy: bool,
}

impl Trouble {
    fn new(title: &'static str, nature: Nature, effect: Effect) -> Self {
        Self { title, nature, effect, times: None, delay_seconds: 0, only: None, quick: false, heavy: false }
    }

    fn once(self) -> Self {
        Self { times: Some(1), ..self }
    }

    fn quick(self) -> Self {
        Self { quick: true, ..self }
    }

    fn heavy(self) -> Self {
        Self { heavy: true, ..self }
    }

    fn delayed(self, seconds: u64) -> Self {
        Self { delay_seconds: seconds, ..self }
    }

    fn only(self, place: Place) -> Self {
        Self { only: Some(place), ..self }
    }

    /// The faults that cause it for the next call of a connector without open connections: its first connection goes to
    /// the token endpoint, its second to Graph. `connections` is the number that the emulator has seen so far.
    pub(crate) fn faults(&self, place: Place, connections: u64, clock_speed: u32) -> Vec<Fault> {
        let fault = |matches| Fault {
            matches,
            times: self.times,
            delay_milliseconds: self.delay_seconds * 1000 / u64::from(clock_speed),
            action: in_real_time(&self.effect, clock_speed),
        };
        if !self.comes_before_a_request() {
            let path = match place {
                Place::Graph => "/security/",
                Place::TokenEndpoint => "/oauth2/",
            };
            return vec![fault(Matches { path_contains: Some(path.to_owned()), ..Matches::default() })];
        }
        let first = connections + if place == Place::Graph { 2 } else { 1 };
        let last = if self.times.is_some() { first } else { first + CONNECTIONS_MAX };
        let at = |connection| fault(Matches { connection: Some(connection), ..Matches::default() });
        (first..=last).map(at).collect()
    }

    /// Whether it hits connections instead of requests.
    pub(crate) fn comes_before_a_request(&self) -> bool {
        let (Effect::Silence { at } | Effect::Reset { at } | Effect::Close { at }) = self.effect else { return false };
        matches!(at, Point::Accept | Point::Handshake)
    }
}

/// Times of a fault are stated in guest time.
fn in_real_time(effect: &Effect, clock_speed: u32) -> Effect {
    let real = |milliseconds: u64| (milliseconds / u64::from(clock_speed)).max(1);
    match effect {
        Effect::PauseBody { milliseconds } => Effect::PauseBody { milliseconds: real(*milliseconds) },
        Effect::Drip { bytes, every_milliseconds } => {
            Effect::Drip { bytes: *bytes, every_milliseconds: real(*every_milliseconds) }
        }
        other => other.clone(),
    }
}

fn status(status: u16, headers: &[(&str, &str)]) -> Effect {
    let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let body = json!({ "error": { "code": "Chaos", "message": "The service is in a bad mood." } });
    Effect::Respond { status, headers, body }
}

/// What a proxy answers instead of the service.
fn page(status: u16) -> Effect {
    let headers = vec![("Content-Type".to_owned(), "text/html".to_owned())];
    let body = "<html><head><title>Web gateway</title></head><body>Sign in to the network</body></html>";
    Effect::Respond { status, headers, body: body.into() }
}

/// The usual answer with less or more in its body.
fn edited(keep_bytes: Option<usize>, prefix: &str, suffix: &str) -> Effect {
    Effect::EditBody { keep_bytes, prefix: prefix.to_owned(), suffix: suffix.to_owned(), chunked: None }
}

const SPLICED: &str = r#"{"error":{"code":"UnknownError","message":"The backend is gone."}}"#;

fn members(members: &[(&str, Value)]) -> Effect {
    let members = members.iter().map(|(name, value)| ((*name).to_owned(), value.clone()));
    Effect::SetMembers { members: members.collect::<Map<_, _>>() }
}

const ELSEWHERE: &str = "https://elsewhere.example/v1.0/security/incidents?$skip=5";

/// All rows.
pub(crate) fn all() -> Vec<Trouble> {
    [statuses(), connections(), contents()].concat()
}

fn statuses() -> Vec<Trouble> {
    use Nature as N;
    let plain = |title, nature, code| Trouble::new(title, nature, status(code, &[]));
    let after = |title, nature, code, wait| Trouble::new(title, nature, status(code, &[("Retry-After", wait)]));
    let temporary = Effect::Respond {
        status: 400,
        headers: Vec::new(),
        body: json!({ "error": "temporarily_unavailable", "error_description": "AADSTS90033: A transient error." }),
    };
    vec![
        Trouble::new("301 to another host", N::Redirect, status(301, &[("Location", ELSEWHERE)])).quick(),
        plain("400", N::Rejected, 400),
        Trouble::new("400 temporarily_unavailable", N::Temporary, temporary).only(Place::TokenEndpoint),
        plain("401", N::Unauthorised, 401).quick(),
        plain("401 once", N::UnauthorisedOnce, 401).once().quick(),
        plain("403", N::Forbidden, 403),
        plain("404", N::Absent, 404),
        plain("409", N::Conflict, 409),
        plain("412", N::Conflict, 412),
        plain("429", N::Throttled, 429),
        after("429, wait 2 s", N::ThrottledShort, 429, "2"),
        after("429, wait 1.2 s", N::ThrottledShort, 429, "1.2"),
        after("429, wait 1 or 120 s", N::ThrottledShort, 429, "1,120").quick(),
        after("429, wait 30 or 120 s", N::ThrottledLong, 429, "30,120"),
        after("429, wait until last century", N::ThrottledShort, 429, "Sun, 06 Nov 1994 08:49:37 GMT"),
        after("429, wait nonsense", N::Throttled, 429, "-1.5 apples"),
        after("429, wait 90 s", N::ThrottledLong, 429, "90").quick(),
        after("429 once", N::ThrottledOnce, 429, "1").once().quick(),
        plain("500", N::Failed, 500),
        plain("502", N::BadGateway, 502),
        plain("502 once", N::BadGatewayOnce, 502).once(),
        plain("503", N::Unavailable, 503),
        after("503, wait 2 s", N::Overloaded, 503, "2"),
        plain("503 once", N::UnavailableOnce, 503).once().quick(),
        plain("504", N::GatewayTimeout, 504).quick(),
        plain("504 once", N::BadGatewayOnce, 504).once(),
        plain("509", N::Failed, 509),
    ]
}

fn connections() -> Vec<Trouble> {
    use Nature as N;
    let silence = |title, nature, at| Trouble::new(title, nature, Effect::Silence { at });
    let reset = |title, nature, at| Trouble::new(title, nature, Effect::Reset { at });
    let close = |title, nature, at| Trouble::new(title, nature, Effect::Close { at });
    vec![
        Trouble::new("answers after 2 s", N::Harmless, Effect::Genuine).delayed(2),
        Trouble::new("answers after 20 s", N::Silent, Effect::Genuine).delayed(20),
        silence("silent at accept", N::Unsent, Point::Accept),
        silence("silent in TLS handshake", N::Unsent, Point::Handshake).quick(),
        silence("silent after request", N::Silent, Point::Request).quick(),
        silence("silent after headers", N::SilentBody, Point::Headers),
        silence("silent in body", N::SilentBody, Point::Body).quick(),
        reset("reset at accept", N::Unsent, Point::Accept),
        reset("reset at accept once", N::UnsentOnce, Point::Accept).once().quick(),
        reset("reset in TLS handshake", N::Unsent, Point::Handshake),
        reset("reset after request", N::Broken, Point::Request).quick(),
        reset("reset after request once", N::BrokenOnce, Point::Request).once(),
        reset("reset after headers", N::ResetBody, Point::Headers),
        reset("reset in body", N::ResetBody, Point::Body),
        close("closed at accept", N::Unsent, Point::Accept),
        close("closed in TLS handshake", N::Unsent, Point::Handshake),
        close("closed after request", N::Broken, Point::Request),
        close("closed after headers", N::BrokenBody, Point::Headers),
        close("truncated body", N::BrokenBody, Point::Body).quick(),
        close("truncated body once", N::BrokenBodyOnce, Point::Body).once(),
        Trouble::new("body pauses 2 s", N::Harmless, Effect::PauseBody { milliseconds: 2_000 }),
        Trouble::new("body pauses 20 s", N::SilentBody, Effect::PauseBody { milliseconds: 20_000 }),
        Trouble::new("body drips", N::SilentBody, Effect::Drip { bytes: 1, every_milliseconds: 500 }),
    ]
}

fn contents() -> Vec<Trouble> {
    use Nature as N;
    let length =
        |title, nature, value: &str| Trouble::new(title, nature, Effect::ContentLength { value: value.to_owned() });
    let skew = |title, seconds| Trouble::new(title, N::Harmless, Effect::ClockSkew { seconds });
    let json = vec![("Content-Type".to_owned(), "application/json".to_owned())];
    let empty = Effect::Replace { status: 200, headers: json, body: Value::from("") };
    let types = members(&[("id", json!({})), ("value", json!("x")), ("results", json!(7))]);
    let token =
        |title, set: &[(&str, Value)]| Trouble::new(title, N::Undecodable, members(set)).only(Place::TokenEndpoint);
    vec![
        length("length is not a number", N::Garbled, "many"),
        length("length too large", N::BrokenBody, "100000"),
        length("length too small", N::GarbledBody, "5"),
        Trouble::new("more than its length", N::Harmless, Effect::Overlong { bytes: 4096 }),
        Trouble::new("chunks are garbage", N::GarbledBody, Effect::ChunkedGarbage),
        Trouble::new("not HTTP", N::Garbled, Effect::NotHttp).quick(),
        Trouble::new("header of 1 MiB", N::Garbled, Effect::HugeHeader { bytes: 1 << 20 }).heavy(),
        Trouble::new("endless body", N::Endless, Effect::Endless).heavy(),
        Trouble::new("HTML with 200", N::Page, page(200)).quick(),
        Trouble::new("HTML with 403", N::RefusingPage, page(403)).quick(),
        Trouble::new("HTML with 407", N::RefusingPage, page(407)),
        Trouble::new("HTML with 502", N::BadGateway, page(502)),
        Trouble::new("empty success", N::Cut, empty).quick(),
        Trouble::new("JSON cut", N::Cut, edited(Some(100), "", "")).quick(),
        Trouble::new("JSON cut once", N::CutOnce, edited(Some(100), "", "")).once(),
        Trouble::new("error spliced in", N::Cut, edited(Some(100), "", SPLICED)),
        Trouble::new("byte order mark", N::Harmless, edited(None, "\u{feff}", "")).quick(),
        Trouble::new("next page at another host", N::StrayLink, members(&[("@odata.nextLink", json!(ELSEWHERE))]))
            .only(Place::Graph)
            .quick(),
        Trouble::new("members of wrong types", N::Undecodable, types).only(Place::Graph).quick(),
        token("token is a list", &[("access_token", json!(["x"]))]).quick(),
        token("token lifetime is text", &[("expires_in", json!("a while"))]),
        token("token breaks the header", &[("access_token", json!("a\r\nX-Injected: 1"))]),
        skew("clock 2 min fast", 120),
        skew("clock 2 min slow", -120),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_before_a_request_hit_the_connection_of_their_place() {
        let silent = all().into_iter().find(|trouble| trouble.title == "silent at accept").unwrap();
        let first = |place| silent.faults(place, 7, 15)[0].matches.connection;
        assert_eq!((first(Place::TokenEndpoint), first(Place::Graph)), (Some(8), Some(9)));
        let once = all().into_iter().find(|trouble| trouble.title == "reset at accept once").unwrap();
        assert_eq!(once.faults(Place::Graph, 0, 15).len(), 1);
    }

    #[test]
    fn titles_are_unique() {
        let mut titles: Vec<_> = all().iter().map(|trouble| trouble.title).collect();
        titles.sort_unstable();
        let count = titles.len();
        titles.dedup();
        assert_eq!(titles.len(), count);
    }
}
