//! What a match is: how names and other facts of a party are normalised and compared.

pub(crate) mod normalise;
