// The stream for log lines and last words.

internal import Glibc

/// The process's standard error.
public enum StandardError {
    /// Writes a text whole, or as much of it as the stream takes; a closed stream is nobody's problem here.
    ///
    /// Any thread; blocks while the reader is behind.
    public static func write(_ text: String) {
        var text = text
        text.withUTF8 { bytes in
            var rest = UnsafeRawBufferPointer(bytes)
            while let base = rest.baseAddress, rest.count > 0 {
                let written = Glibc.write(STDERR_FILENO, base, rest.count)
                if written < 0 && Errno.last == .interrupted { continue }
                guard written > 0 else { return }
                rest = UnsafeRawBufferPointer(rebasing: rest[written...])
            }
        }
    }

    /// Whether journald reads the stream: it then understands a priority in front of each line.
    ///
    /// systemd names the stream's device and inode in `JOURNAL_STREAM` (systemd.exec(5)); a redirected one differs.
    public static var isJournal: Bool {
        guard let named = getenv("JOURNAL_STREAM") else { return false }
        var status = stat()
        guard fstat(STDERR_FILENO, &status) == 0 else { return false }
        return String(cString: named) == "\(status.st_dev):\(status.st_ino)"
    }
}
