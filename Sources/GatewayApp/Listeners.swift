// The unit side's listening socket: systemd's where it passed one, our own otherwise.

import LinuxIO
import Settings
import SystemdSupport

enum Listeners {
    /// The socket name that `sosgatewayd-units.socket` gives (`FileDescriptorName=`).
    static let unitsName = "units"

    /// Takes the activated socket of units or opens the configured one.
    ///
    /// - Throws: ``GatewayError`` naming the address and how to mend it.
    static func units(_ address: ListenAddress) throws(GatewayError) -> Descriptor {
        do throws(ActivationError) {
            var activated = try ActivatedSockets.inherit()
            let sockets = activated.take(unitsName)
            // One dual-stack socket is what the .socket file asks for; a further one is closed, not leaked.
            for extra in sockets.dropFirst() { _ = Descriptor(owning: extra) }
            if let first = sockets.first { return Descriptor(owning: first) }
        } catch {
            throw GatewayError(.unavailable, "socket activation: \(error)")
        }
        do throws(Errno) {
            return try Sockets.listen(host: address.host, port: address.port)
        } catch {
            throw GatewayError(
                error == .notPermitted ? .noPermission : .unavailable, "units.listen \(address): \(hint(error))")
        }
    }

    private static func hint(_ error: Errno) -> String {
        switch error {
        case .addressInUse:
            "\(error): another process listens there; find it with 'ss -ltnp' or choose another port"
        case .notPermitted: "\(error): ports below 1024 need CAP_NET_BIND_SERVICE or socket activation"
        default: "\(error)"
        }
    }
}
