//! Decodes comments, on incidents and alerts alike.
//!
//! Source: <https://learn.microsoft.com/graph/api/resources/security-alertcomment>.

use crate::graph::refusal::check_error;
use crate::text::fault::{Fault, malformed};
use crate::text::record::{Record, Records, Shape, raw, records, text};
use crate::wit::actions::Comment;

/// A comment.
pub const COMMENT: Shape =
    Shape { what: "a comment", members: &[text("comment"), text("createdByDisplayName"), text("createdDateTime")] };

/// Decodes the comments of an object.
pub fn all(comments: Option<Records<'_>>) -> Vec<Comment> {
    comments.unwrap_or_default().list.into_iter().map(comment).collect()
}

fn comment(mut comment: Record<'_>) -> Comment {
    Comment {
        comment: comment.optional("comment"),
        created_by: comment.optional("createdByDisplayName"),
        created_at: comment.optional("createdDateTime"),
    }
}

/// Decodes the answer to a new comment: all comments of the object.
pub fn decode(json: &str) -> Result<Vec<Comment>, Fault> {
    const SHAPE: Shape = Shape { what: "an object with value", members: &[records("value", &COMMENT), raw("error")] };
    SHAPE.read(json, "list of comments", |mut list, _| {
        check_error(&mut list)?;
        let comments = list.records("value").ok_or_else(|| malformed("the answer is not a list of comments"))?;
        Ok(all(Some(comments)))
    })
}
