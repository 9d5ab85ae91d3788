// What can be wrong with TLS before the first connection: files and settings.

/// Why a ``TLSContext`` or connection could not be made. Two are equal when reason and file are.
public struct TLSError: Error, Sendable {
    /// What was being done.
    public enum Reason: Hashable, Sendable {
        /// The certificate file is missing, unreadable, not PEM, or refused (too weak).
        case certificateFile
        /// The private key's file is missing, unreadable or not PEM.
        case keyFile
        /// The key is not the certificate's.
        case keyMismatch
        /// The file of trusted authorities is missing, unreadable or empty.
        case trustFile
        /// A revocation list is missing, unreadable, of an unknown issuer, badly signed or older than the one in force.
        case revocationList
        /// The file of ticket keys can be read by others, is damaged, or cannot be written.
        case ticketKeys
        /// OpenSSL refused a setting of ours or is out of memory.
        case setup
    }

    public let reason: Reason
    /// The file at fault.
    public let file: String?
    /// What OpenSSL said.
    public let detail: String

    /// - Parameters:
    ///   - reason: what was being done.
    ///   - file: the file at fault.
    ///   - detail: what OpenSSL said.
    public init(_ reason: Reason, file: String? = nil, detail: String) {
        self.reason = reason
        self.file = file
        self.detail = detail
    }
}

extension TLSError: Hashable {
    public static func == (left: Self, right: Self) -> Bool {
        left.reason == right.reason && left.file == right.file
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(reason)
        hasher.combine(file)
    }
}

extension TLSError: CustomStringConvertible {
    /// One line for an operator.
    public var description: String {
        let what =
            switch reason {
            case .certificateFile: "cannot use the certificate"
            case .keyFile: "cannot use the private key"
            case .keyMismatch: "the private key does not belong to the certificate"
            case .trustFile: "cannot use the trusted authorities"
            case .revocationList: "cannot use the revocation list"
            case .ticketKeys: "cannot use the ticket keys"
            case .setup: "cannot set up TLS"
            }
        guard let file else { return "\(what): \(detail)" }
        return "\(what) in \(file): \(detail)"
    }
}
