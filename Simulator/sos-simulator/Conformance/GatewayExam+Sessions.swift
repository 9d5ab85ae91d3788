// Sessions that outlive their connection, and certificates that were revoked (sections 2 and 4 of the document).

import SimulatedField
import UnitProtocol
import UnitTransport

extension GatewayExam {
    /// G41 and G42.
    func sessions() throws {
        let (first, token) = try greet(path: 1, showing: [])
        guard !token.isEmpty else {
            for clause in ["G41", "G42"] { findings.skip(clause, "the gateway gives no resume tokens") }
            return
        }
        // Without a goodbye: the link is lost.
        first.close()
        let (second, again) = try greet(path: 1, showing: token)
        judge("G41", again == token, "the token that hello showed", again)
        // Still standing, as far as the gateway knows.
        let (third, onceMore) = try greet(path: 1, showing: token)
        judge("G41", onceMore == token, "the token that hello showed", onceMore)
        let goodbye = second.next(.goodbye, within: 3)?.frame
        findings.judge(
            "G41", goodbye?.body.first == 6 && second.isEnded(within: 3),
            expected: "\(SharedFrames.goodbye(6)) and the end of the half-open connection", came: second.story)
        third.close()
        var wrong = token
        wrong[wrong.count - 1] ^= 1
        for (path, shown) in [(1, wrong), (2, token), (1, [1])] as [(UInt8, [UInt8])] {
            let (wire, new) = try greet(path: path, showing: shown)
            judge("G42", new != token && new != shown && !new.isEmpty, "a token of its own", new)
            findings.judge("G42", isAlive(wire), expected: "a session like any other", came: wire.story)
            wire.send(SharedFrames.goodbye(0))
            wire.close()
        }
    }

    private func judge(_ clause: String, _ isGood: Bool, _ expected: String, _ token: [UInt8]) {
        findings.judge(clause, isGood, expected: expected, came: "resume token \(Hex.text(token))")
    }

    /// A connection that was welcomed, and its token.
    private func greet(path: UInt8, showing token: [UInt8]) throws -> (Wire, [UInt8]) {
        let wire = try connect()
        wire.send(UnitFrames.hello(unit, boot: boot, clock: Self.wallMs(), path: path, token: token))
        guard let welcome = wire.next(.welcome, within: 5)?.frame, let length = welcome.number(at: 20, bytes: 1),
            welcome.body.count >= 21 + Int(length)
        else { throw ExamOver(reason: "no welcome: \(wire.story)") }
        wire.forget()
        return (wire, Array(welcome.body[21..<(21 + Int(length))]))
    }

    /// G40.
    func revocation() throws {
        guard let revoked else {
            return findings.skip("G40", "no --revoked-cert was given: a unit's certificate that was revoked")
        }
        let wire = try Wire(client: .client(revoked), to: address)
        if let failure = wire.handshake() {
            return findings.fail("G40", expected: "a handshake, then unable 208", came: "\(failure)")
        }
        findings.expectRefusal("G40", 208, about: [0], on: wire, within: 3)
        findings.judge("G40", wire.passed.isEmpty, expected: "no frame but unable 208", came: wire.story)
    }
}
