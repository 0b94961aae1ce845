//! Add a comment to an incident or an alert.
//!
//! Sources: <https://learn.microsoft.com/graph/api/security-incident-post-comments>,
//! <https://learn.microsoft.com/graph/api/security-alert-post-comments>.

use super::once::{Once, Outcome};
use crate::answer::comment;
use crate::answer::envelope::Meta;
use crate::graph::session::Session;
use crate::request::alert::checked_comment;
use crate::request::incident::checked_id;
use crate::text::fault::Fault;
use crate::text::json::Writer;
use crate::wire::host::Host;
use crate::wit::actions::Comment;
use crate::wit::triage::CommentList;

/// What a comment belongs to, with its id.
#[derive(Debug, Clone, Copy)]
pub enum Owner<'o> {
    /// An incident.
    Incident(&'o str),
    /// An alert.
    Alert(&'o str),
}

/// All comments afterwards, typed.
pub async fn typed<H: Host>(
    session: &Session<'_, H>,
    owner: Owner<'_>,
    text: &str,
    dry_run: Option<bool>,
) -> Result<CommentList, Fault> {
    Ok(match write(owner, text, dry_run)?.send(session, comment::decode).await? {
        Outcome::Done((comments, _), meta) => CommentList { comments, warnings: meta.warnings },
        Outcome::Unread(_, meta) => CommentList { comments: Vec::new(), warnings: meta.warnings },
        Outcome::DryRun(_) => {
            let comment =
                Comment { comment: Some(session.cleared(text.to_owned())), created_by: None, created_at: None };
            CommentList { comments: vec![comment], warnings: Meta::dry_run().warnings }
        }
    })
}

/// All comments afterwards, as JSON; for a dry run, what would be sent.
pub async fn json<H: Host>(
    session: &Session<'_, H>,
    owner: Owner<'_>,
    text: &str,
    dry_run: Option<bool>,
) -> Result<String, Fault> {
    write(owner, text, dry_run)?.json(session, comment::decode).await
}

fn write(owner: Owner<'_>, text: &str, dry_run: Option<bool>) -> Result<Once, Fault> {
    let (path, action, id) = match owner {
        Owner::Incident(id) => {
            let id = checked_id(id)?;
            (format!("security/incidents/{id}/comments"), "get_incident_details", id)
        }
        Owner::Alert(id) => (format!("{}/comments", super::path(id)?), "get_alert", id.trim()),
    };
    let mut body = Writer::new();
    body.text("@odata.type", "microsoft.graph.security.alertComment");
    body.text("comment", checked_comment(text)?);
    Ok(Once {
        path,
        body: body.finish(),
        dry_run: dry_run == Some(true),
        done: "the comment is added",
        find_out: format!("read the comments of {id} with {action} before you add it again"),
    })
}
