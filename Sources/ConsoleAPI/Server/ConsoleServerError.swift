// Why the console API cannot start.

/// A start that failed, with one clear line for the administrator.
public enum ConsoleServerError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The certificate or key file cannot be read, is no PEM, or the two do not belong together.
    case certificate(file: String, reason: String)
    /// The directory of the web console cannot be served.
    case files(directory: String, reason: String)
    /// The address cannot be listened on: in use, not ours, or not permitted.
    case listen(host: String, port: Int, reason: String)

    /// What is wrong, where, and what to do.
    public var description: String {
        switch self {
        case .certificate(let file, let reason): "console certificate '\(file)': \(reason)"
        case .files(let directory, let reason): "console files '\(directory)': \(reason)"
        case .listen(let host, let port, let reason): "console cannot listen on \(host):\(port): \(reason)"
        }
    }
}
