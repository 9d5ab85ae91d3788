// Listening sockets that systemd opened for us (sd_listen_fds(3)), each under the name its .socket unit gives it.

internal import CSystemd
internal import Glibc

/// Why what systemd handed over cannot be used. Each is a fault of a unit file: say it and stop.
public enum ActivationError: Error, Hashable, Sendable, CustomStringConvertible {
    /// libsystemd could not read the environment, with this errno.
    case environment(Int32)
    /// The descriptor under this name is no listening stream socket.
    case notListening(name: String)

    /// One line.
    public var description: String {
        switch self {
        case .environment(let code): "LISTEN_FDS is not usable: \(String(cString: strerror(code)))"
        case .notListening(let name):
            "systemd passed \"\(name)\", which is no listening stream socket; its .socket unit needs ListenStream="
        }
    }
}

/// The listeners handed over and not yet taken.
///
/// Owns them: what is not taken is closed at the end, so that nobody connects to a socket that nobody serves.
public struct ActivatedSockets: ~Copyable, Sendable {
    private var listeners: [(name: String, descriptor: Int32)]

    /// Takes over what systemd passed to this process; call it once, at the start, before other threads run,
    /// because it removes the variables from the environment. Empty without socket activation.
    ///
    /// The sockets are made non-blocking and close-on-exec.
    /// - Throws: ``ActivationError``; nothing stays open.
    public static func inherit() throws(ActivationError) -> ActivatedSockets {
        var names: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?
        let count = sd_listen_fds_with_names(1, &names)
        guard count >= 0 else { throw .environment(-count) }
        var sockets = ActivatedSockets(listeners: [])
        for index in 0..<Int(count) {
            var name = "unknown"
            if let text = names?[index] {
                name = String(cString: text)
                free(text)
            }
            sockets.listeners.append((name, SD_LISTEN_FDS_START + Int32(index)))
        }
        free(names)
        for (name, descriptor) in sockets.listeners {
            let stream = Int32(SOCK_STREAM.rawValue)
            guard sd_is_socket(descriptor, AF_UNSPEC, stream, 1) > 0 else { throw .notListening(name: name) }
            let flags = fcntl(descriptor, F_GETFL)
            guard flags >= 0, fcntl(descriptor, F_SETFL, flags | O_NONBLOCK) == 0 else {
                throw .environment(errno)
            }
        }
        return sockets
    }

    private init(listeners: [(name: String, descriptor: Int32)]) { self.listeners = listeners }

    /// Whether there is anything left to take.
    public var isEmpty: Bool { listeners.isEmpty }

    /// Names of what is left, such as a `FileDescriptorName=` that nobody knows; worth a warning.
    public var names: [String] { listeners.map(\.name) }

    /// The listeners under `name`, in the order of the unit file; the caller owns them. Empty when there are
    /// none.
    public mutating func take(_ name: String) -> [Int32] {
        let taken = listeners.filter { $0.name == name }.map(\.descriptor)
        listeners.removeAll { $0.name == name }
        return taken
    }

    deinit {
        for (_, descriptor) in listeners { _ = close(descriptor) }
    }
}
