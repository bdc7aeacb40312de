//! Reads, broadcast, failover; no endpoint is trusted.
