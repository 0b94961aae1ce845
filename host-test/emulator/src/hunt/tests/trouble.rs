//! Queries without a result: the engine's errors, word for word, and what is not emulated.

use super::{Trouble, ask};

#[track_caller]
fn wrong(query: &str, message: &str) {
    assert_eq!(ask(query, 30).unwrap_err(), Trouble::Query(message.into()), "{query}");
}

#[test]
fn reports_semantic_errors_in_the_words_of_the_engine() {
    wrong(
        "DeviceInfo | summarize arg_max(Timestamp, IsInteetFacing) by DeviceId",
        "'summarize' operator: Failed to resolve scalar expression named 'IsInteetFacing'. Fix semantic errors in your query.",
    );
    wrong(
        "UrlClicks | where ActionType == 'x'",
        "'where' operator: Failed to resolve table or column expression named 'UrlClicks'. Fix semantic errors in your query.",
    );
    wrong(
        "DeviceInfo | summarize DeviceId",
        "'summarize' operator: An aggregation function is expected. Fix semantic errors in your query.",
    );
    wrong(
        "DeviceInfo | where Timestamp > ago('1d')",
        "'where' operator: ago(): argument #1 expected to be a timespan expression. Fix semantic errors in your query.",
    );
    wrong(
        "deviceinfo",
        "Failed to resolve table or column expression named 'deviceinfo'. Fix semantic errors in your query.",
    );
    wrong(
        "DeviceInfo | where Timestamp > '2024-01-01'",
        "'where' operator: Cannot compare values of types datetime and string. Try adding explicit casts. Fix semantic errors in your query.",
    );
    wrong(
        "DeviceInfo | project DeviceId | where AzureVmId == 'x'",
        "'where' operator: Failed to resolve scalar expression named 'AzureVmId'. Fix semantic errors in your query.",
    );
    wrong(
        "DeviceInfo | where Timestamp > ago(3w)",
        "'where' operator: Failed to resolve scalar expression named '3w'. Fix semantic errors in your query.",
    );
    wrong(
        "DeviceInfo | where not(OSBuild)",
        "'where' operator: not(): argument #1 expected to be a bool expression. Fix semantic errors in your query.",
    );
    wrong(
        "DeviceInfo | extend x = foo(1)",
        "'extend' operator: Unknown function: 'foo'. Fix semantic errors in your query.",
    );
}

#[test]
fn reports_syntax_errors_with_their_place() {
    let syntax = |found: &str, place: &str| {
        format!(
            "The query contains syntax errors: Query could not be parsed at '{found}' on line [{place}]. Fix syntax errors in your query."
        )
    };
    wrong("DeviceInfo | frobnicate", &syntax("frobnicate", "1,14"));
    wrong("DeviceInfo\n| where", &syntax("", "2,8"));
    wrong("DeviceInfo | where DeviceName == 'x", &syntax("'", "1,34"));
    wrong("DeviceInfo | where DeviceName == 'C:\\Windows'", &syntax("'", "1,34"));
    wrong("DeviceInfo | where DeviceName == \"\\q\"", &syntax("\"", "1,34"));
    wrong("DeviceInfo | where DeviceName !frobnicates 'x'", &syntax("!frobnicates", "1,31"));
    wrong("DeviceInfo | take x", &syntax("x", "1,19"));
    wrong("DeviceInfo where", &syntax("where", "1,12"));
    wrong("| take 1", &syntax("|", "1,1"));
    wrong(&format!("DeviceInfo | where {}", "(".repeat(5_000)), &syntax("(", "1,84"));
}

#[test]
fn says_loudly_what_it_does_not_emulate() {
    for query in [
        "DeviceInfo | join DeviceInfo on DeviceId",
        "let x = 1; DeviceInfo",
        "union DeviceInfo",
        "datatable(x:int)[1]",
        "search in (DeviceInfo) 'x'",
        "DeviceInfo | project-rename x = OSBuild",
        "DeviceInfo | mv-expand LoggedOnUsers",
        "DeviceInfo | extend x = parse_json(LoggedOnUsers)",
        "DeviceInfo | where LoggedOnUsers[0].UserName == 'x'",
        "DeviceInfo | where OSBuild !between (1 .. 2)",
        "DeviceInfo | where DeviceId in (DeviceInfo | project DeviceId)",
        "DeviceInfo | summarize percentile(OSBuild, 50)",
        "DeviceInfo | summarize Twice = count() * 2",
        "DeviceInfo | summarize tostring(count())",
    ] {
        assert!(matches!(ask(query, 30), Err(Trouble::NotEmulated(_))), "{query}");
    }
    for (query, what) in [
        ("CloudAppEvents | take 1", "the hunting table 'CloudAppEvents'"),
        ("DeviceInfo | project AzureVmId", "the hunting column 'AzureVmId'"),
        ("EmailEvents | summarize count() by IsFirstContact", "the hunting column 'IsFirstContact'"),
        ("DeviceNetworkEvents | project-away RemotePort | where LogonID == 1", "the hunting column 'LogonID'"),
        ("set notruncation; DeviceInfo", "the KQL word 'set'"),
        ("declare query_parameters(x:long = 1); DeviceInfo", "the KQL word 'declare'"),
        ("let f = (x:int) { x + 1 }; DeviceInfo", "the KQL word 'let'"),
        ("DeviceInfo; DeviceInfo", "several statements"),
        ("(DeviceInfo | take 1) | count", "a query in parentheses"),
        ("cluster('x').database('y').DeviceInfo", "the KQL word 'cluster'"),
        ("FileProfile('x')", "the function 'FileProfile' in place of a table"),
        ("DeviceInfo | where DeviceId in ((DeviceInfo | project DeviceId))", "queries inside a query"),
        ("DeviceInfo | where DeviceId in (DeviceNetworkInfo)", "queries inside a query"),
        ("DeviceInfo | where DeviceId in (externaldata(id:string)['https://a.example'])", "queries inside a query"),
        ("DeviceInfo | where DeviceId in (datatable (id:string)['x'])", "queries inside a query"),
        ("DeviceInfo | where DeviceId in (print 'x')", "queries inside a query"),
        ("DeviceInfo | extend latest = toscalar(union DeviceInfo, DeviceEvents)", "queries inside a query"),
        ("DeviceInfo | where DeviceName == h'x'", "obfuscated string literals such as h'…'"),
        ("DeviceInfo | where DeviceName == ```x```", "multi-line string literals between ``` or ~~~"),
        ("DeviceInfo | where DeviceName in (dynamic(['x']))", "dynamic(…) literals"),
        ("DeviceInfo | where Timestamp > datetime (2024-01-01)", "the KQL function 'datetime'"),
        ("DeviceInfo | where DeviceName like 'x'", "the KQL operator 'like'"),
        ("DeviceInfo | where * has 'x'", "the star in place of a column"),
        ("DeviceInfo | where ['DeviceName'] == 'x'", "names and values in brackets"),
        ("DeviceInfo | project-away Device*", "wildcards in project-away"),
        ("DeviceInfo | where Timestamp between (datetime(2024-01-01) .. 1d)", "between with a time span as its end"),
        ("search 'har*'", "search with wildcards"),
        ("search *", "search *"),
        ("search 'a' or 'b'", "search '…' or"),
        ("DeviceInfo | extend x = todatetime(OSBuild)", "todatetime() of a number"),
        (
            "DeviceInfo | extend x = todatetime('12-02-2022')",
            "the date '12-02-2022', of a form that Kusto does not document",
        ),
    ] {
        assert_eq!(ask(query, 30).unwrap_err(), Trouble::NotEmulated(what.into()), "{query}");
    }
    let long = format!("DeviceInfo | where {}", vec!["OSBuild == 1"; 5_000].join(" or "));
    assert!(matches!(ask(&long, 30), Err(Trouble::NotEmulated(_))));
}
