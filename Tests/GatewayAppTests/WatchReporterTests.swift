import AlertModel
import Testing

@testable import GatewayApp

@Suite("Who watches which centre")
struct WatchReporterTests {
    @Test("the first and the last console of a centre are told, and what could not be said is said again")
    func transitions() throws {
        let (astana, almaty) = (try CentreID("astana"), try CentreID("almaty"))
        var reporter = WatchReporter()
        var told: [CentreWatched] = []
        var isFull = false
        func turn(_ changes: UInt64, _ watched: [CentreID: Int]) {
            reporter.turn(changes: changes, watched: { watched }) { event in
                if !isFull { told.append(event) }
                return !isFull
            }
        }
        turn(1, [astana: 1])
        turn(2, [astana: 2, almaty: 1])
        turn(3, [astana: 1, almaty: 1])
        #expect(told == [CentreWatched(centre: astana, consoles: 1), CentreWatched(centre: almaty, consoles: 1)])
        told.removeAll()
        // Nothing began or ended: nobody is asked.
        turn(3, [:])
        #expect(told.isEmpty)
        isFull = true
        turn(4, [almaty: 1])
        isFull = false
        turn(4, [almaty: 1])
        #expect(told == [CentreWatched(centre: astana, consoles: 0)])
    }
}
