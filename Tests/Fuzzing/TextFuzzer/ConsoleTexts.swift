// What consoles send: bodies, paths, queries.

enum ConsoleTexts {
    private static let texts = ["a", "note", "outcome"]
    private static let numbers = ["n"]

    /// Two readers of JSON: Foundation's behind the console's bodies, and the strict one of the registry's maps.
    static func body(_ bytes: [UInt8]) {
        let body = try? StrictBody(ByteBuffer(bytes: bytes), keys: texts, numbers: numbers)
        guard String(validating: bytes, as: UTF8.self) != nil else { return }
        var node: JSONNode?
        var refusal = ""
        do throws(JSONError) { node = try JSONText.read(bytes[...]) } catch { refusal = error.text }
        guard let node else {
            // Foundation takes more than RFC 8259: a name twice, a comma behind the last member, other encodings by
            // their zeros. None of it changes what a key says.
            let isOpen =
                bytes.isEmpty || bytes.contains(0) || bytes.starts(with: [0xEF, 0xBB, 0xBF])
                || refusal.contains("twice") || refusal.hasPrefix("\"}\" stands where a name")
                || refusal.contains("nested")
            return demand(body == nil || isOpen, "the body is taken, though it \(refusal)")
        }
        guard case .object(let members) = node.value else { return demand(body == nil, "no object, and taken") }
        let isKnown = members.allSatisfy { member in
            switch member.node.value {
            case .string: texts.contains(member.name)
            case .number(let number): numbers.contains(member.name) && Int(number) != nil
            default: false
            }
        }
        guard isKnown else { return }
        guard let body else { fatalError("an object of known keys is refused") }
        for member in members {
            switch member.node.value {
            case .string(let text):
                demand(body.text(member.name)?.isSame(as: text) == true, "\(member.name) is read otherwise")
            case .number(let number):
                demand(body.number(member.name) == Int(number), "\(number) is read otherwise")
            default: break
            }
        }
    }

    /// A path that the table has is the table's with the id in it, and no other line has it.
    static func path(_ bytes: [UInt8]) {
        let path = String(decoding: bytes, as: UTF8.self)
        for method in [HTTPRequest.Method.get, .head, .post, .put, .delete] {
            guard let match = try? RouteRule.match(method, path) else { continue }
            var wanted = match.rule.path
            if let open = wanted.firstIndex(of: "{"), let close = wanted.firstIndex(of: "}") {
                guard let id = match.id else { fatalError("\(path) has no id") }
                demand(!id.utf8.contains(0x2F), "the id \(id) goes over a border")
                wanted.replaceSubrange(open...close, with: id)
            }
            demand(wanted.isSame(as: path), "\(path) is taken for \(match.rule.path)")
            demand(match.rule.method == (method == .head ? .get : method), "the method is another")
        }
    }

    /// A query is taken whole or refused; what stands in it is what was read.
    static func query(_ bytes: [UInt8]) {
        let text = String(decoding: bytes, as: UTF8.self)
        let parts = text.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false)
        var request = Request(query: String(parts[0]))
        if parts.count == 2 { request.headers.lastEventID = String(parts[1]) }
        guard let query = try? EventQuery(request) else { return }
        let named =
            request.headers.lastEventID
            ?? request.uri.queryParameters.last { $0.key == "last_event_id" }.map { String($0.value) }
        if let after = query.after {
            demand(
                query.isPlaceKnown && named.flatMap { UInt64($0) } == after.value, "the place is another: \(text)")
        }
        demand(query.isPlaceKnown || (named != nil && named != ""), "no place was named: \(text)")
        let centres = Set(request.uri.queryParameters.filter { $0.key == "centre" }.map { String($0.value) })
        demand(Set(query.centres.map(\.description)) == centres, "the centres are others: \(text)")
    }
}
