// Log lines for journald and people: one line an event, priority first, fields behind.

import LinuxIO
public import Logging
public import Settings

/// Writes to standard error: `<6>message key=value …`, the prefix only where journald reads it (sd-daemon(3)).
public struct DaemonLogHandler: LogHandler {
    public var metadata: Logger.Metadata = [:]
    public var logLevel: Logger.Level = .info
    private let hasPriorityPrefix: Bool

    /// - Parameter hasPriorityPrefix: whether standard error is journald's stream.
    public init(hasPriorityPrefix: Bool) { self.hasPriorityPrefix = hasPriorityPrefix }

    public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    public func log(event: LogEvent) {
        var line = hasPriorityPrefix ? "<\(Self.priority(event.level))>" : "\(event.level.rawValue): "
        line += event.message.description
        let fields = metadata.merging(event.metadata ?? [:]) { _, new in new }
        for (key, value) in fields.sorted(by: { $0.key < $1.key }) { line += " \(key)=\(Self.quoted(value))" }
        StandardError.write(line + "\n")
    }

    /// The daemon's logger at the configured level.
    public static func logger(level: LogLevel) -> Logger {
        let isJournald = StandardError.isJournal
        var logger = Logger(label: "sosgatewayd") { _ in DaemonLogHandler(hasPriorityPrefix: isJournald) }
        logger.logLevel =
            switch level {
            case .debug: .debug
            case .info: .info
            case .warning: .warning
            case .error: .error
            }
        return logger
    }

    /// The one clear line with which the daemon ends.
    public static func writeLastWords(_ text: String) {
        StandardError.write("sosgatewayd: \(text)\n")
    }

    /// syslog(3) priorities.
    private static func priority(_ level: Logger.Level) -> Int {
        switch level {
        case .trace, .debug: 7
        case .info: 6
        case .notice: 5
        case .warning: 4
        case .error: 3
        case .critical: 2
        }
    }

    /// A value on one line; quoted when it has blanks, control characters shown as escapes.
    private static func quoted(_ value: Logger.MetadataValue) -> String {
        let text = String(describing: value)
        let isPlain = text.utf8.allSatisfy { $0 > 0x20 && $0 != UInt8(ascii: "\"") && $0 != 0x7F }
        return isPlain && !text.isEmpty ? text : text.debugDescription
    }
}
