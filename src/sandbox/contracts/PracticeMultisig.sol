// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

/// A small multi-signature wallet for the practice chain. It answers the calls a treasury console makes to a Safe 1.4.1
/// (same selectors, EIP-712 hashes, events, error codes and storage slots 0, 3, 4 and 5), and nothing else: no modules,
/// guards, fallback handlers, delegate calls, gas refunds, or contract signatures. It is not a Safe and must not hold real funds.
contract PracticeMultisig {
    string public constant VERSION = "1.4.1";

    // Slots 0, 3, 4 and 5 mean what a console expects to read there (singleton, owner count, threshold, nonce).
    address private _singleton;
    address[] private _owners;
    mapping(address => bool) public isOwner;
    uint256 private _ownerCount;
    uint256 private _threshold;
    uint256 public nonce;

    bytes32 private constant DOMAIN_TYPE = keccak256("EIP712Domain(uint256 chainId,address verifyingContract)");
    bytes32 private constant SAFE_TX_TYPE = keccak256(
        "SafeTx(address to,uint256 value,bytes data,uint8 operation,uint256 safeTxGas,uint256 baseGas,uint256 gasPrice,address gasToken,address refundReceiver,uint256 nonce)"
    );
    /// What an inner call costs besides the gas handed on to it.
    uint256 private constant CALL_OVERHEAD = 2500;

    event SafeReceived(address indexed sender, uint256 value);
    event ExecutionSuccess(bytes32 indexed txHash, uint256 payment);
    event ExecutionFailure(bytes32 indexed txHash, uint256 payment);

    /// What the owners sign, without the nonce: that one is the contract's to say.
    struct Order {
        address to;
        uint256 value;
        bytes32 dataHash;
        uint8 operation;
        uint256 safeTxGas;
        uint256 baseGas;
        uint256 gasPrice;
        address gasToken;
        address refundReceiver;
    }

    constructor(address[] memory owners, uint256 threshold) {
        require(threshold != 0 && threshold <= owners.length, "GS201");
        for (uint256 i = 0; i < owners.length; i++) {
            address owner = owners[i];
            require(owner != address(0) && owner != address(this), "GS203");
            require(!isOwner[owner], "GS204");
            isOwner[owner] = true;
            _owners.push(owner);
        }
        _singleton = address(this);
        _ownerCount = owners.length;
        _threshold = threshold;
    }

    receive() external payable {
        emit SafeReceived(msg.sender, msg.value);
    }

    function getOwners() external view returns (address[] memory) {
        return _owners;
    }

    function getThreshold() external view returns (uint256) {
        return _threshold;
    }

    function domainSeparator() public view returns (bytes32) {
        return keccak256(abi.encode(DOMAIN_TYPE, block.chainid, address(this)));
    }

    function getTransactionHash(
        address to,
        uint256 value,
        bytes calldata data,
        uint8 operation,
        uint256 safeTxGas,
        uint256 baseGas,
        uint256 gasPrice,
        address gasToken,
        address refundReceiver,
        uint256 _nonce
    ) external view returns (bytes32) {
        Order memory order =
            Order(to, value, keccak256(data), operation, safeTxGas, baseGas, gasPrice, gasToken, refundReceiver);
        return _hash(order, _nonce);
    }

    function execTransaction(
        address to,
        uint256 value,
        bytes calldata data,
        uint8 operation,
        uint256 safeTxGas,
        uint256 baseGas,
        uint256 gasPrice,
        address gasToken,
        address payable refundReceiver,
        bytes calldata signatures
    ) external payable returns (bool success) {
        require(operation == 0, "practice: plain calls only");
        require(baseGas == 0 && gasPrice == 0, "practice: no gas refund");
        bytes32 txHash = _hash(
            Order(to, value, keccak256(data), operation, safeTxGas, baseGas, gasPrice, gasToken, refundReceiver), nonce
        );
        _checkSignatures(txHash, signatures);
        // Counted up before the call, so that a callee that calls back cannot use the same signatures.
        nonce++;
        // A sixty-fourth stays behind at a call (EIP-150).
        require((gasleft() - CALL_OVERHEAD) * 63 / 64 >= safeTxGas, "GS010");
        (success,) = to.call{value: value}(data);
        // Without a gas promise a failed call takes everything back, the nonce too.
        require(success || safeTxGas != 0, "GS013");
        if (success) emit ExecutionSuccess(txHash, 0);
        else emit ExecutionFailure(txHash, 0);
    }

    function _hash(Order memory order, uint256 orderNonce) private view returns (bytes32) {
        // All members are single words, so the struct's own encoding is what EIP-712 asks for.
        bytes32 structHash = keccak256(bytes.concat(SAFE_TX_TYPE, abi.encode(order), bytes32(orderNonce)));
        return keccak256(abi.encodePacked(hex"1901", domainSeparator(), structHash));
    }

    /// The first `threshold` parts of 65 bytes (r, s, v) must come from owners in strictly ascending order, which rules
    /// out duplicates. v: 27 or 28 over the hash (ECDSA); 31 or 32 over the `eth_sign` prefix of it (EIP-191);
    /// 1 says that the caller is the owner in r, and needs no signature.
    function _checkSignatures(bytes32 txHash, bytes calldata signatures) private view {
        uint256 threshold = _threshold;
        require(signatures.length >= threshold * 65, "GS020");
        address last = address(0);
        for (uint256 i = 0; i < threshold; i++) {
            bytes calldata part = signatures[i * 65:(i + 1) * 65];
            bytes32 r = bytes32(part[0:32]);
            bytes32 s = bytes32(part[32:64]);
            uint8 v = uint8(part[64]);
            address owner;
            if (v == 1) {
                owner = address(uint160(uint256(r)));
                require(owner == msg.sender, "GS025");
            } else if (v > 30) {
                bytes32 wrapped = keccak256(abi.encodePacked("\x19Ethereum Signed Message:\n32", txHash));
                owner = ecrecover(wrapped, v - 4, r, s);
            } else {
                owner = ecrecover(txHash, v, r, s);
            }
            require(owner > last && isOwner[owner], "GS026");
            last = owner;
        }
    }
}
