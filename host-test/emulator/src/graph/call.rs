//! One call, and how its answer is shown: expanded, cut to `$select`, and wrapped in an OData envelope.
//! One place, because list, get and update all answer with the same shape.

use http::StatusCode;
use serde_json::{Map, Value, json};

use super::header::JSON;
use crate::data::alert::Alert;
use crate::data::incident::Incident;
use crate::data::store::Store;
use crate::entra::token_store::Grant;
use crate::hunt::Tables;
use crate::message::{Answer, Request};
use crate::odata::{EntityType, Options, Record, Scope, Trouble, next_link};

const PREFERENCE: &str = "include-unknown-enum-members";

/// A request whose token was good.
pub(crate) struct Call<'a> {
    pub(crate) store: &'a Store,
    pub(crate) tables: &'a Tables,
    pub(crate) request: &'a Request,
    pub(crate) grant: Grant,
    /// `v1.0` or `beta`.
    pub(crate) version: &'a str,
}

impl Call<'_> {
    /// The query options, read for a type.
    pub(super) fn options(&self, entity: &EntityType, scope: Scope) -> Result<Options, Trouble> {
        Options::read(self.request.query.as_deref().unwrap_or_default(), entity, scope, self.version)
    }

    /// Whether the client asked to see the later members of enumerations.
    pub(super) fn wants_unknown_members(&self) -> bool {
        let values = self.request.headers.get_all("prefer").iter().filter_map(|value| value.to_str().ok());
        values.flat_map(|value| value.split(',')).any(|item| item.trim().eq_ignore_ascii_case(PREFERENCE))
    }

    /// The value of `@odata.context` for a collection, an entity or a type.
    pub(super) fn metadata(&self, context: &str) -> String {
        format!("{}/{}/$metadata#{context}", self.request.origin, self.version)
    }

    /// How changes by the calling app are signed.
    pub(super) fn author(&self) -> String {
        format!("API-App:{}", self.grant.app_name)
    }

    /// The incident as a client gets it.
    pub(super) fn show_incident(&self, incident: &Incident, options: Option<&Options>) -> Map<String, Value> {
        let unknown = self.wants_unknown_members();
        let mut members = incident.render(unknown);
        if self.version == "beta" {
            members.insert("recommendedActions".into(), Value::Null);
            members.insert("recommendedHuntingQueries".into(), json!([]));
        }
        if let Some(options) = options {
            select(&mut members, options);
            if options.expand {
                let alerts = incident.alerts.iter().map(|alert| Value::Object(alert.render(unknown))).collect();
                members.insert("alerts".into(), Value::Array(alerts));
            }
        }
        members
    }

    /// The alert as a client gets it.
    pub(super) fn show_alert(&self, alert: &Alert, options: Option<&Options>) -> Map<String, Value> {
        let mut members = alert.render(self.wants_unknown_members());
        if let Some(options) = options {
            select(&mut members, options);
        }
        members
    }

    /// One entity.
    pub(super) fn entity(&self, context: &str, members: Map<String, Value>) -> Answer {
        self.complex(&format!("{context}/$entity"), members)
    }

    /// A page of the records that the filter lets through, in the order asked for.
    pub(super) fn page<'r, R: Record + 'r>(
        &self,
        collection: &str,
        options: &Options,
        records: impl IntoIterator<Item = &'r R>,
        show: impl Fn(&R) -> Map<String, Value>,
    ) -> Answer {
        let mut matches: Vec<&R> = records.into_iter().filter(|record| options.lets_through(*record)).collect();
        // The sort is stable: without $orderby, records stay newest first.
        matches.sort_by(|left, right| options.compare(*left, *right));
        let mut body = self.envelope(&context(collection, options));
        if options.count {
            body.insert("@odata.count".into(), matches.len().into());
        }
        let url = format!("{}{}", self.request.origin, self.request.path);
        if let Some(link) = next_link(&url, options, matches.len()) {
            body.insert("@odata.nextLink".into(), link.into());
        }
        let shown = matches.iter().skip(options.skip).take(options.top).map(|record| Value::Object(show(record)));
        body.insert("value".into(), Value::Array(shown.collect()));
        self.answer(&Value::Object(body))
    }

    /// A whole collection.
    pub(super) fn collection(&self, context: &str, values: Vec<Value>) -> Answer {
        let mut body = self.envelope(context);
        body.insert("value".into(), Value::Array(values));
        self.answer(&Value::Object(body))
    }

    /// A value of a complex type, which belongs to no collection: its context names the type.
    pub(super) fn complex(&self, kind: &str, members: Map<String, Value>) -> Answer {
        let mut body = self.envelope(kind);
        body.extend(members);
        self.answer(&Value::Object(body))
    }

    fn envelope(&self, context: &str) -> Map<String, Value> {
        Map::from_iter([("@odata.context".to_owned(), self.metadata(context).into())])
    }

    fn answer(&self, body: &Value) -> Answer {
        let answer = Answer::json(StatusCode::OK, JSON, body);
        if self.wants_unknown_members() { answer.header("preference-applied", PREFERENCE) } else { answer }
    }
}

/// The answer of `$count`: how many records the filter lets through, as text.
pub(super) fn count<'r, R: Record + 'r>(options: &Options, records: impl IntoIterator<Item = &'r R>) -> Answer {
    let count = records.into_iter().filter(|record| options.lets_through(*record)).count();
    Answer::new(StatusCode::OK, "text/plain", count.to_string())
}

/// What `@odata.context` says about options: `security/incidents(id,alerts())`.
pub(super) fn context(collection: &str, options: &Options) -> String {
    let mut shape: Vec<&str> = options.select.clone().unwrap_or_default();
    if options.expand {
        shape.push("alerts()");
    }
    if shape.is_empty() { collection.to_owned() } else { format!("{collection}({})", shape.join(",")) }
}

fn select(members: &mut Map<String, Value>, options: &Options) {
    if let Some(names) = &options.select {
        members.retain(|name, _| names.contains(&name.as_str()));
    }
}
