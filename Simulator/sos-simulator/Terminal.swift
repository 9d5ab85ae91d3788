// What people read: one live block on a terminal, plain lines in a log.

import Foundation
import Synchronization

/// Standard output and error. Any thread.
final class Terminal: Sendable {
    /// Whether standard output is a terminal.
    let isInteractive = isatty(STDOUT_FILENO) == 1
    /// Lines of the block that is drawn anew.
    private let liveLines = Mutex(0)

    /// Replaces the live block; only on a terminal.
    func live(_ lines: [String]) {
        liveLines.withLock { count in
            // Up to the block's first line, and each line cleared to its end.
            let up = count > 0 ? "\u{1B}[\(count)A\r" : ""
            count = lines.count
            Self.write(up + lines.map { "\($0)\u{1B}[K\n" }.joined(), to: .standardOutput)
        }
    }

    /// Writes a line of its own.
    func line(_ text: String) {
        liveLines.withLock { count in
            count = 0
            Self.write(text + "\n", to: .standardOutput)
        }
    }

    /// Writes a line to standard error.
    func note(_ text: String) {
        liveLines.withLock { count in
            count = 0
            Self.write("sos-simulator: \(text)\n", to: .standardError)
        }
    }

    /// A reader that went away is no reason to stop: the exit code still tells.
    private static func write(_ text: String, to file: FileHandle) {
        try? file.write(contentsOf: Data(text.utf8))
    }
}
