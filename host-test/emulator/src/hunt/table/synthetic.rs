//! `SyntheticEvents`: a table of any size, for measuring large answers.
//! Its rows ignore the time span. They are written as JSON once and kept, so that serving 50 MB costs next to nothing.

use std::fmt::Write;
use std::sync::OnceLock;

use bytes::Bytes;
use jiff::Timestamp;

use crate::data::seed;
use crate::hunt::result::MAX_ROWS;
use crate::message::clock;

/// Its name in queries.
pub(crate) const TABLE: &str = "SyntheticEvents";

const SCHEMA: &str = concat!(
    r#""schema":[{"name":"Timestamp","type":"DateTime"},{"name":"DeviceId","type":"String"},"#,
    r#"{"name":"DeviceName","type":"String"},{"name":"ActionType","type":"String"},{"name":"RemoteUrl","type":"String"},"#,
    r#"{"name":"RemoteIP","type":"String"},{"name":"RemotePort","type":"Int32"},{"name":"SHA256","type":"String"},"#,
    r#"{"name":"ProcessCommandLine","type":"String"},{"name":"IsLocalAdmin","type":"SByte"},"#,
    r#"{"name":"ReportId","type":"Int32"}],"results":["#
);

/// The table and the text of its rows.
#[derive(Debug)]
pub(crate) struct Synthetic {
    rows: usize,
    born: Timestamp,
    written: OnceLock<Written>,
}

#[derive(Debug)]
struct Written {
    text: Bytes,
    /// Where each row ends.
    ends: Vec<usize>,
}

impl Synthetic {
    pub(crate) fn new(rows: usize, born: Timestamp) -> Self {
        Self { rows: rows.min(MAX_ROWS), born, written: OnceLock::new() }
    }

    /// The members `schema` and `results` with this many rows at most.
    pub(crate) fn results(&self, count: usize) -> Vec<Bytes> {
        let written = self.written.get_or_init(|| self.write());
        let end = count.min(self.rows).checked_sub(1).and_then(|last| written.ends.get(last)).copied().unwrap_or(0);
        vec![Bytes::from_static(SCHEMA.as_bytes()), written.text.slice(..end), Bytes::from_static(b"]")]
    }

    fn write(&self) -> Written {
        let mut text = String::with_capacity(self.rows * 530);
        let mut ends = Vec::with_capacity(self.rows);
        for index in 0..self.rows {
            if index > 0 {
                text.push(',');
            }
            // Writing into a String cannot fail.
            let _ = self.write_row(&mut text, index as u64);
            ends.push(text.len());
        }
        Written { text: text.into(), ends }
    }

    fn write_row(&self, text: &mut String, index: u64) -> std::fmt::Result {
        let seconds = index.cast_signed() * 25;
        let at = clock::shift(self.born, -seconds);
        write!(
            text,
            concat!(
                r#"{{"Timestamp":"{}","DeviceId":"{}","DeviceName":"por-ws{:03}.corp.haldenmarine.example","#,
                r#""ActionType":"ConnectionSuccess","RemoteUrl":"https://port-{}.example/vessels/{:08}","#,
                r#""RemoteIP":"192.0.2.{}","RemotePort":443,"SHA256":"{}","#,
                r#""ProcessCommandLine":"\"C:\\Program Files\\Halden\\tracker.exe\" --vessel {:08} --profile \"Ålesund\"","#,
                r#""IsLocalAdmin":{},"ReportId":{}}}"#
            ),
            clock::graph(at),
            seed::hex(index % 30, 40),
            index % 30,
            index % 97,
            index,
            index % 250,
            seed::hex(index, 64),
            index,
            index.is_multiple_of(9),
            index,
        )
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    #[test]
    fn serves_any_number_of_rows_of_about_five_hundred_bytes() {
        let table = Synthetic::new(1_000, clock::now());
        for (asked, served) in [(0, 0), (1, 1), (999, 999), (5_000, 1_000)] {
            let text = format!("{{{}}}", String::from_utf8(table.results(asked).concat()).unwrap());
            let results: Value = serde_json::from_str(&text).unwrap();
            assert_eq!(results["results"].as_array().unwrap().len(), served);
            assert_eq!(results["schema"].as_array().unwrap().len(), 11);
        }
        let bytes = table.results(1_000)[1].len() / 1_000;
        // The service stops at 50 MB, which is what all 100,000 rows come to.
        assert!((480..=500).contains(&bytes), "{bytes} bytes a row");
    }
}
