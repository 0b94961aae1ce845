//! Reproducible variety: numbers, hashes and ids that depend on nothing but an index.
//! No random numbers, so that two runs show the same tenant.

/// Scatters an index over all numbers (the finaliser of `SplitMix64`, <https://prng.di.unimi.it/splitmix64.c>).
pub(crate) fn mix(index: u64) -> u64 {
    let mut bits = index.wrapping_add(0x9e37_79b9_7f4a_7c15);
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}

/// A number below a bound.
pub(crate) fn below(index: u64, bound: u64) -> u64 {
    mix(index) % bound.max(1)
}

/// One of several, the same one for the same index.
pub(crate) fn pick<T>(index: u64, choices: &[T]) -> &T {
    let place = usize::try_from(below(index, choices.len() as u64)).unwrap_or_default();
    &choices[place]
}

/// Hexadecimal digits, as of a hash.
pub(crate) fn hex(index: u64, digits: usize) -> String {
    let words = (0..).map(|word| format!("{:016x}", mix(index.wrapping_mul(31).wrapping_add(word))));
    let mut text: String = words.take(digits.div_ceil(16)).collect();
    text.truncate(digits);
    text
}

/// A GUID.
pub(crate) fn guid(index: u64) -> String {
    let bits = u128::from(mix(index)) << 64 | u128::from(mix(!index));
    uuid::Builder::from_random_bytes(bits.to_be_bytes()).into_uuid().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_the_same_each_time_and_of_the_asked_length() {
        assert_eq!(hex(7, 40), hex(7, 40));
        assert_eq!(hex(7, 40).len(), 40);
        assert_ne!(guid(1), guid(2));
        assert_eq!(guid(1).len(), 36);
    }
}
