import AlertModel
import ConsoleAPI
import EventRing
import Synchronization
import Testing

@testable import GatewayApp

@Suite("Command desk", .timeLimit(.minutes(5)))
struct CommandDeskTests {
    private let alert = AlertID(7)
    private let start = MonotonicTime(nanoseconds: 1_000)

    private func desk(slots: Int = 64) throws -> (CommandDesk, RecordRing) {
        let ring = RecordRing(capacitySlots: slots)
        return (CommandDesk(lane: ring.takeProducer(), doorbell: try Doorbell(), firstID: 100), ring)
    }

    private func claim(_ desk: CommandDesk) async -> Result<CommandResult, ConsoleBackendError> {
        do throws(ConsoleBackendError) {
            let officer = try? OfficerID("aigerim")
            guard let officer else { return .failure(.stopping) }
            return .success(
                try await desk.submit(.claim, on: alert, by: officer, outcome: nil, note: "", now: start))
        } catch {
            return .failure(error)
        }
    }

    /// Waits until a command stands in the lane and gives its number.
    private func published(_ lane: borrowing RecordConsumer) async throws -> CommandID {
        while true {
            var found: CommandID?
            _ = lane.drain(max: 1) { kind, body in
                if case .officerAction(let action) = try? Event(kind: kind, body: body) { found = action.command }
                return .next
            }
            if let found { return found }
            await Task.yield()
        }
    }

    @Test("a command waits for its own result")
    func result() async throws {
        let (desk, ring) = try desk()
        let lane = ring.takeConsumer(0)
        async let answer = claim(desk)
        let command = try await published(lane)
        desk.complete(CommandID(command.value + 1), with: .refused(.notOwner, owner: nil))
        desk.complete(command, with: .done(alert))
        #expect(await answer == .success(.done(alert)))
    }

    @Test("a centre's state waits for its result like an act")
    func centreState() async throws {
        let (desk, ring) = try desk()
        let lane = ring.takeConsumer(0)
        let (centre, officer) = (try CentreID("astana"), try OfficerID("dana"))
        async let answer = desk.setState(.full, of: centre, by: officer, now: start)
        var set: CentreStateSet?
        while set == nil {
            _ = lane.drain(max: 1) { kind, body in
                if case .centreStateSet(let read) = try? Event(kind: kind, body: body) { set = read }
                return .next
            }
            await Task.yield()
        }
        #expect(set == CentreStateSet(centre: centre, state: .full, officer: officer, command: CommandID(100)))
        desk.complete(CommandID(100), with: .done(AlertID(0)))
        #expect(try await answer == .done(AlertID(0)))
    }

    @Test("without a result in time the officer is told so, not earlier")
    func timeout() async throws {
        let (desk, ring) = try desk()
        let lane = ring.takeConsumer(0)
        async let answer = claim(desk)
        let command = try await published(lane)
        desk.expire(now: start.advanced(byNanoseconds: CommandDesk.waitNsMax - 1))
        desk.expire(now: start.advanced(byNanoseconds: CommandDesk.waitNsMax))
        #expect(await answer == .failure(.timedOut))
        // A late result finds nobody and harms nobody.
        desk.complete(command, with: .done(alert))
    }

    @Test("a full lane refuses at once, and nothing of it is published")
    func full() async throws {
        let (desk, ring) = try desk(slots: 32)
        let lane = ring.takeConsumer(0)
        let officer = try OfficerID("aigerim")
        var refusals = 0
        for _ in 0..<64 {
            do throws(ConsoleBackendError) {
                try desk.alertShown(AlertShown(alert: alert, officer: officer))
            } catch {
                #expect(error == .busy)
                refusals += 1
            }
        }
        #expect(refusals > 0)
        var published = 0
        _ = lane.drain(max: .max) { _, _ in
            published += 1
            return .next
        }
        #expect(published == 64 - refusals)
    }

    @Test("stopping releases who waits and refuses who comes")
    func stopping() async throws {
        let (desk, ring) = try desk()
        let lane = ring.takeConsumer(0)
        async let answer = claim(desk)
        _ = try await published(lane)
        desk.stop()
        #expect(await answer == .failure(.stopping))
        #expect(await claim(desk) == .failure(.stopping))
    }
}
