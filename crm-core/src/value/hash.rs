//! A hash that is the same on every platform and in every version: FNV-1a with a last mixing, 64 bits.

/// The hash of texts one after the other.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Fnv(u64);

impl Fnv {
    pub(crate) fn new(first: &str) -> Self {
        Self(0xcbf2_9ce4_8422_2325).with(first)
    }

    /// Takes one more text, set apart from the one before.
    pub(crate) fn with(self, text: &str) -> Self {
        let fold = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        Self(fold(text.bytes().fold(self.0, fold), 0xff))
    }

    /// The hash; the low and the high bits alike depend on everything.
    pub(crate) const fn finish(self) -> u64 {
        mixed(self.0)
    }
}

/// The last steps of `MurmurHash3`, which spread every bit.
pub(crate) const fn mixed(mut hash: u64) -> u64 {
    hash ^= hash >> 33;
    hash = hash.wrapping_mul(0xff51_afd7_ed55_8ccd);
    hash ^= hash >> 33;
    hash = hash.wrapping_mul(0xc4ce_b9fe_1a85_ec53);
    hash ^ (hash >> 33)
}
