//! An enumeration that grows: its wire names, their order, and which members are held back.
//! Graph reads names in any case, writes camelCase, and hides later members from clients that did not ask for them
//! (<https://learn.microsoft.com/graph/best-practices-concept#handling-future-members-in-evolvable-enumerations>).

/// The member that stands for every later one.
pub(crate) const SENTINEL: &str = "unknownFutureValue";

/// An enumeration of the metadata. Members are in the order of their numbers.
#[derive(Debug)]
pub(crate) struct Vocabulary {
    /// Qualified name, as written before a literal.
    pub(crate) name: &'static str,
    pub(crate) members: &'static [&'static str],
    /// Members added after the sentinel.
    pub(crate) later: &'static [&'static str],
}

impl Vocabulary {
    /// The member as the service writes it, whatever the case of the word.
    pub(crate) fn read(&self, word: &str) -> Option<&'static str> {
        self.members.iter().chain(self.later).find(|member| member.eq_ignore_ascii_case(word)).copied()
    }

    /// Position among the members, for comparisons by size.
    pub(crate) fn rank(&self, member: &str) -> Option<usize> {
        self.members.iter().chain(self.later).position(|known| *known == member)
    }

    /// The member as a client sees it: later ones only on request.
    pub(crate) fn visible<'a>(&self, member: &'a str, include_unknown: bool) -> &'a str {
        if include_unknown || !self.later.contains(&member) { member } else { SENTINEL }
    }

    /// Whether only clients that asked for it see this member.
    pub(crate) fn is_later(&self, member: &str) -> bool {
        self.later.contains(&member)
    }
}
