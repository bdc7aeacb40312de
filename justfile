# Short names for what is done often. `just` alone lists them.

default:
    @just --list

# Format, lints, tests, licences: what must hold before a change goes in.
check:
    tests/run

# The tests whose names contain the words; all without.
test *words:
    cargo test --locked -- {{words}}

# Run the tests, then look at the frames and reports that changed (needs cargo-insta).
review *words:
    cargo insta test --review -- {{words}}

# A practice treasury on an embedded chain; nothing to install.
demo *arguments:
    cargo run --release --locked -- demo {{arguments}}

# One frame on stdout: `just frame queue`, `just frame review --size 80x24`.
frame screen *arguments:
    cargo run --locked -- screen {{screen}} {{arguments}}

# Measure; results belong into benches/README.md.
bench *words:
    cargo bench --locked -- {{words}}

# The console, with any arguments.
run *arguments:
    cargo run --release --locked -- {{arguments}}
