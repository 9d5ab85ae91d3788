// One connection of a vendor's unit to the kit, from its hello on.

import SimulatedField
import UnitProtocol

/// What a unit said when it came.
struct UnitVisit {
    let wire: Wire
    let hello: RawFrame
    /// When TCP's connection was accepted.
    let acceptedMs: Int
    let helloMs: Int

    var boot: UInt64 { hello.number(at: 4, bytes: 4) ?? 0 }
    var capabilities: UInt64 { hello.number(at: 12, bytes: 4) ?? 0 }
    var clock: UInt64 { hello.number(at: 16, bytes: 8) ?? 0 }
    var isPressPending: Bool { (hello.number(at: 2, bytes: 1) ?? 0) & 1 == 1 }

    /// The unit id as it stands in hello; nil when the frame ends before.
    var unit: String? {
        guard let length = hello.number(at: 24, bytes: 1), hello.body.count >= 25 + Int(length) else { return nil }
        return String(validating: hello.body[25..<(25 + Int(length))], as: UTF8.self)
    }

    /// The resume token; nil when the frame ends before, or more than 32 bytes are announced.
    var token: [UInt8]? {
        guard let idLength = hello.number(at: 24, bytes: 1),
            let length = hello.number(at: 25 + Int(idLength), bytes: 1), length <= 32,
            hello.body.count >= 26 + Int(idLength) + Int(length)
        else { return nil }
        let begin = 26 + Int(idLength)
        return Array(hello.body[begin..<(begin + Int(length))])
    }
}
