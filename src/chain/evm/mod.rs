//! EVM networks: transactions, fees, ERC-20, decoding.
