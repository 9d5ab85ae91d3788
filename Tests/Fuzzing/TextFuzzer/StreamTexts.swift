// The consoles' event stream: the simulator's parser against a plain reading of the standard, and what the gateway writes
// against both readers.

enum StreamTexts {
    /// Byte 0 says where the stream is cut in two: pieces must not matter.
    static func events(_ bytes: [UInt8]) {
        guard let cut = bytes.first else { return }
        let stream = bytes.dropFirst()
        var whole = ServerSentEventParser()
        let events = whole.parse(stream)
        var pieces = ServerSentEventParser()
        let middle =
            stream.index(stream.startIndex, offsetBy: Int(cut), limitedBy: stream.endIndex) ?? stream.endIndex
        let cutEvents = pieces.parse(stream[..<middle]) + pieces.parse(stream[middle...])
        demand(events == cutEvents, "where the stream is cut matters")
        guard stream.count < ServerSentEventParser.eventBytesMax else { return }
        let expected = plain(stream)
        demand(
            events.count == expected.count
                && zip(events, expected).allSatisfy {
                    $0.name.isSame(as: $1.name) && $0.id.isSame(as: $1.id) && $0.data.isSame(as: $1.data)
                }, "\(events) instead of \(expected)")
    }

    /// WHATWG HTML, 9.2.6, step by step: line ends first, then lines, then fields.
    private static func plain(_ stream: ArraySlice<UInt8>) -> [ServerSentEvent] {
        var normal: [UInt8] = []
        for (index, byte) in zip(stream.indices, stream) {
            if byte == 0x0A, index > stream.startIndex, stream[index - 1] == 0x0D { continue }
            normal.append(byte == 0x0D ? 0x0A : byte)
        }
        var events: [ServerSentEvent] = []
        var event = ServerSentEvent()
        var data: [String] = []
        // What stands behind the last line end is no line yet.
        for line in normal.split(separator: 0x0A, omittingEmptySubsequences: false).dropLast() {
            if line.isEmpty {
                event.data = data.joined(separator: "\n")
                if !data.isEmpty { events.append(event) }
                event = ServerSentEvent()
                data = []
                continue
            }
            let parts = line.split(separator: 0x3A, maxSplits: 1, omittingEmptySubsequences: false)
            var value = parts.count > 1 ? parts[1] : []
            if value.first == 0x20 { value = value.dropFirst() }
            let text = String(decoding: value, as: UTF8.self)
            if parts[0].elementsEqual("event".utf8) { event.name = text }
            if parts[0].elementsEqual("id".utf8) { event.id = text }
            if parts[0].elementsEqual("data".utf8) { data.append(text) }
        }
        return events
    }

    /// Whatever a text has in it, it is one line of JSON, one event of the stream, and the same text at the other end.
    static func json(_ bytes: [UInt8]) {
        let text = String(decoding: bytes, as: UTF8.self)
        let written = JSONWriter.object { json in
            json.field("text", text)
            json.array("list") { $0.element(text) }
        }
        let line = written.readableBytesView
        demand(!line.contains(0x0A) && !line.contains(0x0D), "the JSON breaks its line")
        var parser = ServerSentEventParser()
        let events = parser.parse(Array("id: 7\nevent: alert\ndata: ".utf8) + line + [0x0A, 0x0A])
        demand(events.count == 1 && events[0].id == "7" && events[0].name == "alert", "\(events)")
        demand(events[0].data.utf8.elementsEqual(line), "the data changes on its way")
        guard let node = try? JSONText.read(line[...]), case .array(let list)? = node.member("list")?.value else {
            fatalError("our own JSON is none: \(String(decoding: line, as: UTF8.self))")
        }
        demand(node.member("text")?.string?.isSame(as: text) == true, "the text changes on its way")
        demand(list.count == 1 && list[0].string?.isSame(as: text) == true, "the element changes on its way")
    }
}
