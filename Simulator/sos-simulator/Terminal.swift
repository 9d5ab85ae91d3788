// What people read: one live line on a terminal, plain lines in a log.

import Foundation
import Synchronization

/// Standard output and error. Any thread.
final class Terminal: Sendable {
    /// Whether standard output is a terminal.
    let isInteractive = isatty(STDOUT_FILENO) == 1
    private let liveWidth = Mutex(0)

    /// Replaces the live line; only on a terminal.
    func live(_ text: String) {
        liveWidth.withLock { width in
            let padding = String(repeating: " ", count: max(0, width - text.count))
            width = text.count
            Self.write("\r\(text)\(padding)", to: .standardOutput)
        }
    }

    /// Writes a line of its own.
    func line(_ text: String) {
        liveWidth.withLock { width in
            Self.endLive(&width)
            Self.write(text + "\n", to: .standardOutput)
        }
    }

    /// Writes a line to standard error.
    func note(_ text: String) {
        liveWidth.withLock { width in
            Self.endLive(&width)
            Self.write("sos-simulator: \(text)\n", to: .standardError)
        }
    }

    private static func endLive(_ width: inout Int) {
        if width > 0 { write("\n", to: .standardOutput) }
        width = 0
    }

    /// A reader that went away is no reason to stop: the exit code still tells.
    private static func write(_ text: String, to file: FileHandle) {
        try? file.write(contentsOf: Data(text.utf8))
    }
}
