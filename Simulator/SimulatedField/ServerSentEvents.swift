// Server-Sent Events (WHATWG HTML, 9.2.6) from bytes to events; knows nothing of what is in them.

/// One event.
public struct ServerSentEvent: Hashable, Sendable {
    /// `message` where the stream names none.
    public var name = "message"
    /// Empty when the event has none of its own.
    public var id = ""
    /// The data lines, joined by line feeds.
    public var data = ""

    /// An event as the parser makes it, or a test expects it.
    public init(name: String = "message", id: String = "", data: String = "") {
        self.name = name
        self.id = id
        self.data = data
    }
}

/// Cuts a byte stream into events; bytes may come in any pieces.
public struct ServerSentEventParser: Sendable {
    /// An event with more bytes than this is dropped: an alert has about 1 KiB.
    public static let eventBytesMax = 65_536

    private var line: [UInt8] = []
    private var event = ServerSentEvent()
    private var dataLines: [String] = []
    private var eventBytes = 0
    private var endedByReturn = false

    /// At the start of a stream.
    public init() {}

    /// - Returns: the events that `bytes` completed.
    public mutating func parse(_ bytes: some Sequence<UInt8>) -> [ServerSentEvent] {
        var events: [ServerSentEvent] = []
        for byte in bytes {
            let endsSameLine = endedByReturn && byte == UInt8(ascii: "\n")
            endedByReturn = byte == UInt8(ascii: "\r")
            if endsSameLine { continue }
            if byte == UInt8(ascii: "\n") || endedByReturn {
                if let complete = endLine() { events.append(complete) }
                continue
            }
            eventBytes += 1
            if eventBytes <= Self.eventBytesMax { line.append(byte) }
        }
        return events
    }

    private mutating func endLine() -> ServerSentEvent? {
        defer { line.removeAll(keepingCapacity: true) }
        guard line.isEmpty else {
            takeField()
            return nil
        }
        defer {
            event = ServerSentEvent()
            dataLines.removeAll(keepingCapacity: true)
            eventBytes = 0
        }
        guard !dataLines.isEmpty, eventBytes <= Self.eventBytesMax else { return nil }
        event.data = dataLines.joined(separator: "\n")
        return event
    }

    private mutating func takeField() {
        let colon = line.firstIndex(of: UInt8(ascii: ":")) ?? line.endIndex
        var value = line[colon...].dropFirst()
        if value.first == UInt8(ascii: " ") { value = value.dropFirst() }
        let text = String(decoding: value, as: UTF8.self)
        // A line that begins with the colon is a comment: its name is empty and matches nothing.
        switch String(decoding: line[..<colon], as: UTF8.self) {
        case "event": event.name = text
        case "id": event.id = text
        case "data": dataLines.append(text)
        default: break
        }
    }
}
