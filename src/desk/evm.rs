//! An EVM network behind several nodes, as the desk sees it.
