//! PEM: the text form of certificates and keys, read block by block.
//! Files often hold several blocks, a private key among them, and only the public ones are taken.

use std::fmt::Display;

use tokio_rustls::rustls::pki_types::pem::{self, PemObject, SectionKind};

/// Why a text was not taken as a certificate or as a public key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PemError {
    /// The text is not PEM, or a block of it is damaged.
    #[error("the text is not valid PEM: {0}")]
    Unreadable(String),
    /// No block of the kind that is needed.
    #[error("the text has no block '-----BEGIN {0}-----'")]
    Missing(&'static str),
    /// More than one block where there can be only one.
    #[error("the text has {0} blocks, and only one can be taken")]
    Several(usize),
    /// A block that is not what its label says.
    #[error("the block '-----BEGIN {label}-----' does not hold one: {reason}")]
    Malformed {
        /// What it claims to be.
        label: &'static str,
        /// What the parser says.
        reason: String,
    },
}

impl PemError {
    pub(super) fn malformed(label: &'static str, reason: impl Display) -> Self {
        Self::Malformed { label, reason: reason.to_string() }
    }
}

pub(super) const CERTIFICATE: &str = "CERTIFICATE";
pub(super) const PUBLIC_KEY: &str = "PUBLIC KEY";

/// A block that can be registered.
#[derive(Debug)]
pub(super) enum Block {
    Certificate(Vec<u8>),
    PublicKey(Vec<u8>),
}

/// The certificates and public keys of a text, in order. Every other block is passed over.
pub(super) fn blocks(text: &str) -> Result<Vec<Block>, PemError> {
    let mut found = Vec::new();
    for block in <(SectionKind, Vec<u8>)>::pem_slice_iter(text.as_bytes()) {
        match block.map_err(unreadable)? {
            (SectionKind::Certificate, der) => found.push(Block::Certificate(der)),
            (SectionKind::PublicKey, der) => found.push(Block::PublicKey(der)),
            _ => {}
        }
    }
    Ok(found)
}

/// The library's own words are meant for programmers, and one variant quotes bytes.
fn unreadable(error: pem::Error) -> PemError {
    PemError::Unreadable(match error {
        pem::Error::MissingSectionEnd { .. } => "a block does not end".into(),
        pem::Error::IllegalSectionStart { .. } => "a block's first line is damaged".into(),
        pem::Error::Base64Decode(_) => "a block is not base64".into(),
        other => other.to_string(),
    })
}
