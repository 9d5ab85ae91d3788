// Stand-ins for what the tried sources name of packages that a fuzzer does not link: as little as makes them compile.

/// For NIOCore's.
struct ByteBuffer {
    private(set) var readableBytesView: [UInt8] = []
    var readableBytes: Int { readableBytesView.count }
    init() {}
    init(bytes: [UInt8]) { readableBytesView = bytes }
    mutating func writeString(_ text: String) { readableBytesView += text.utf8 }
    mutating func writeInteger(_ byte: UInt8) { readableBytesView.append(byte) }
}

/// For HTTPTypes'.
enum HTTPRequest {
    enum Method: String { case get, head, post, put, delete }
}

/// For Hummingbird's; a query is cut at `&` and `=`, as Hummingbird does before it resolves escapes.
struct Request {
    struct URI {
        let queryParameters: [(key: Substring, value: Substring)]
    }
    struct Headers {
        enum Name { case lastEventID }
        var lastEventID: String?
        subscript(_ name: Name) -> String? { lastEventID }
    }
    let uri: URI
    var headers = Headers()

    init(query: String) {
        uri = URI(
            queryParameters: query.split(separator: "&").map { part in
                let equals = part.firstIndex(of: "=") ?? part.endIndex
                return (part[..<equals], part[equals...].dropFirst())
            })
    }
}

/// For ConsoleAPI's, whose answers need Hummingbird.
struct Problem: Error {
    static let notYourCentre = Problem()
    static func badBody(_ detail: String) -> Problem { Problem() }
    static func badQuery(_ detail: String) -> Problem { Problem() }
    static func wrongMethod(allow: String) -> Problem { Problem() }
}

/// For Settings'.
struct ValueError: Error {
    init(_ text: String) {}
}

/// For JournalFiles'.
struct JournalFollower {}

/// For GRDB's, and History's rows.
protocol DatabaseValueConvertible {}
extension Int64: DatabaseValueConvertible {}
extension String: DatabaseValueConvertible {}
struct HistoryError: Error {}
struct RowReader {
    func optionalInteger(_ column: String, _ type: Int64.Type) throws(HistoryError) -> Int64? { nil }
    func optionalText(_ column: String) throws(HistoryError) -> String? { nil }
}

/// For RegistryStore's.
extension RegistryContents {
    func words(_ table: RegistryTable, _ row: RegistryRow, stem: String) -> String? { nil }
}
