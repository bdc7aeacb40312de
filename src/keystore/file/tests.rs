//! The format, byte by byte: what is written reads back, and nothing else does.

use alloy_primitives::address;

use super::*;

fn sample() -> KeyFile {
    let info = KeyInfo {
        id: KeyId([0x11; 16]),
        kind: KeyKind::Voting,
        namespace: [0x22; 16],
        address: address!("f39Fd6e51aad88F6F4ce6aB8827279cffFb92266"),
        label: Label::parse("hot 7").unwrap(),
        cost: Cost::STANDARD,
        factor: FactorKind::HostFile,
        factor_id: [0x33; 16],
        generation: 5,
    };
    KeyFile {
        header: Header { info, kdf_salt: [0x44; 32], factor_salt: [0x55; 32] },
        factor_commitment: [0x66; 32],
        password_commitment: [0x77; 32],
        outer_nonce: [0x88; 12],
        inner_sealed: [0x99; 60],
        outer_tag: [0xaa; 16],
        payload_nonce: [0xbb; 12],
        payload: [0xcc; 32],
        payload_tag: [0xdd; 16],
        mac: [0xee; 32],
    }
}

/// Overwrites bytes and makes the checksum right again: the work of somebody who read the format.
fn forged(at: usize, new: &[u8]) -> Vec<u8> {
    let mut bytes = sample().print();
    bytes[at..at + new.len()].copy_from_slice(new);
    reseal(bytes)
}

fn reseal(mut bytes: Vec<u8>) -> Vec<u8> {
    let body = bytes.len() - HASH_LEN;
    let checksum = sha256(&bytes[..body]);
    bytes[body..].copy_from_slice(&checksum);
    bytes
}

fn code(bytes: &[u8]) -> &'static str {
    KeyFile::parse(bytes).map_err(|fault| fault.at("a.key".as_ref())).expect_err("must be refused").code()
}

/// Every field stands where the table in the module docs says it does.
#[test]
fn the_layout_is_as_documented() {
    let bytes = sample().print();
    assert_eq!(bytes.len(), 516);
    let field = |at: usize, len: usize| &bytes[at..at + len];
    assert_eq!(field(0, 8), b"BURSRKEY");
    assert_eq!(field(8, 4), [0, 1, 2, 1]);
    assert_eq!(field(12, 12), [0, 1, 0, 0, 0, 0, 0, 3, 0, 0, 0, 4]);
    assert_eq!(field(24, 8), [0, 0, 0, 5, 0, 32, 1, 5]);
    assert_eq!(field(32, 16), [0x11; 16]);
    assert_eq!(field(48, 16), [0x22; 16]);
    assert_eq!(field(64, 20), address!("f39Fd6e51aad88F6F4ce6aB8827279cffFb92266").as_slice());
    assert_eq!(field(84, 12), [0; 12]);
    assert_eq!(field(96, 32), [0x44; 32]);
    assert_eq!(field(128, 16), [0x33; 16]);
    assert_eq!(field(144, 32), [0x55; 32]);
    assert_eq!(field(176, 5), b"hot 7");
    assert_eq!(field(181, 59), [0; 59]);
    assert_eq!(field(240, 32), [0x66; 32]);
    assert_eq!(field(272, 32), [0x77; 32]);
    assert_eq!(field(304, 12), [0x88; 12]);
    assert_eq!(field(316, 60), [0x99; 60]);
    assert_eq!(field(376, 16), [0xaa; 16]);
    assert_eq!(field(392, 12), [0xbb; 12]);
    assert_eq!(field(404, 32), [0xcc; 32]);
    assert_eq!(field(436, 16), [0xdd; 16]);
    assert_eq!(field(452, 32), [0xee; 32]);
    assert_eq!(field(484, 32), sha256(&bytes[..484]));
}

#[test]
fn parse_and_print_are_inverse() {
    let file = sample();
    assert_eq!(KeyFile::parse(&file.print()).unwrap(), file);
    let mut recovery = sample();
    recovery.header.info.factor = FactorKind::None;
    recovery.header.info.factor_id = [0; 16];
    recovery.header.info.label = Label::parse(&"~".repeat(LABEL_BYTES_MAX)).unwrap();
    assert_eq!(KeyFile::parse(&recovery.print()).unwrap(), recovery);
}

#[test]
fn keystore_damaged_by_any_flipped_bit() {
    let good = sample().print();
    for bit in 0..good.len() * 8 {
        let mut bytes = good.clone();
        bytes[bit / 8] ^= 1 << (bit % 8);
        assert_eq!(code(&bytes), "keystore.damaged", "bit {bit}");
    }
}

#[test]
fn keystore_damaged_by_truncation_at_every_length_and_by_trailing_bytes() {
    let good = sample().print();
    for len in 0..good.len() {
        assert_eq!(code(&good[..len]), "keystore.damaged", "length {len}");
        if len >= PREFIX_LEN + HASH_LEN {
            assert_eq!(code(&reseal(good[..len].to_vec())), "keystore.damaged", "length {len}, checksum made right");
        }
    }
    for extra in [1, 32, FILE_BYTES_MAX - good.len(), FILE_BYTES_MAX] {
        let mut longer = good.clone();
        longer.resize(good.len() + extra, 0);
        assert_eq!(code(&longer), "keystore.damaged");
        assert_eq!(code(&reseal(longer)), "keystore.damaged");
    }
    assert_eq!(code(&[0; FILE_BYTES_MAX]), "keystore.damaged");
}

#[test]
fn keystore_unsupported() {
    let newer = [(8, &[0, 2][..]), (8, &[0xff, 0xff]), (8, &[0, 0])];
    let unknown = [(10, &[3][..]), (10, &[0]), (11, &[2]), (11, &[0]), (30, &[2])];
    let off_scale = [
        (12, &0u32.to_be_bytes()),
        (12, &19_455u32.to_be_bytes()),
        (12, &4_194_305u32.to_be_bytes()),
        (12, &u32::MAX.to_be_bytes()),
        (16, &1u32.to_be_bytes()),
        (16, &65u32.to_be_bytes()),
        (20, &0u32.to_be_bytes()),
        (20, &17u32.to_be_bytes()),
    ];
    for (at, bytes) in newer.into_iter().chain(unknown).chain(off_scale.map(|(at, bytes)| (at, &bytes[..]))) {
        assert_eq!(code(&forged(at, bytes)), "keystore.unsupported", "{at}: {bytes:?}");
    }
}

/// A newer version may have another length; it must not be called damaged for that.
#[test]
fn keystore_unsupported_is_told_from_damage_at_any_length() {
    let mut longer = forged(8, &[0, 2]);
    longer.resize(2000, 7);
    assert_eq!(code(&reseal(longer)), "keystore.unsupported");
}

#[test]
fn a_header_has_one_form_only() {
    let others: [(usize, &[u8]); 9] = [
        (24, &[0, 0, 0, 0]),
        (28, &[0, 31]),
        (30, &[0]),
        (31, &[0]),
        (31, &[4]),
        (31, &[65]),
        (84, &[1]),
        (176, b"\x1b"),
        (239, &[1]),
    ];
    for (at, bytes) in others {
        assert_eq!(code(&forged(at, bytes)), "keystore.damaged", "{at}: {bytes:?}");
    }
}
