// How a unit says, before anything is computed, that a press waits.

internal import COpenSSL

extension TLSConnection {
    /// Has a unit's handshake offer ``TLSContext/pressPendingProtocol`` behind the protocol's own name; before its first
    /// step. Without memory for it the unit is served like any other.
    public borrowing func offerPressPending() {
        let names = [TLSContext.applicationProtocol, TLSContext.pressPendingProtocol]
        let list = names.flatMap { [UInt8(truncatingIfNeeded: $0.utf8.count)] + Array($0.utf8) }
        _ = SSL_set_alpn_protos(handle, list, UInt32(list.count))
    }
}
