//! What a match is: how names, channels and numbers of two records are made comparable.

pub(crate) mod normalise;
