//! The library that Kotlin and Swift load. What it shows is defined in `crm-core` under the feature `uniffi`.

crm_core::uniffi_reexport_scaffolding!();
