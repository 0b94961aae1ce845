//! Words of OData that are not emulated in `$filter`.
//! Graph may accept them, so they must not be reported as unknown to OData.

use super::trouble::Trouble;

/// Functions of OData (URL conventions 4.01, section 5.1.1.5 and on). Which of them Graph accepts here is not public.
const FUNCTIONS: &str = "cast ceiling concat contains date day endswith floor fractionalseconds geo.distance geo.intersects \
    geo.length hassubsequence hassubset hour indexof isof length matchesPattern maxdatetime mindatetime \
    minute month now round second startswith substring substringof time tolower totaloffsetminutes \
    totalseconds toupper trim year";
const OTHER_OPERATORS: [&str; 8] = ["add", "div", "divby", "has", "in", "mod", "mul", "sub"];

pub(super) fn is_function(name: &str) -> bool {
    FUNCTIONS.split_ascii_whitespace().any(|known| known == name)
}

/// Operators that are not emulated, and any operator in capitals, which 4.01 allows.
pub(super) fn other_operator<T>(word: &str, read: fn(&str) -> Option<T>) -> Option<Trouble> {
    let lower = word.to_ascii_lowercase();
    let in_capitals = lower != word && (read(&lower).is_some() || ["and", "not", "or"].contains(&lower.as_str()));
    let known = OTHER_OPERATORS.contains(&lower.as_str()) || in_capitals;
    known.then(|| Trouble::NotEmulated(format!("the OData operator '{word}'")))
}
