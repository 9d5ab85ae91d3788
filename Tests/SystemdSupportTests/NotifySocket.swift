// The manager's side of sd_notify, played by a real AF_UNIX datagram socket.

import Foundation
import Glibc

/// A datagram socket under NOTIFY_SOCKET; in child processes only, because the environment is process-wide.
final class NotifySocket {
    private let descriptor: Int32
    private let path: String

    /// nil when the kernel gives no socket.
    init?() {
        path = "/tmp/sos-notify-\(getpid())"
        unlink(path)
        descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Array(path.utf8)) }
        let bound = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard descriptor >= 0, bound == 0 else { return nil }
        setenv("NOTIFY_SOCKET", path, 1)
    }

    deinit {
        close(descriptor)
        unlink(path)
    }

    /// The next message; it is there already, because sending is synchronous.
    func receive() -> String? {
        var buffer = [UInt8](repeating: 0, count: 4_096)
        let count = recv(descriptor, &buffer, buffer.count, Int32(MSG_DONTWAIT))
        return count < 0 ? nil : String(decoding: buffer.prefix(count), as: UTF8.self)
    }
}

/// A listening TCP socket on a free port of loopback.
func listener() -> Int32 {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    guard listen(descriptor, 1) == 0 else { return -1 }
    return descriptor
}

/// Ends a child process with failure and the line that was not true.
func require(_ condition: Bool, line: UInt32 = #line) {
    if condition { return }
    FileHandle.standardError.write(Data("not true: line \(line)\n".utf8))
    exit(1)
}
