//! The input of each action, read from its JSON.

use crate::catalog;
use crate::request::fields::Fields;
use crate::text::fault::Fault;
use crate::wire::host::Method;
use crate::wit::actions::{ExtraFields, GenericRequest, IncidentChange, IncidentQuery, ResponseType, Upload};
use crate::wit::triage::{AlertChange, AlertMove, AlertQuery, IncidentMerge};
use crate::wit::trigger::PollQuery;

pub(super) fn incident_query(input: &Fields<'_>) -> Result<IncidentQuery, Fault> {
    Ok(IncidentQuery {
        filter: input.text("filter")?,
        max_results: input.integer("max_results")?,
        skip: input.integer("skip")?,
        count: input.boolean("count")?,
        expand: input.text("expand")?,
        order_by: input.text("order_by")?,
        cursor: input.text("cursor")?,
    })
}

pub(super) fn poll_query(input: &Fields<'_>) -> Result<PollQuery, Fault> {
    Ok(PollQuery {
        since: input.text("since")?,
        filter: input.text("filter")?,
        expand: input.text("expand")?,
        max_results: input.integer("max_results")?,
        look_back: input.integer("look_back")?,
    })
}

pub(super) fn incident_change(input: &Fields<'_>) -> Result<IncidentChange, Fault> {
    Ok(IncidentChange {
        status: input.word("status")?,
        assigned_to: input.text("assigned_to")?,
        classification: input.word("classification")?,
        determination: input.word("determination")?,
        description: input.text("description")?,
        resolving_comment: input.text("resolving_comment")?,
        severity: input.word("severity")?,
        display_name: input.text("display_name")?,
        summary: input.text("summary")?,
        custom_tags: input.texts("custom_tags")?,
        tag_mode: input.word("tag_mode")?,
        clear: input.words("clear")?,
        unchanged_since: input.text("unchanged_since")?,
        dry_run: input.boolean("dry_run")?,
    })
}

pub(super) fn alert_query(input: &Fields<'_>) -> Result<AlertQuery, Fault> {
    Ok(AlertQuery {
        filter: input.text("filter")?,
        max_results: input.integer("max_results")?,
        skip: input.integer("skip")?,
        count: input.boolean("count")?,
        cursor: input.text("cursor")?,
    })
}

pub(super) fn alert_change(input: &Fields<'_>) -> Result<AlertChange, Fault> {
    Ok(AlertChange {
        status: input.word("status")?,
        assigned_to: input.text("assigned_to")?,
        classification: input.word("classification")?,
        determination: input.word("determination")?,
        clear: input.words("clear")?,
        dry_run: input.boolean("dry_run")?,
    })
}

pub(super) fn incident_merge(input: &Fields<'_>) -> Result<IncidentMerge, Fault> {
    Ok(IncidentMerge {
        incident_ids: input.digit_list("incident_ids")?,
        comment: input.text("comment")?,
        reasons: input.words("reasons")?,
        dry_run: input.boolean("dry_run")?,
    })
}

pub(super) fn alert_move(input: &Fields<'_>) -> Result<AlertMove, Fault> {
    Ok(AlertMove {
        alert_ids: input.texts("alert_ids")?.unwrap_or_default(),
        incident_id: input.digits("incident_id")?,
        comment: input.text("comment")?,
        reasons: input.words("reasons")?,
        dry_run: input.boolean("dry_run")?,
    })
}

pub(super) fn generic_request(input: &Fields<'_>) -> Result<GenericRequest, Fault> {
    let method = input.word::<Method>("method")?.ok_or_else(|| input.wrong("method", "is required"))?;
    Ok(GenericRequest {
        method,
        endpoint: input.required_text("endpoint")?,
        payload: input.text_or_json("payload"),
        query_params: input.pairs("query_params")?,
        extra_fields: extra_fields(input)?,
    })
}

fn extra_fields(input: &Fields<'_>) -> Result<Option<ExtraFields>, Fault> {
    input.fields("extra_fields", &catalog::EXTRA_FIELDS, |extra| {
        Ok(ExtraFields {
            headers: extra.pairs("headers")?,
            payload_json: extra.any("payload_json"),
            files: files(extra)?,
            download: extra.boolean("download")?,
            filename: extra.text("filename")?,
            retry_count: extra.integer("retry_count")?,
            retry_wait: extra.integer("retry_wait")?,
            custom_output_json: extra.any("custom_output"),
            response_type: extra.word::<ResponseType>("response_type")?,
        })
    })
}

fn files(extra: &Fields<'_>) -> Result<Vec<Upload>, Fault> {
    let files = extra.list("files", &["field", "filename", "content_type", "content_base64"])?;
    files
        .iter()
        .map(|file| {
            Ok(Upload {
                field: file.required_text("field")?,
                filename: file.required_text("filename")?,
                content_type: file.text("content_type")?,
                content_base64: file.text("content_base64")?.unwrap_or_default(),
            })
        })
        .collect()
}
