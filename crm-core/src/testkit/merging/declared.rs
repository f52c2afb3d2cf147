//! Every identifier in every registered entity says what a merge does with it.
