//! How much memory the process holds, as reported by the system.

/// Bytes of resident memory (`VmRSS`); none if the system does not report them.
///
/// The allocator first releases its cached memory: how much that is depends on how threads met, not on the calls.
pub(crate) fn resident() -> Option<u64> {
    trim();
    parse(&std::fs::read_to_string("/proc/self/status").ok()?, "VmRSS:")
}

/// As [`resident`], but a page that is mapped several times counts once (`Pss`): instances share pages until they write to them.
pub(crate) fn proportional() -> Option<u64> {
    trim();
    parse(&std::fs::read_to_string("/proc/self/smaps_rollup").ok()?, "Pss:")
}

/// The most that was ever resident (`VmHWM`).
pub(crate) fn peak() -> Option<u64> {
    parse(&std::fs::read_to_string("/proc/self/status").ok()?, "VmHWM:")
}

#[cfg(all(target_os = "linux", target_env = "gnu"))]
fn trim() {
    // SAFETY: the declaration is that of <malloc.h>, and the function may be called at any time from any thread.
    unsafe extern "C" {
        safe fn malloc_trim(pad: usize) -> std::ffi::c_int;
    }
    // Whether there was anything to release does not matter.
    let _ = malloc_trim(0);
}

#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
fn trim() {}

fn parse(text: &str, name: &str) -> Option<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix(name))?;
    let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kibibytes * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_resident_size() {
        assert_eq!(parse("Name:\tx\nVmRSS:\t   2048 kB\nRssAnon:\t 1 kB\n", "VmRSS:"), Some(2 << 20));
        assert_eq!(parse("Rss:     3 kB\nPss:     2 kB\n", "Pss:"), Some(2 << 10));
        assert_eq!(parse("Name:\tx\n", "VmRSS:"), None);
    }
}
