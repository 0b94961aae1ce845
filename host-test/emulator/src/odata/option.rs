//! Query options: their names, their values, and the errors of wrong ones.
//! Unknown `$` options are refused and options without the sign are ignored, as on v1.0.

use std::cmp::Ordering;

use super::entity::{EntityType, Kind, Property, Record};
use super::filter::Condition;
use super::trouble::Trouble;

/// Options of OData and Graph that are not emulated: how the service answers them here is not public.
const OTHER_OPTIONS: [&str; 8] =
    ["$apply", "$compute", "$deltatoken", "$format", "$index", "$levels", "$schemaversion", "$skiptoken"];

/// What the options apply to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scope {
    Collection,
    Entity,
    /// `/$count`, which counts what a filter lets through.
    Count,
}

/// The options of one request, valid for a type.
#[derive(Debug)]
pub(crate) struct Options {
    pub(crate) top: usize,
    pub(crate) skip: usize,
    pub(crate) count: bool,
    pub(crate) expand: bool,
    pub(crate) filter: Option<Condition>,
    /// Property and whether descending.
    pub(crate) order: Vec<(&'static Property, bool)>,
    pub(crate) select: Option<Vec<&'static str>>,
    /// Name and value of every option, decoded, in the order of the request.
    pub(crate) sent: Vec<(String, String)>,
}

impl Options {
    /// Reads the query of a request.
    pub(crate) fn read(query: &str, entity: &EntityType, scope: Scope, version: &str) -> Result<Self, Trouble> {
        let mut options = Self {
            top: entity.default_page,
            skip: 0,
            count: false,
            expand: false,
            filter: None,
            order: Vec::new(),
            select: None,
            sent: form_urlencoded::parse(query.as_bytes()).into_owned().collect(),
        };
        let mut seen: Vec<String> = Vec::new();
        for (sent, value) in options.sent.clone() {
            let Some(name) = system_name(&sent, version) else { continue };
            if seen.contains(&name) {
                return Err(Trouble::Query(format!(
                    "Query option '{name}' was specified more than once, but it must be specified at most once."
                )));
            }
            options.set(&name, &value, entity, scope)?;
            seen.push(name);
        }
        Ok(options)
    }

    fn set(&mut self, name: &str, value: &str, entity: &EntityType, scope: Scope) -> Result<(), Trouble> {
        if scope == Scope::Entity && ["$filter", "$orderby", "$count", "$skip", "$top"].contains(&name) {
            return Err(Trouble::Query(
                "The requested resource is not a collection. Query options $filter, $orderby, $count, $skip, and $top \
                 can be applied only on collections."
                    .into(),
            ));
        }
        if OTHER_OPTIONS.contains(&name) {
            return Err(Trouble::NotEmulated(format!("the query option {name}")));
        }
        match name {
            "$filter" => self.filter = Some(Condition::read(value, entity)?),
            _ if scope == Scope::Count => return Err(unsupported(name)),
            "$top" => self.top = read_top(value, entity.largest_page)?,
            "$skip" => self.skip = read_number("$skip", value)?,
            "$count" => self.count = read_bool(value)?,
            "$orderby" => self.order = read_order(value, entity)?,
            "$select" => self.select = Some(read_select(value, entity)?),
            "$expand" => self.expand = read_expand(value, entity)?,
            _ => return Err(unsupported(name)),
        }
        Ok(())
    }

    /// Whether the filter lets a record through.
    pub(crate) fn lets_through(&self, record: &impl Record) -> bool {
        self.filter.as_ref().is_none_or(|filter| filter.holds(record))
    }

    /// The order of two records. What compares equal is ordered by id, so that pages neither repeat nor skip a record;
    /// ids that are numbers are ordered as numbers.
    pub(crate) fn compare(&self, left: &impl Record, right: &impl Record) -> Ordering {
        if self.order.is_empty() {
            return Ordering::Equal;
        }
        let by = |(property, descending): &(&'static Property, bool)| {
            let order = left.operand(property).cmp(&right.operand(property));
            if *descending { order.reverse() } else { order }
        };
        let by_id = || (left.id().len(), left.id()).cmp(&(right.id().len(), right.id()));
        self.order.iter().map(by).find(|order| order.is_ne()).unwrap_or_else(by_id)
    }
}

/// The option's name with its sign, in lower case. Beta accepts the names without the sign too.
fn system_name(sent: &str, version: &str) -> Option<String> {
    let lower = sent.to_ascii_lowercase();
    if lower.starts_with('$') {
        return Some(lower);
    }
    let known = ["top", "skip", "count", "filter", "orderby", "select", "expand", "search"].contains(&lower.as_str());
    (version == "beta" && known).then(|| format!("${lower}"))
}

fn unsupported(name: &str) -> Trouble {
    Trouble::Query(format!("The query parameter '{name}' is not supported."))
}

fn read_number(name: &str, value: &str) -> Result<usize, Trouble> {
    value.trim().parse().map_err(|_| {
        Trouble::Query(format!(
            "Invalid value '{value}' for {name} query option found. The {name} query option requires a non-negative \
             integer value."
        ))
    })
}

fn read_top(value: &str, largest: usize) -> Result<usize, Trouble> {
    match read_number("$top", value)? {
        0 => {
            Err(Trouble::Query(format!("Invalid page size specified: '0'. Must be between 1 and {largest} inclusive.")))
        }
        top if top > largest => Err(Trouble::Query(format!(
            "The limit of '{largest}' for Top query has been exceeded. The value from the incoming request is '{top}'."
        ))),
        top => Ok(top),
    }
}

fn read_bool(value: &str) -> Result<bool, Trouble> {
    match value.trim() {
        "true" => Ok(true),
        "false" => Ok(false),
        _ => Err(Trouble::Query(format!("'{value}' is not a valid count option."))),
    }
}

fn read_order(value: &str, entity: &EntityType) -> Result<Vec<(&'static Property, bool)>, Trouble> {
    let read = |item: &str| {
        let mut words = item.split_whitespace();
        let name = words.next().unwrap_or_default();
        let property = entity.property_or_path(name)?;
        if matches!(property.kind, Kind::Other) {
            return Err(Trouble::Query(format!("The property '{name}' cannot be used in the $orderby query option.")));
        }
        match (words.next(), words.next()) {
            (None | Some("asc"), None) => Ok((property, false)),
            (Some("desc"), None) => Ok((property, true)),
            _ => Err(Trouble::Query(format!("Syntax error at position {} in '{value}'.", name.len() + 1))),
        }
    };
    value.split(',').map(read).collect()
}

fn read_select(value: &str, entity: &EntityType) -> Result<Vec<&'static str>, Trouble> {
    let read = |item: &str| match item.trim() {
        "*" => Err(Trouble::NotEmulated("$select=*".into())),
        name => Ok(entity.property_or_path(name)?.name),
    };
    value.split(',').map(read).collect()
}

fn read_expand(value: &str, entity: &EntityType) -> Result<bool, Trouble> {
    match value.trim() {
        name if Some(name) == entity.expandable => Ok(true),
        name if name.contains(['(', ',', '/']) || name == "*" => Err(Trouble::NotEmulated(format!("$expand={name}"))),
        name => Err(Trouble::Query(format!("Could not find a property named '{name}' on type '{}'.", entity.name))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::incident::INCIDENT;

    fn parse(query: &str) -> Result<Options, Trouble> {
        Options::read(query, &INCIDENT, Scope::Collection, "v1.0")
    }

    #[track_caller]
    fn refused(query: &str, message: &str) {
        assert_eq!(parse(query).unwrap_err(), Trouble::Query(message.into()), "{query}");
    }

    #[test]
    fn reads_every_option() {
        let options = parse(
            "$top=10&$skip=2&$count=true&$expand=alerts&$orderby=lastUpdateDateTime+desc,id&$select=id,status&%24filter=severity%20eq%20'high'",
        )
        .unwrap();
        assert_eq!((options.top, options.skip, options.count, options.expand), (10, 2, true, true));
        assert_eq!(options.select, Some(vec!["id", "status"]));
        let order: Vec<(&str, bool)> = options.order.iter().map(|(property, down)| (property.name, *down)).collect();
        assert_eq!(order, [("lastUpdateDateTime", true), ("id", false)]);
        assert!(options.filter.is_some());
    }

    #[test]
    fn refuses_wrong_values_in_the_words_of_the_service() {
        refused(
            "$top=51",
            "The limit of '50' for Top query has been exceeded. The value from the incoming request is '51'.",
        );
        refused("$top=0", "Invalid page size specified: '0'. Must be between 1 and 50 inclusive.");
        refused(
            "$skip=-1",
            "Invalid value '-1' for $skip query option found. The $skip query option requires a non-negative integer value.",
        );
        refused("$count=yes", "'yes' is not a valid count option.");
        refused("$search=x", "The query parameter '$search' is not supported.");
        refused("$foo=x", "The query parameter '$foo' is not supported.");
        refused("$select=nope", "Could not find a property named 'nope' on type 'microsoft.graph.security.incident'.");
        refused(
            "$expand=users",
            "Could not find a property named 'users' on type 'microsoft.graph.security.incident'.",
        );
        refused("$orderby=comments", "The property 'comments' cannot be used in the $orderby query option.");
        refused(
            "$top=1&$top=2",
            "Query option '$top' was specified more than once, but it must be specified at most once.",
        );
    }

    #[test]
    fn names_what_it_does_not_emulate() {
        for (query, what) in [
            ("$format=json", "the query option $format"),
            ("$skiptoken=x", "the query option $skiptoken"),
            ("$select=*", "$select=*"),
            ("$select=alerts", "the path 'alerts' in a query option"),
            ("$orderby=alerts/$count", "the path 'alerts/$count' in a query option"),
            ("$expand=alerts($select=id)", "$expand=alerts($select=id)"),
            ("$filter=startswith(assignedTo,'j')", "the OData function 'startswith'"),
        ] {
            assert_eq!(parse(query).unwrap_err(), Trouble::NotEmulated(what.into()), "{query}");
        }
    }

    #[test]
    fn ignores_names_without_the_sign_on_v1_and_takes_them_on_beta() {
        assert_eq!(parse("top=5&x=1").unwrap().top, 50);
        assert_eq!(Options::read("top=5", &INCIDENT, Scope::Collection, "beta").unwrap().top, 5);
    }

    #[test]
    fn refuses_collection_options_on_one_entity() {
        let trouble = Options::read("$top=5", &INCIDENT, Scope::Entity, "v1.0").unwrap_err();
        assert!(matches!(&trouble, Trouble::Query(message) if message.contains("is not a collection")), "{trouble:?}");
    }
}
