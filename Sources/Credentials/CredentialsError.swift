// Why a credential operation could not be done. None of these says anything about a password.

/// The crypto library refused, or a stored hash is damaged.
public enum CredentialsError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The system's random source gave nothing; no secret may be made without it.
    case randomUnavailable
    /// OpenSSL could not compute a digest or a key, normally for want of memory.
    case computationFailed(String)
    /// A stored password hash is not of the form `$scrypt$ln=…,r=…,p=…$salt$hash`, or its cost is outside
    /// what this program accepts.
    case malformedHash

    /// One line for a log.
    public var description: String {
        switch self {
        case .randomUnavailable: "the random source gave nothing; check /dev/urandom and OpenSSL's configuration"
        case .computationFailed(let what): "OpenSSL could not compute \(what); check the memory limit"
        case .malformedHash: "a stored password hash is malformed; set the password again"
        }
    }
}
