import AlertModel
import Testing

@Suite("Events as bytes")
struct EventCodecTests {
    @Test("samples cover every kind")
    func covered() {
        #expect(Set(Samples.events.map(\.kind)) == Set(Event.Kind.allCases))
    }

    @Test("what is written is read again", arguments: Samples.events)
    func roundTrip(event: Event) throws {
        let body = try #require(bytes(Event.bodyBytesMax) { event.encode(into: $0) })
        #expect(try decodeEvent(event.kind.rawValue, body) == event)
        // A later version may append fields.
        #expect(try decodeEvent(event.kind.rawValue, body + [1, 2, 3]) == event)
    }

    @Test("a body cut at any length is truncated, and one byte too little room is said", arguments: Samples.events)
    func truncation(event: Event) throws {
        let body = try #require(bytes(Event.bodyBytesMax) { event.encode(into: $0) })
        let olderLengths = Samples.olderLengths(of: event)
        for length in 0..<body.count where !olderLengths.contains(length) {
            let error = decodeError { _ = try decodeEvent(event.kind.rawValue, Array(body.prefix(length))) }
            #expect(error?.reason == .truncated, "\(length) of \(body.count) bytes")
            #expect((error?.offset ?? .max) <= length)
            #expect(bytes(length) { event.encode(into: $0) } == nil)
        }
    }

    @Test("a body as it was before its latest fields means what it meant", arguments: Samples.events)
    func older(event: Event) throws {
        guard let length = Samples.olderLengths(of: event).first else { return }
        let body = try #require(bytes(Event.bodyBytesMax) { event.encode(into: $0) })
        let read = try decodeEvent(event.kind.rawValue, Array(body.prefix(length)))
        switch read {
        case .gatewayStarted(let started): #expect(started.supervision == SupervisionPolicy())
        case .unitRegistered(let record): #expect(record.profile == nil && record.road == nil)
        case .linkUp(let link):
            #expect(link.path == 0 && link.clockAheadS == nil && link.certificateEndsAtS == 0)
            let longer = try decodeEvent(event.kind.rawValue, Array(body.prefix(45)))
            guard case .linkUp(let link) = longer else { return }
            #expect(link.continues == nil)
        case .centreRegistered(let centre): #expect(centre == CentreRecord(id: centre.id, name: centre.name))
        case .centreStateSet(let set): #expect(set.command == nil)
        case .policyChanged(let policy): #expect(policy.priorities == PressPriorities())
        default: Issue.record("\(event.kind) has no older body")
        }
    }

    @Test("a press is exactly 56 bytes, laid out as drawn", arguments: Samples.presses)
    func press(press: Press) throws {
        let body = try #require(bytes(Event.pressBodyBytes) { Event.press(press).encode(into: $0) })
        #expect(body.count == 56)
        #expect(body[51] == press.category.rawValue)
        #expect(body[54] == (press.position == nil ? 0 : 1) | (press.results == nil ? 0 : 2))
        #expect(body[55] == press.results?.rawValue ?? 0)
        #expect(body[20] == 7 && Array(body[16..<20]) == [255, 255, 255, 255])
    }

    @Test("an accuracy beyond 24 bits is held there and does not touch the category")
    func accuracyIsHeld() throws {
        let place = LastPosition(point: point(1, 2), accuracyCm: .max, ageS: 3)
        let press = Press(
            id: Samples.message, category: .medical, pressedAt: Samples.time, receivedAt: Samples.time,
            position: place)
        let body = try #require(bytes(56) { Event.press(press).encode(into: $0) })
        guard case .press(let read) = try decodeEvent(Event.Kind.press.rawValue, body) else {
            Issue.record("not a press")
            return
        }
        #expect(read.category == .medical && read.position?.accuracyCm == 0xFF_FFFF)
    }

    @Test("the longest texts fit and are cut at a character", arguments: Samples.longTexts)
    func longest(text: String) throws {
        let action = Event.officerAction(Samples.action(text))
        let body = try #require(bytes(Event.bodyBytesMax) { action.encode(into: $0) })
        guard case .officerAction(let read) = try decodeEvent(action.kind.rawValue, body) else {
            Issue.record("not an action")
            return
        }
        #expect(text.hasPrefix(read.note) && !read.note.isEmpty)
        #expect(read.note.utf8.count <= OfficerAction.noteBytesMax)
        #expect(read.note.utf8.count > OfficerAction.noteBytesMax - 25)
        let unit = Event.unitRegistered(
            UnitRecord(id: Samples.unit, centre: Samples.centre, place: text, point: nil, reportingTimeS: 1))
        let record = try #require(bytes(Event.bodyBytesMax) { unit.encode(into: $0) })
        guard case .unitRegistered(let place) = try decodeEvent(unit.kind.rawValue, record) else {
            Issue.record("not a unit")
            return
        }
        #expect(place.place.utf8.count <= CentreRecord.nameBytesMax && text.hasPrefix(place.place))
    }

    @Test("an unknown kind and values outside their lists are refused with their place")
    func badValues() throws {
        #expect(decodeError { _ = try decodeEvent(200, []) } == DecodeError(.unknownKind(200), offset: 0))
        var body = try #require(bytes(56) { Event.press(Samples.presses[0]).encode(into: $0) })
        body[51] = 99
        #expect(decodeError { _ = try decodeEvent(16, body) } == DecodeError(.badValue, offset: 51))
        body[51] = 1
        body[43] = 0x7F  // latitude beyond the pole
        #expect(decodeError { _ = try decodeEvent(16, body) } == DecodeError(.badValue, offset: 40))
        body[0] = 0x20  // a blank in the unit's identifier
        #expect(decodeError { _ = try decodeEvent(16, body) }?.reason == .badValue)
        let empty = [UInt8](repeating: 0, count: 16)
        #expect(decodeError { _ = try decodeEvent(4, empty) } == DecodeError(.badValue, offset: 0))
    }

    @Test("hostile bytes throw or decode, and never trap", arguments: [1, 2, 3, 4] as [UInt64])
    func hostile(seed: UInt64) {
        var random = SplitMix(seed)
        for _ in 0..<2_000 {
            let body = (0..<Int(random.next() % 100)).map { _ in UInt8(truncatingIfNeeded: random.next()) }
            let kind = UInt8(truncatingIfNeeded: random.next() % 70)
            _ = decodeError { _ = try decodeEvent(kind, body) }
            _ = decodeError { _ = try decodeFeed(kind % 8, body) }
            _ = decodeError { _ = try decodeAnswer(kind % 5, body) }
        }
    }

    @Test("damaged bytes of true events throw or decode, and never trap", arguments: [1, 2] as [UInt64])
    func damaged(seed: UInt64) throws {
        var random = SplitMix(seed)
        for event in Samples.events {
            let body = try #require(bytes(Event.bodyBytesMax) { event.encode(into: $0) })
            for _ in 0..<50 {
                var damaged = body
                damaged[Int(random.next() % UInt64(body.count))] ^= UInt8(truncatingIfNeeded: random.next() | 1)
                _ = decodeError { _ = try decodeEvent(event.kind.rawValue, damaged) }
            }
        }
    }

    @Test("an area's parts carry its corners in order, however many there are", arguments: [3, 64, 65, 1_000])
    func parts(corners: Int) throws {
        let ring = (0..<corners).map { point(Int32($0), -Int32($0)) }
        let area = try #require(AreaRecord(id: Samples.area, centre: Samples.centre, ring: ring))
        #expect(area.parts.flatMap(\.points) == ring)
        #expect(area.parts.map(\.index) == Array(0..<UInt8((corners + 63) / 64)))
        for part in area.parts {
            #expect(bytes(Event.bodyBytesMax) { Event.areaRegistered(part).encode(into: $0) } != nil)
        }
        for wrong in [0, 2, 1_001] {
            let ring = [GeoPoint](repeating: point(0, 0), count: wrong)
            #expect(AreaRecord(id: Samples.area, centre: Samples.centre, ring: ring) == nil)
        }
    }

    @Test("a link on a path that no unit has is on none: a snapshot could not keep it")
    func paths() throws {
        func path(_ path: UInt8) -> UInt8 {
            LinkUp(unit: Samples.unit, link: LinkID(1), boot: 1, firmware: 1, capabilities: 0, path: path).path
        }
        #expect([0, 1, 3, 4, 49, 255].map(path) == [0, 1, 3, 0, 0, 0])
    }

    @Test("kinds are permanent, and urgent ones are below 64")
    func kinds() {
        let pinned: [Event.Kind: UInt8] = [
            .gatewayStarted: 1, .centreRegistered: 2, .unitRegistered: 3, .unitRemoved: 4, .linkUp: 10,
            .linkDown: 11, .press: 16, .cancel: 17, .faultBegan: 18, .faultEnded: 19, .stageConfirmed: 20,
            .alertShown: 32, .officerAction: 33, .timerFired: 40, .policyChanged: 5,
            .areaRegistered: 6, .areaRemoved: 7, .centreRemoved: 8,
            .auditFound: 41, .centreWatched: 34, .centreStateSet: 35, .heartbeat: 64, .position: 65,
        ]
        for kind in Event.Kind.allCases where pinned[kind] != nil { #expect(kind.rawValue == pinned[kind]) }
        #expect(!Event.Kind.heartbeat.isUrgent && !Event.Kind.position.isUrgent)
        #expect(Event.Kind.allCases.filter { !$0.isUrgent }.count == 2)
    }
}
