// A strict reader of JSON (RFC 8259) that remembers where everything stands, so that an error in a map file
// has a line, and that keeps numbers as they are written, so that no digit of a coordinate is lost.

/// A value with its place.
struct JSONNode {
    /// What it is.
    enum Value {
        case object([Member])
        case array([JSONNode])
        case string(String)
        /// As it is written.
        case number(String)
        case bool(Bool)
        case null
    }

    /// A name and its value.
    struct Member {
        let name: String
        /// Where the name stands.
        let line: Int
        let column: Int
        let node: JSONNode
    }

    /// What it is, and what is in it.
    let value: Value
    /// From 1.
    let line: Int
    /// From 1, in Unicode scalars.
    let column: Int

    /// The value of a member of an object; nil when there is none.
    func member(_ name: String) -> JSONNode? {
        guard case .object(let members) = value else { return nil }
        return members.first { $0.name == name }?.node
    }

    /// The text of a string.
    var string: String? {
        guard case .string(let text) = value else { return nil }
        return text
    }
}

/// Why a text is not JSON.
struct JSONError: Error {
    /// From 1.
    let line: Int
    let column: Int
    let text: String
}

/// One pass over the bytes.
struct JSONText {
    /// A feature is nine deep; more is an attack on the stack.
    static let depthMax = 32

    private let bytes: ArraySlice<UInt8>
    private var offset: Int
    private var line = 1
    /// Scalars of the line before ``countedTo``: counted on the way, because a file may be one line of 64 MiB.
    private var counted = 0
    private var countedTo: Int

    /// Reads valid UTF-8 as one value.
    ///
    /// - Throws: ``JSONError`` at the first thing that is not JSON; doubled names are refused.
    static func read(_ bytes: ArraySlice<UInt8>) throws(JSONError) -> JSONNode {
        var text = JSONText(bytes)
        let node = try text.value(depth: 0)
        text.skipBlanks()
        guard text.offset == bytes.endIndex else { throw text.error("stands behind the end") }
        return node
    }

    private init(_ bytes: ArraySlice<UInt8>) {
        self.bytes = bytes
        offset = bytes.startIndex
        countedTo = bytes.startIndex
    }

    private var next: UInt8? { offset < bytes.endIndex ? bytes[offset] : nil }

    private var column: Int { counted + bytes[countedTo..<offset].count { $0 & 0xC0 != 0x80 } + 1 }

    private mutating func place() -> (line: Int, column: Int) {
        counted = column - 1
        countedTo = offset
        return (line, counted + 1)
    }

    private func error(_ text: String) -> JSONError {
        JSONError(line: line, column: column, text: text)
    }

    private func unexpected(_ wanted: String) -> JSONError {
        guard let next else { return error("the file ends where \(wanted) should stand") }
        let shown = next < 0x80 ? Character(UnicodeScalar(next)).debugDescription : "a letter"
        return error("\(shown) stands where \(wanted) should")
    }

    private mutating func skipBlanks() {
        while let byte = next, [0x20, 0x09, 0x0A, 0x0D].contains(byte) {
            offset += 1
            if byte == 0x0A {
                line += 1
                counted = 0
                countedTo = offset
            }
        }
    }

    private mutating func take(_ byte: UInt8, _ wanted: String) throws(JSONError) {
        guard next == byte else { throw unexpected(wanted) }
        offset += 1
    }

    private mutating func value(depth: Int) throws(JSONError) -> JSONNode {
        skipBlanks()
        guard depth <= Self.depthMax else { throw error("is nested deeper than \(Self.depthMax) levels") }
        let (line, column) = place()
        let value: JSONNode.Value
        switch next {
        case UInt8(ascii: "{"): value = .object(try object(depth: depth))
        case UInt8(ascii: "["): value = .array(try array(depth: depth))
        case UInt8(ascii: "\""): value = .string(try string())
        case UInt8(ascii: "t"): value = try word("true", .bool(true))
        case UInt8(ascii: "f"): value = try word("false", .bool(false))
        case UInt8(ascii: "n"): value = try word("null", .null)
        default: value = .number(try number())
        }
        return JSONNode(value: value, line: line, column: column)
    }

    private mutating func word(_ word: String, _ value: JSONNode.Value) throws(JSONError) -> JSONNode.Value {
        guard bytes[offset...].starts(with: word.utf8) else { throw unexpected("a value") }
        offset += word.utf8.count
        return value
    }

    private mutating func array(depth: Int) throws(JSONError) -> [JSONNode] {
        offset += 1
        var nodes: [JSONNode] = []
        skipBlanks()
        if next == UInt8(ascii: "]") {
            offset += 1
            return nodes
        }
        while true {
            nodes.append(try value(depth: depth + 1))
            skipBlanks()
            if next == UInt8(ascii: ",") {
                offset += 1
                continue
            }
            try take(UInt8(ascii: "]"), "a comma or ]")
            return nodes
        }
    }

    private mutating func object(depth: Int) throws(JSONError) -> [JSONNode.Member] {
        offset += 1
        var members: [JSONNode.Member] = []
        var names: Set<String> = []
        skipBlanks()
        if next == UInt8(ascii: "}") {
            offset += 1
            return members
        }
        while true {
            skipBlanks()
            let (line, column) = place()
            guard next == UInt8(ascii: "\"") else { throw unexpected("a name in quotes") }
            let name = try string()
            guard names.insert(name).inserted else {
                throw JSONError(
                    line: line, column: column, text: "\"\(name)\" stands twice in one object; keep one")
            }
            skipBlanks()
            try take(UInt8(ascii: ":"), "a colon")
            members.append(.init(name: name, line: line, column: column, node: try value(depth: depth + 1)))
            skipBlanks()
            if next == UInt8(ascii: ",") {
                offset += 1
                continue
            }
            try take(UInt8(ascii: "}"), "a comma or }")
            return members
        }
    }

    /// RFC 8259, section 6.
    private mutating func number() throws(JSONError) -> String {
        let start = offset
        if next == UInt8(ascii: "-") { offset += 1 }
        let whole = try digits()
        if whole > 1, bytes[offset - whole] == UInt8(ascii: "0") { throw error("a number begins with 0") }
        if next == UInt8(ascii: ".") {
            offset += 1
            _ = try digits()
        }
        if next == UInt8(ascii: "e") || next == UInt8(ascii: "E") {
            offset += 1
            if next == UInt8(ascii: "+") || next == UInt8(ascii: "-") { offset += 1 }
            _ = try digits()
        }
        return String(decoding: bytes[start..<offset], as: UTF8.self)
    }

    private mutating func digits() throws(JSONError) -> Int {
        let start = offset
        while let byte = next, (0x30...0x39).contains(byte) { offset += 1 }
        guard offset > start else { throw unexpected("a value") }
        return offset - start
    }

    /// RFC 8259, section 7.
    private mutating func string() throws(JSONError) -> String {
        offset += 1
        var text: [UInt8] = []
        while true {
            guard let byte = next else { throw error("the file ends inside a string") }
            guard byte >= 0x20 else {
                throw error(
                    "a string has a control character; write it as \\u00\(byte < 16 ? "0" : "")\(String(byte, radix: 16))"
                )
            }
            offset += 1
            if byte == UInt8(ascii: "\"") { return String(decoding: text, as: UTF8.self) }
            guard byte == UInt8(ascii: "\\") else {
                text.append(byte)
                continue
            }
            text += Array(String(try escape()).utf8)
        }
    }

    private mutating func escape() throws(JSONError) -> UnicodeScalar {
        guard let byte = next else { throw error("the file ends inside a string") }
        offset += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return UnicodeScalar(byte)
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{C}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"):
            var code = try hexadecimal()
            if (0xD800..<0xDC00).contains(code), bytes[offset...].starts(with: "\\u".utf8) {
                offset += 2
                let low = try hexadecimal()
                guard (0xDC00..<0xE000).contains(low) else { throw error("half a character stands alone") }
                code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
            }
            guard let scalar = UnicodeScalar(code) else { throw error("half a character stands alone") }
            return scalar
        default: throw error("\\ stands before a letter that it does not go with")
        }
    }

    private mutating func hexadecimal() throws(JSONError) -> UInt32 {
        let digits = bytes[offset...].prefix(4)
        let isHexadecimal = digits.allSatisfy {
            (0x30...0x39).contains($0) || (0x41...0x46).contains($0) || (0x61...0x66).contains($0)
        }
        guard digits.count == 4, isHexadecimal,
            let code = UInt32(String(decoding: digits, as: UTF8.self), radix: 16)
        else { throw error("\\u is followed by four hexadecimal digits") }
        offset += 4
        return code
    }
}
