import AlertModel
import Foundation
import Testing
import UnitProtocol

@Suite("The document is true")
struct DocumentTests {
    let document: UnitProtocolDocument
    init() throws { document = try UnitProtocolDocument() }

    @Test("every example means what the tests expect, and encodes to the same bytes")
    func examples() throws {
        let expected = try Examples.all()
        let examples = try document.examples()
        #expect(Set(examples.map(\.name)) == Set(expected.keys))
        #expect(examples.count == expected.count, "a name stands twice")
        for example in examples {
            let meaning = try #require(expected[example.name], "\(example.name) is not expected")
            switch meaning {
            case .message(let message):
                let decoded = try message.decodedAgain(from: example.bytes)
                #expect(decoded == message, "\(example.name)")
                #expect(message.bytes() == example.bytes, "\(example.name)")
            case .skipped:
                #expect(try Wire.unitMessage(example.bytes) == nil, "\(example.name)")
            case .refused(let reason, let offset):
                #expect(throws: FrameError(reason, offset: offset), "\(example.name)") {
                    try Wire.unitMessage(example.bytes)
                }
            }
        }
    }

    @Test("every message type has an example that both ends that read it understand")
    func everyTypeHasAnExample() throws {
        let examples = try document.examples()
        for type in MessageType.allCases {
            let own = examples.filter { $0.name == "\(type)" || $0.name.hasPrefix("\(type), ") }
            #expect(!own.isEmpty, "no example of \(type)")
            for example in own {
                #expect(example.bytes.count > 2 && example.bytes[2] == type.rawValue, "\(example.name)")
                if type.sender != .gateway { #expect(try Wire.unitMessage(example.bytes)?.type == type) }
                if type.sender != .unit { #expect(try Wire.gatewayMessage(example.bytes)?.type == type) }
            }
        }
    }

    @Test("every kind of command has an example")
    func everyCommandHasAnExample() throws {
        let kinds = try document.examples().filter { $0.name.hasPrefix("command, ") }.map { $0.bytes[14] }
        #expect(kinds.sorted() == CommandKind.allCases.map(\.rawValue))
    }

    @Test("the table of types is the code's")
    func types() {
        let rows = document.table(["number", "message"]).map { [$0[0], $0[1], $0[2]] }
        let types = MessageType.allCases.map { ["0x" + hex($0.rawValue), "\($0)", "\($0.sender)"] }
        #expect(rows == types)
    }

    @Test("the tables of faults, commands and codes are the code's")
    func numbers() {
        let faults = document.table(["number", "fault"]).map { "\($0[0]) \($0[1])" }
        #expect(faults == FaultKind.allCases.filter(\.isReported).map { "\($0.rawValue) \($0)" })
        let commands = document.table(["kind", "name"]).map { "\($0[0]) \($0[1])" }
        #expect(commands == CommandKind.allCases.map { "\($0.rawValue) \($0)" })
        let codes = document.table(["code", "name"]).map { "\($0[0]) \($0[1])" }
        let known: [(UnableCode, String)] = [
            (.cannotProcess, "cannotProcess"), (.payloadMissing, "payloadMissing"),
            (.notEnoughInformation, "notEnoughInformation"), (.corrupted, "corrupted"), (.version, "version"),
            (.identity, "identity"), (.oversized, "oversized"), (.unknownType, "unknownType"),
            (.deadline, "deadline"), (.notSupported, "notSupported"), (.unexpected, "unexpected"),
            (.cannotStore, "cannotStore"), (.revoked, "revoked"),
        ]
        #expect(codes == known.map { "\($0.rawValue) \($1)" })
    }

    @Test("whether a refusal closes stands in the table as the code decides it")
    func closing() throws {
        let rows = document.table(["code", "name"])
        let reasons: [FrameError.Reason] = [
            .oversized(bodyBytes: 20_000), .unknownType(99), .wrongDirection(.welcome), .truncated,
            .unsupportedVersion(major: 2), .badIdentifier, .valueOutOfRange, .badLength(bytes: 1), .badText,
        ]
        for reason in reasons {
            let error = FrameError(reason, offset: 0)
            let row = try #require(rows.first { $0[0] == "\(error.unableCode.rawValue)" })
            #expect(row[3] == (error.endsConnection ? "closes" : "stays"), "\(reason)")
        }
    }

    @Test("the table of capabilities is the code's")
    func capabilities() {
        let known: [(Capabilities, String)] = [
            (.audio, "audio"), (.video, "video"), (.siren, "siren"), (.beacon, "beacon"),
            (.announceRecorded, "announceRecorded"), (.announceText, "announceText"), (.volume, "volume"),
            (.cameraPreset, "cameraPreset"), (.selfTest, "selfTest"), (.sendData, "sendData"),
            (.restart, "restart"), (.configure, "configure"), (.move, "move"), (.textDialogue, "textDialogue"),
            (.positioning, "positioning"), (.stageDisplay, "stageDisplay"),
        ]
        let rows = document.table(["bit", "capability"]).map { "\($0[0]) \($0[1])" }
        #expect(rows == known.map { "\($0.rawValue.trailingZeroBitCount) \($1)" })
        #expect(known.reduce(into: Capabilities()) { $0.formUnion($1.0) } == .known)
    }

    @Test("the table of limits is the code's")
    func limits() {
        let rows = document.table(["name", "value"]).map { "\($0[0]) \($0[1].replacing(",", with: ""))" }
        let known: [(String, Int)] = [
            ("bodyBytesMax", Limits.bodyBytesMax), ("frameBytesMax", Limits.frameBytesMax),
            ("pressFrameBytesMax", Limits.pressFrameBytesMax), ("sdpBytesMax", Limits.sdpBytesMax),
            ("candidateBytesMax", Limits.candidateBytesMax), ("mediaIDBytesMax", Limits.mediaIDBytesMax),
            ("unableTextBytesMax", Limits.unableTextBytesMax),
            ("resumeTokenBytesMax", Limits.resumeTokenBytesMax),
            ("dialogueTextBytesMax", Limits.dialogueTextBytesMax), ("languageBytesMax", Limits.languageBytesMax),
            ("hostBytesMax", Limits.hostBytesMax),
            ("configurationKeyBytesMax", Limits.configurationKeyBytesMax),
            ("configurationValueBytesMax", Limits.configurationValueBytesMax),
            ("resultDetailBytesMax", Limits.resultDetailBytesMax), ("helloSecondsMax", Limits.helloSecondsMax),
            ("frameSecondsMax", Limits.frameSecondsMax), ("storedSecondsMax", Limits.storedSecondsMax),
            ("clockAheadSecondsMax", Limits.clockAheadSecondsMax),
            ("clockBehindSecondsMax", Limits.clockBehindSecondsMax),
        ]
        #expect(rows == known.map { "\($0) \($1)" })
    }

    private func hex(_ byte: UInt8) -> String { (byte < 16 ? "0" : "") + String(byte, radix: 16) }
}
