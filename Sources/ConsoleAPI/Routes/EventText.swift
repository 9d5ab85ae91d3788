// Server-Sent Events (WHATWG HTML, section 9.2) as bytes.
//
//   id: 1742            the journal sequence, to be sent back as Last-Event-ID
//   event: alert
//   data: {"id":"1701", …}
//                       an empty line ends the event
//   :                   a comment: the connection lives

import AlertModel
import NIOCore

/// Writes the stream's text.
enum EventText {
    /// Milliseconds after which a browser tries again: soon, for an officer is waiting.
    static let retryMs = 1_000

    /// The stream's first event: from where it is complete.
    static func opening(of subscription: FeedSubscription) -> ByteBuffer {
        var buffer = ByteBuffer(string: "retry: \(retryMs)\n")
        let data = JSONWriter.object { json in
            json.field("sequence", subscription.startsAt)
            json.field("resumed", subscription.start == .resumed)
        }
        // A lost stream names no place before its resync: should it break in between, the console asks again
        // from where it was and is told again.
        let id = subscription.start == .lost ? nil : subscription.startsAt
        append("ready", id: id, data: data, to: &buffer)
        return buffer
    }

    /// One signal.
    static func text(of signal: FeedSignal) -> ByteBuffer {
        var buffer = ByteBuffer()
        switch signal {
        case .heartbeat: buffer.writeString(":\n\n")
        case .resync(let sequence): appendResync(sequence, to: &buffer)
        case .warnings(let warnings):
            for warning in warnings { append(warning, to: &buffer) }
        case .items(let items):
            for item in items { append(item, to: &buffer) }
        }
        return buffer
    }

    private static func append(_ item: FeedItem, to buffer: inout ByteBuffer) {
        switch item.change {
        case .alert(let view): append("alert", id: item.sequence, data: view.json, to: &buffer)
        case .unit(let view): append("unit", id: item.sequence, data: view.json, to: &buffer)
        case .centre(let view): append("centre", id: item.sequence, data: view.json, to: &buffer)
        case .unitCommand(let status): append("unit_command", id: item.sequence, data: status.json, to: &buffer)
        case .lists: appendResync(item.sequence, to: &buffer)
        }
    }

    /// Without a place: a warning is no record of the journal, and a console that comes back is told anew.
    private static func append(_ warning: GatewayWarning, to buffer: inout ByteBuffer) {
        let data = JSONWriter.object { json in
            json.field("kind", warning.kind.rawValue)
            json.field("active", warning.isActive)
            json.field("at", warning.at.text)
            json.field("detail", warning.detail)
        }
        append("warning", id: nil, data: data, to: &buffer)
    }

    private static func appendResync(_ sequence: JournalSequence, to buffer: inout ByteBuffer) {
        let data = JSONWriter.object { $0.field("sequence", sequence) }
        append("resync", id: sequence, data: data, to: &buffer)
    }

    /// `data` is one line: the JSON writer escapes line ends.
    private static func append(
        _ event: String, id: JournalSequence?, data: ByteBuffer, to buffer: inout ByteBuffer
    ) {
        if let id { buffer.writeString("id: \(id.value)\n") }
        buffer.writeString("event: \(event)\ndata: ")
        buffer.writeImmutableBuffer(data)
        buffer.writeString("\n\n")
    }
}
