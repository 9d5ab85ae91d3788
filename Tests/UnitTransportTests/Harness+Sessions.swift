// What tests of sessions, paths and draining ask of a harness.

import AlertModel
import Glibc
import LinuxIO
import Testing
import UnitProtocol

@testable import UnitTransport

extension Harness {
    /// A unit that connected, said this HELLO and was welcomed.
    func greet(
        _ certificate: TestCertificate = .unitOne, boot: UInt32 = 7, path: UInt8 = 1, isPressPending: Bool = false,
        resume: ResumeToken = .none
    ) throws -> TestUnit {
        let unit = try connect(certificate)
        let name = certificate == .unitTwo ? "unit-2" : "unit-1"
        unit.send(
            .hello(
                Hello(
                    unit: try UnitID(name), boot: boot, firmware: 3, capabilities: [.stageDisplay],
                    isPressPending: isPressPending, path: path, resume: resume)))
        try pump("WELCOME") { unit.messages.contains { $0.type == .welcome } }
        return unit
    }

    /// The unit's network is gone with a reset; returns when the gateway knows.
    func reset(_ unit: TestUnit) throws {
        let known = downs.count
        unit.reset()
        try pump("the reset") { downs.count > known }
    }
}

extension TestUnit {
    /// Of its WELCOME.
    var token: ResumeToken {
        for case .welcome(let welcome) in messages { return welcome.resume }
        return .none
    }

    var redirects: [Redirect] {
        messages.compactMap { message in
            guard case .redirect(let redirect) = message else { return nil }
            return redirect
        }
    }

    /// Its socket is closed with a reset instead of an end: what waits in either direction is lost.
    func reset() {
        var linger = linger(l_onoff: 1, l_linger: 0)
        setsockopt(tls.fd, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout<linger>.size))
        let nothing = open("/dev/null", O_RDWR)
        // The descriptor goes on to exist, so that its owner can close it.
        dup2(nothing, tls.fd)
        close(nothing)
    }
}
